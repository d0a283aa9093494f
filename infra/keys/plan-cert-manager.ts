/** How a site's certificates are renewed with what the site has itself: which authorities there are, and how cert-manager is placed. Pure. */
import type { SiteSection } from "../conventions/site";
import { type ImageLock, imageReference } from "../conventions/images";
import { COMMON_LABELS, LABEL } from "../conventions/names";
import { quota } from "../kubernetes/quota";

/** Name of the namespace, of the workload in it, and of its identity. */
export const CERT_MANAGER = "cert-manager";
/** What selects its pod, and nothing else. */
export const CERT_MANAGER_SELECTOR = { "app.kubernetes.io/name": CERT_MANAGER } as const;
/** https://cert-manager.io/docs/reference/api-docs/ */
export const CERT_MANAGER_API = { group: "cert-manager.io", version: "v1" } as const;
/** Its user name at the API server. */
export const CERT_MANAGER_USER = `system:serviceaccount:${CERT_MANAGER}:${CERT_MANAGER}`;
/** Label of the Secret with a key that is not yet in use: made for a renewal, and removed when that has ended. */
export const NEXT_KEY_LABEL = "cert-manager.io/next-private-key";

/** ClusterIssuers, and the Secrets with their keys: the site's intermediate, and the authority of its allied edge. */
export const AUTHORITY = { site: "site", edge: "allied-edge" } as const;
export type AuthorityName = (typeof AUTHORITY)[keyof typeof AUTHORITY];

const POD = { cpu: "250m", memory: "128Mi" } as const;

export interface CertManagerPlan {
    readonly labels: Readonly<Record<string, string>>;
    readonly image: string;
    readonly cpu: string;
    readonly memory: string;
    readonly quota: Readonly<Record<string, string>>;
}

export function planCertManager({ site }: SiteSection, lock: ImageLock): CertManagerPlan {
    return {
        labels: { ...COMMON_LABELS, ...CERT_MANAGER_SELECTOR, [LABEL.site]: site.name },
        image: imageReference(site.imageRegistry, CERT_MANAGER, lock),
        ...POD,
        // There is one pod, and a new one comes when the old one has gone.
        quota: quota({ count: 1, containers: [POD] }),
    };
}
