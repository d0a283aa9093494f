/** The version of a stack's state that a plan is for. */
import { type Bound, digestOf } from "./plan-file";

interface Resource {
    readonly urn: string;
    /** The resource was replaced, and is still to be deleted. */
    readonly delete?: boolean;
    readonly inputs?: Readonly<Record<string, unknown>>;
}

/** A state as `pulumi stack export` writes it. */
export interface Exported {
    readonly deployment: {
        readonly manifest?: { readonly time?: string };
        readonly resources?: readonly Resource[];
    };
}

/** These fields change each time that a state is written, whatever is in it. */
const RESTLESS = new Set(["ciphertext", "created", "modified", "propertyDependencies"]);

/**
 * The state as a whole is bound, so that any later write is detected, and each resource by itself, so that a message can name it. A secret that
 * was encrypted again looks like another secret, so a state that was written again is another one.
 */
export function stateVersion({ deployment }: Exported): Bound["state"] {
    const { manifest, resources = [] } = deployment;
    const written = manifest?.time;
    return {
        ...(written !== undefined && { written }),
        digest: digestOf(deployment),
        resources: Object.fromEntries(resources.map((one) => [nameOf(one), digestOf(atRest(one))])),
    };
}

/** URN → the resource's inputs in the state. */
export function inputsOf({ deployment }: Exported): ReadonlyMap<string, Readonly<Record<string, unknown>>> {
    const living = (deployment.resources ?? []).filter((one) => one.delete !== true);
    return new Map(living.map(({ urn, inputs = {} }) => [urn, inputs]));
}

function nameOf(resource: Resource): string {
    return resource.delete === true ? `${resource.urn} (still to be deleted)` : resource.urn;
}

function atRest(resource: Resource): string {
    return JSON.stringify(resource, (key, value: unknown) => (RESTLESS.has(key) ? undefined : value));
}
