/** Who uses an object store, and with which right. Pure. */
import type { StoreUsers } from "../conventions/object-store";
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
