/** What a site declares so that its API servers' audit log is stored in the other site's object store: docs/decisions/audit-log.md. Pure. */
import type { SiteSection } from "../../conventions/site";
import { AUDIT_SHIPPER, auditBucket } from "../../conventions/audit";
import { type ImageLock, imageReference } from "../../conventions/images";
import { COMMON_LABELS, LABEL, type Labels } from "../../conventions/names";
import { objectStoreName } from "../../networking/addresses";

/** What selects its pods, and nothing else. */
export const SHIPPER_SELECTOR = { "app.kubernetes.io/name": AUDIT_SHIPPER } as const;

/** Label of a control plane's machines, and the taint that keeps other pods away: https://kubernetes.io/docs/reference/labels-annotations-taints/ */
export const CONTROL_PLANE = "node-role.kubernetes.io/control-plane";

/** Resources of a Node.js with a piece of the log in hand, once as it is and once compressed. */
const SHIPPER = { cpu: "100m", memory: "192Mi" } as const;
/** Seconds between two looks at the log: what an intruder could take along. */
const INTERVAL_SECONDS = 300;
/** Seconds after which a pod that could store nothing is not ready. */
const PATIENCE_SECONDS = 3600;

export interface AuditShipperPlan {
    readonly labels: Labels;
    readonly image: string;
    readonly resources: { readonly cpu: string; readonly memory: string };
    readonly site: string;
    /** The other site's store, and the name in its certificate. */
    readonly store: { readonly host: string; readonly address: string };
    readonly bucket: string;
    readonly intervalSeconds: number;
    readonly patienceSeconds: number;
}

/** @returns undefined for a site that is no half of a pair: it was made to restore registries, and has no other site's store to write to */
export function planAuditShipper(
    { site }: SiteSection,
    { objectStore }: { readonly objectStore: string },
    lock: ImageLock,
): AuditShipperPlan | undefined {
    if (!("partner" in site)) {
        return undefined;
    }
    return {
        labels: { ...COMMON_LABELS, ...SHIPPER_SELECTOR, [LABEL.site]: site.name },
        image: imageReference(site.imageRegistry, "agents", lock),
        resources: SHIPPER,
        site: site.name,
        store: { host: objectStoreName(site.partner), address: objectStore },
        bucket: auditBucket(site.name),
        intervalSeconds: INTERVAL_SECONDS,
        patienceSeconds: PATIENCE_SECONDS,
    };
}
