/** The keys of one registry: what each is for, and how all follow from one secret. Pure. */
import { hkdfSync } from "node:crypto";

/** User of an object store: access key id and secret. */
export interface StoreUser {
    readonly id: string;
    readonly secret: string;
}

export interface RegistryKeys {
    /** Encrypts stored versions before they leave the site. */
    readonly cipher: string;
    /** May write the registry's versions. */
    readonly backup: StoreUser;
    /** May read them, which is all that a restore needs. */
    readonly read: StoreUser;
}

const BYTES = 24;

/**
 * One secret for each registry, so that there is one thing to keep, share out and hand on; the keys are derived (HKDF with
 * SHA-256, RFC 5869) and tell nothing of each other.
 */
export function registryKeys(registry: string, secret: string): RegistryKeys {
    const derive = (use: string): string =>
        Buffer.from(hkdfSync("sha256", secret, "data-embassy", `${registry}/${use}`, BYTES)).toString("hex");
    return {
        cipher: derive("cipher"),
        backup: { id: `${registry}-backup`, secret: derive("backup") },
        read: { id: `${registry}-read`, secret: derive("read") },
    };
}
