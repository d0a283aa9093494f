/** Which authorities and certificates a site has, and who uses them. */
import { firstAddress } from "../../infra/networking/addresses";
import { OPERATOR } from "../../infra/cluster/access/plan-operator";
import { KUBELET_CLIENT } from "../../infra/cluster/control-plane/kubelet";
import { type SiteInventory, machines } from "../inventory";
import type { Purpose, Subject } from "../../credentials/certificates";

export const authorityNames = ["ca", "etcd-ca", "kubelet-clients"] as const;
export type Authority = (typeof authorityNames)[number];

/**
 * etcd trusts an authority of its own. Every client that etcd trusts may do everything in it, so it must accept no certificate of the cluster
 * (https://kubernetes.io/docs/setup/best-practices/certificates/). Kubelets trust an authority of their own as well:
 * infra/cluster/control-plane/kubelet.ts.
 */
export function authorities(site: string): Record<Authority, Subject> {
    return {
        ca: { commonName: `${site} kubernetes` },
        "etcd-ca": { commonName: `${site} etcd` },
        "kubelet-clients": { commonName: `${site} kubelet clients` },
    };
}

export const certificateNames = [
    "etcd",
    "apiserver-etcd-client",
    "apiserver-kubelet-client",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kwok",
    "admin",
    "operator",
] as const;
export type CertificateName = (typeof certificateNames)[number];

/** The certificate of a machine's kubelet: as a client of the API server, and as the server that it asks for logs and shells. */
export function kubeletCertificate(node: string): string {
    return `kubelet-${node}`;
}
export const KUBE_PROXY = "kube-proxy";
export const CILIUM = "cilium";
export const REGISTRY = "registry";

export interface CertificateEntry extends Purpose {
    readonly authority: Authority;
}

const loopback = ["localhost", "127.0.0.1"];

export function catalogue(
    inventory: SiteInventory,
): Record<CertificateName, CertificateEntry> & Record<string, CertificateEntry> {
    const service = ["kubernetes", "kubernetes.default", "kubernetes.default.svc"];
    return {
        etcd: { authority: "etcd-ca", commonName: "etcd", names: loopback },
        "apiserver-etcd-client": { authority: "etcd-ca", commonName: "kube-apiserver" },
        "apiserver-kubelet-client": { authority: "kubelet-clients", commonName: KUBELET_CLIENT },
        "kube-apiserver": {
            authority: "ca",
            commonName: "kube-apiserver",
            names: [
                ...loopback,
                ...service,
                `kubernetes.default.svc.${inventory.clusterDomain}`,
                // This is the address of the Service `kubernetes`.
                firstAddress(inventory.serviceCidr),
                ...(inventory.network ? [inventory.network.gateway] : []),
            ],
        },
        // The user names to which Kubernetes binds its built-in roles: https://kubernetes.io/docs/reference/access-authn-authz/rbac/
        "kube-controller-manager": { authority: "ca", commonName: "system:kube-controller-manager", names: loopback },
        "kube-scheduler": { authority: "ca", commonName: "system:kube-scheduler", names: loopback },
        kwok: { authority: "ca", commonName: "embassy:kwok", names: loopback },
        admin: { authority: "ca", commonName: "embassy:lab-admin", organization: "system:masters" },
        operator: { authority: "ca", commonName: OPERATOR },
        ...machineCertificates(inventory),
    };
}

function machineCertificates(inventory: SiteInventory): Record<string, CertificateEntry> {
    const { network } = inventory;
    if (!network) {
        return {};
    }
    const kubelets = machines(inventory).map(({ name, address }): [string, CertificateEntry] => [
        kubeletCertificate(name),
        // The Node authorizer reads these names: https://kubernetes.io/docs/reference/access-authn-authz/node/
        { authority: "ca", commonName: `system:node:${name}`, organization: "system:nodes", names: [name, address] },
    ]);
    const [host = ""] = network.registry.split(":");
    return {
        ...Object.fromEntries(kubelets),
        [KUBE_PROXY]: { authority: "ca", commonName: "system:kube-proxy" },
        [CILIUM]: { authority: "ca", commonName: "embassy:cilium" },
        [REGISTRY]: { authority: "ca", commonName: "registry", names: [host, network.gateway] },
    };
}
