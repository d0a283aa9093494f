/** How the audit log of API servers reaches the other site's object store, as both sites and the agent know it. Pure. */
import { dnsLabel } from "./names";

/** Name of the workload, of its Secret and of its user in the other store. */
export const AUDIT_SHIPPER = "audit-shipper";

/** Folder of a control plane's machine that holds the API server's audit log, and what the agent remembers of it. */
export const AUDIT_FOLDER = "/var/log/kubernetes";
/** File of the log, which API servers rotate in its folder. */
export const AUDIT_FILE = "audit.log";
/** Folder below {@link AUDIT_FOLDER} in which the agent keeps what it has stored last. It can write nowhere else. */
export const AUDIT_SENT = "sent";

/** Bucket for the audit log of `site`, in the store of its partner. */
export function auditBucket(site: string): string {
    return dnsLabel("audit", site);
}
