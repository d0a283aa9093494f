/** The registries by name, and where a registry's rows are in its database. */
import { REGISTRIES, type RegistryName } from "../infra/conventions/registries";
import { UserError } from "../command-line/command";
import { chosen } from "../command-line/typed";

export { REGISTRIES };
export type Registry = RegistryName;
/** The registry that is meant where none is named. */
export const DEFAULT_REGISTRY: Registry = "population";

/** @throws UserError for what is no registry */
export function parseRegistry(name: string): Registry {
    const registry = REGISTRIES.find((known) => known === name);
    if (registry === undefined) {
        throw new UserError(`"${name}" is not a registry: choose from ${REGISTRIES.join(", ")}.`);
    }
    return registry;
}

/** The named registries in the registries' own order, each once. @throws UserError for what is no registry */
export function parseRegistries(names: readonly string[]): Registry[] {
    return chosen(REGISTRIES, names, parseRegistry);
}

/** How to have a registry's database run. @param site the site; undefined for any */
export function toRun(registry: string, site: string | undefined): string {
    const own = `Pulumi.${site ?? "SITE"}.yaml`;
    return `set data-embassy:registries.${registry}.running to true in Pulumi.yaml, which is for all sites, or in ${own} where that has registries of its own`;
}

/** A registry's tables are in a schema of its name. */
export function schemaOf(registry: Registry): string {
    return registry.replaceAll("-", "_");
}
