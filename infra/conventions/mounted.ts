/** Names that Kubernetes gives to what it mounts. Pure. */

/** Keys of a Secret of type kubernetes.io/tls, which are the names of its files; cert-manager adds the authority. */
export const TLS = { key: "tls.key", certificate: "tls.crt", authority: "ca.crt" } as const;

/** A pod's identity in the API: https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/#directly-accessing-the-rest-api */
export const API_IDENTITY = {
    folder: "/var/run/secrets/kubernetes.io/serviceaccount",
    token: "token",
    namespace: "namespace",
    authority: "ca.crt",
} as const;
