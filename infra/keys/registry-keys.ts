/** The keys of one registry: what each is for, and how all follow from one secret. Pure. */
import { derivedKey } from "./derive";

/** User of an object store: access key id and secret. */
export interface StoreUser {
    readonly id: string;
    readonly secret: string;
}

export interface RegistryKeys {
    /** Encrypts backups before they leave the site. */
    readonly cipher: string;
    /** Folder in the registry's bucket, which has only what this cipher key opens. */
    readonly folder: string;
    /** May write the registry's versions. */
    readonly backup: StoreUser;
    /** May read them, which is all that a restore needs. */
    readonly read: StoreUser;
}

const BYTES = 24;

/** The generation of a registry's keys that nobody has rotated. */
export const FIRST_GENERATION = 1;

/** Ending of what is named after a generation; empty for the first, whose names are older than the second. */
export function generationSuffix(generation: number): string {
    return generation === FIRST_GENERATION ? "" : `-${generation}`;
}

/**
 * Each registry has one secret, so that there is one thing to keep, share out and hand on. Its keys are derived from it, and tell nothing of
 * each other, nor of another generation's.
 */
export function registryKeys(registry: string, secret: string, generation = FIRST_GENERATION): RegistryKeys {
    const ending = generationSuffix(generation);
    const derive = (use: string): string => derivedKey(secret, `${registry}/${use}${ending}`, BYTES);
    return {
        cipher: derive("cipher"),
        folder: ending === "" ? "/" : `/generation${ending}`,
        backup: { id: `${registry}-backup${ending}`, secret: derive("backup") },
        read: { id: `${registry}-read${ending}`, secret: derive("read") },
    };
}

/** The generations whose versions a bucket holds, the newest first. @param names what is in it */
export function generationsIn(names: readonly string[]): [newest: number, ...before: number[]] {
    const later = names.flatMap((name) => /^generation-(\d+)$/.exec(name)?.[1] ?? []).map(Number);
    const [newest = FIRST_GENERATION, ...before] = later.sort((one, other) => other - one);
    return newest === FIRST_GENERATION ? [newest] : [newest, ...before, FIRST_GENERATION];
}
