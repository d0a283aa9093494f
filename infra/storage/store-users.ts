/** Who uses an object store, and with which right. Pure. */
import { FIRST_GENERATION, registryKeys } from "../keys/registry-keys";
import { registryNamespace } from "../conventions/names";

/**
 * - `backup`: puts, gets and lists in its bucket, and hides what it has put. What is hidden or overwritten stays.
 * - `read`: gets and lists in its bucket, older versions too.
 * - `inspect`: lists versions and reads how long they stay, in all buckets, and nothing else.
 * - `purge`: lists versions and removes those that are no longer locked, and uploads that never ended, in all buckets, and nothing else.
 *
 * What each may do is in toolchain/modules/versitygw/rights.go. Nobody sets a retention, and nobody changes a bucket.
 */
export type StoreRight = "backup" | "read" | "inspect" | "purge";

export interface StoreUser {
    /** Secret access key. */
    readonly secret: string;
    readonly right: StoreRight;
    /** Absent for `inspect` and `purge`. */
    readonly bucket?: string;
}

/** Access key id → user. */
export type StoreUsers = Readonly<Record<string, StoreUser>>;

/**
 * Those of the registries: the same at every site, so that each stores its versions in both stores of the pair.
 *
 * @param secrets registry → the secret from which its keys follow
 * @param generations registry → those of its keys that are in use, where it is not the first alone
 */
export function storeUsers(
    secrets: Readonly<Record<string, string>>,
    generations: Readonly<Record<string, readonly number[]>> = {},
): StoreUsers {
    return Object.fromEntries(
        Object.entries(secrets).flatMap(([registry, secret]) =>
            (generations[registry] ?? [FIRST_GENERATION]).flatMap((generation): [string, StoreUser][] => {
                const { backup, read } = registryKeys(registry, secret, generation);
                const bucket = registryNamespace(registry);
                return [
                    [backup.id, { secret: backup.secret, right: "backup", bucket }],
                    [read.id, { secret: read.secret, right: "read", bucket }],
                ];
            }),
        ),
    );
}
