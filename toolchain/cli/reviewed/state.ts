/** The version of a stack's state that a plan is for. */
import { type Bound, digestOf } from "./plan-file";

interface Resource {
    readonly urn: string;
    /** Replaced, and still to be deleted. */
    readonly delete?: boolean;
    readonly inputs?: Readonly<Record<string, unknown>>;
}

/** As `pulumi stack export` writes it. */
export interface Exported {
    readonly deployment: {
        readonly manifest?: { readonly time?: string };
        readonly resources?: readonly Resource[];
    };
}

/** Is written otherwise each time that a state is, whatever is in it. */
const RESTLESS = new Set(["ciphertext", "created", "modified", "propertyDependencies"]);

/**
 * The whole is bound, so that whatever was written since is found; each resource by itself, so that it can be said which.
 * Two secrets cannot be told from one that was encrypted twice: a state that was written again is another one.
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

/** URN → what the state has of a resource's inputs. */
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
