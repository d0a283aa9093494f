/** Of a pod's token for the API: an hour. API servers give nobody a longer one. https://kubernetes.io/docs/concepts/storage/projected-volumes/#serviceaccounttoken */
export const TOKEN_SECONDS = 3600;
