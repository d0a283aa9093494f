/** Looks up which kinds the API server has. https://kubernetes.io/docs/concepts/overview/kubernetes-api/#aggregated-discovery */
import { PlainMap } from "../../plugin/values";
import { Client } from "./client";
import { UnknownKindError } from "./errors";
import { isMap, list, text } from "./objects";
import { GroupVersionKind, Mapping, apiVersionOf, builtInMapping, rootOf } from "./types";

const AGGREGATED =
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList," +
    "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList";

interface Index {
    readonly kinds: ReadonlyMap<string, Mapping>;
    /** Group versions whose own API server did not answer, so that their kinds are unknown. */
    readonly stale: ReadonlySet<string>;
}

function key(gvk: GroupVersionKind): string {
    return `${apiVersionOf(gvk)}/${gvk.kind}`;
}

export class Discovery {
    private index: Promise<Index> | undefined;

    constructor(private readonly client: Client) {}

    /** Where a kind is served. Throws {@link UnknownKindError} if the API server, asked again, does not have it. */
    async find(gvk: GroupVersionKind): Promise<Mapping> {
        return builtInMapping(gvk) ?? (await this.known(gvk)) ?? (await this.findAnew(gvk));
    }

    /** Like {@link find}, but without anything that was known before. */
    async findAnew(gvk: GroupVersionKind): Promise<Mapping> {
        this.index = undefined;
        const { kinds, stale } = await this.load();
        const found = kinds.get(key(gvk));
        if (found) {
            return found;
        }
        if (stale.has(apiVersionOf(gvk))) {
            throw new Error(
                `the API server cannot say whether it has ${key(gvk)}: the extension server of ${apiVersionOf(gvk)} does ` +
                    "not answer (see kubectl get apiservices)",
            );
        }
        throw new UnknownKindError(gvk);
    }

    /** Where a kind is served, as far as is known; undefined for a kind that does not exist, or not yet. */
    async known(gvk: GroupVersionKind): Promise<Mapping | undefined> {
        return builtInMapping(gvk) ?? (await this.load()).kinds.get(key(gvk));
    }

    private async load(): Promise<Index> {
        this.index ??= this.fetch();
        try {
            return await this.index;
        } catch (error) {
            this.index = undefined;
            throw error;
        }
    }

    private async fetch(): Promise<Index> {
        const answers = await Promise.all(
            ["/api", "/apis"].map((path) => this.client.request({ method: "GET", path, accept: AGGREGATED })),
        );
        return indexOf(answers.flatMap((answer) => list(answer, "items")).filter(isMap));
    }
}

/** Index of the groups of an `APIGroupDiscoveryList`. */
export function indexOf(groups: readonly PlainMap[]): Index {
    const kinds = new Map<string, Mapping>();
    const stale = new Set<string>();
    for (const group of groups) {
        const groupName = text(group, "metadata", "name");
        for (const version of list(group, "versions")) {
            const name = text(version, "version");
            if (text(version, "freshness") === "Stale") {
                stale.add(apiVersionOf({ group: groupName, version: name, kind: "" }));
            }
            for (const resource of list(version, "resources")) {
                const kind = text(resource, "responseKind", "kind");
                kinds.set(key({ group: groupName, version: name, kind }), {
                    root: rootOf(groupName, name),
                    plural: text(resource, "resource"),
                    namespaced: text(resource, "scope") === "Namespaced",
                });
            }
        }
    }
    return { kinds, stale };
}
