/** Which registries there are rows for, and where a registry's rows are in its database. */
import { REGISTRIES } from "../infra/config/registries";
import { UserError } from "../toolchain/command";

/** Registries whose data can be made. Each has a `data/<registry>` of its own. */
export const MODELLED = ["population"] as const;
export type Registry = (typeof MODELLED)[number];

/** @throws UserError for what is no registry, and for one that has no model */
export function parseRegistry(name: string): Registry {
    const registry = MODELLED.find((known) => known === name);
    if (registry !== undefined) {
        return registry;
    }
    const have = `Those with data are ${MODELLED.join(", ")}`;
    throw new UserError(
        REGISTRIES.some((known) => known === name)
            ? `The registry ${name} has no data yet. ${have}: --registry ${MODELLED[0]}`
            : `"${name}" is not a registry. ${have}; the seven are ${REGISTRIES.join(", ")}.`,
    );
}

/** A registry's tables are in a schema of its name. */
export function schemaOf(registry: Registry): string {
    return registry.replaceAll("-", "_");
}
