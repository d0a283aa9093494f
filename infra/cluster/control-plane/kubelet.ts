/**
 * How a site's kubelets are hardened, and how API servers ask them, whoever starts them: a real site's machines, or the lab. Pure.
 *
 * A kubelet trusts an authority of its own, of which only API servers have a certificate. With the cluster's authority an administrator's
 * certificate would open it as well, past admission, which lets nobody into a pod, and past the audit log.
 */

/** Where a kubelet answers. https://kubernetes.io/docs/reference/networking/ports-and-protocols/ */
export const KUBELET_PORT = 10250;

/** As whom an API server comes, as kubeadm names it and lets it in: `system:kubelet-api-admin`. */
export const KUBELET_CLIENT = "kube-apiserver-kubelet-client";

/**
 * Of a KubeletConfiguration: whom it lets in. https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/
 *
 * @param clients path of the certificate of the authority of API servers' clients, and of nobody else
 */
export function kubeletAccess(clients: string): Readonly<Record<string, unknown>> {
    return {
        authentication: {
            anonymous: { enabled: false },
            // No token opens it: the API server would say of an account's whose it is, and what that may do.
            webhook: { enabled: false },
            x509: { clientCAFile: clients },
        },
        authorization: { mode: "Webhook" },
        readOnlyPort: 0,
        tlsMinVersion: "VersionTLS13",
    };
}

/** Of an API server. @param credentials path of a certificate by that authority, with its key, PEM */
export function kubeletClient(credentials: string): string[] {
    return [`--kubelet-client-certificate=${credentials}`, `--kubelet-client-key=${credentials}`];
}
