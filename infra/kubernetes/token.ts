/**
 * Seconds for which a pod's token for the API is valid: an hour. API servers issue none that is valid for longer.
 * https://kubernetes.io/docs/concepts/storage/projected-volumes/#serviceaccounttoken
 */
export const TOKEN_SECONDS = 3600;
