/**
 * How a site's kubelets are hardened, and how API servers connect to them, on a real site's machines and in the lab. Pure.
 *
 * A kubelet trusts an authority of its own, from which only API servers have a certificate. If it trusted the cluster's authority, an
 * administrator's certificate would open it as well, past admission, which lets nobody into a pod, and past the audit log.
 */

/** Port of a kubelet. https://kubernetes.io/docs/reference/networking/ports-and-protocols/ */
export const KUBELET_PORT = 10250;

/** The user name of an API server at a kubelet, which kubeadm chooses and authorizes: `system:kubelet-api-admin`. */
export const KUBELET_CLIENT = "kube-apiserver-kubelet-client";

/**
 * The part of a KubeletConfiguration that says who is let in. https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/
 *
 * @param clients path of the certificate of the authority of API servers' clients, and of nobody else
 */
export function kubeletAccess(clients: string): Readonly<Record<string, unknown>> {
    return {
        authentication: {
            anonymous: { enabled: false },
            // No token opens it: the API server would decide whose a token is, and what its account may do.
            webhook: { enabled: false },
            x509: { clientCAFile: clients },
        },
        authorization: { mode: "Webhook" },
        readOnlyPort: 0,
        tlsMinVersion: "VersionTLS13",
    };
}

/** Arguments of an API server. @param credentials path of a certificate by that authority, with its key, PEM */
export function kubeletClient(credentials: string): string[] {
    return [`--kubelet-client-certificate=${credentials}`, `--kubelet-client-key=${credentials}`];
}
