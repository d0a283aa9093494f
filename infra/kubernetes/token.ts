/** Of a pod's token for the API, which asks for an hour: https://kubernetes.io/docs/concepts/storage/projected-volumes/#serviceaccounttoken */
export const TOKEN_SECONDS = 3607;
