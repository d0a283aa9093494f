/** The key with which a site adds its audit log to the other site's object store. Pure. */
import { hkdfSync } from "node:crypto";
import { AUDIT_SHIPPER } from "../conventions/audit";
import { dnsLabel } from "../conventions/names";
import type { StoreUser } from "./registry-keys";

const BYTES = 24;

/** Access key id of `site` in the other site's store. */
export function auditUserId(site: string): string {
    return dnsLabel(AUDIT_SHIPPER, site);
}

/**
 * It follows from the registries' secrets, because these are what both sites have already (HKDF with SHA-256, RFC 5869), and tells nothing of
 * them. Where a registry is added, both sites get another; until both have it, nothing is stored, and what waits is stored later.
 *
 * @param site whose audit log it is @param secrets registry → its secret
 */
export function auditUser(site: string, secrets: Readonly<Record<string, string>>): StoreUser {
    const all = Object.keys(secrets).sort();
    const from = JSON.stringify(all.map((registry) => [registry, secrets[registry]]));
    const derived = hkdfSync("sha256", from, "data-embassy", `${AUDIT_SHIPPER}/${site}`, BYTES);
    return { id: auditUserId(site), secret: Buffer.from(derived).toString("hex") };
}
