/** Who uses an object store, and with which right. Pure. */
import { auditBucket } from "../conventions/audit";
import type { StoreUsers } from "../conventions/object-store";
import { auditUser } from "../keys/audit-key";
import { FIRST_GENERATION, registryKeys } from "../keys/registry-keys";
import { registryNamespace } from "../conventions/names";

/**
 * Users for the registries. They are the same at every site, so that each site stores its versions in both stores of the pair.
 *
 * @param secrets registry → the secret from which its keys follow
 * @param generations registry → the generations of its keys that are in use, where it has more than the first
 */
export function storeUsers(
    secrets: Readonly<Record<string, string>>,
    generations: Readonly<Record<string, readonly number[]>> = {},
): StoreUsers {
    return Object.fromEntries(
        Object.entries(secrets).flatMap(([registry, secret]) =>
            (generations[registry] ?? [FIRST_GENERATION]).flatMap((generation): [string, StoreUsers[string]][] => {
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

/** The user by which another site adds its audit log. @param secrets registry → its secret @param of that site; undefined where there is none */
export function auditUsers(secrets: Readonly<Record<string, string>>, of: string | undefined): StoreUsers {
    if (of === undefined) {
        return {};
    }
    const { id, secret } = auditUser(of, secrets);
    return { [id]: { secret, right: "append", bucket: auditBucket(of) } };
}
