/** Finds which thing in a site has a name, and what depends on it. Pure. */
import { distance } from "fastest-levenshtein";
import { UserError } from "../../command-line/command";
import { described, kindOf, metadataOf, subjectOf } from "../compare/show";
import type { SiteFacts } from "../facility/facts";
import type { Registered } from "../render/registrations";
import { componentNames, impactOfComponent } from "./component";
import { type Found, IMPACT_VERSION, type ImpactReport } from "./impact";
import { declaredIn, impactOfObjects } from "./objects";
import { type SiteParts, impactOfParts } from "./parts";

export interface Looked extends SiteParts {
    readonly stack: string;
    readonly facts: SiteFacts;
    readonly resources: readonly Registered[];
}

/** The number of similar names that are suggested. */
const NEAREST = 5;
const KEYS = ["Secret", "Certificate", "Issuer"];
/** Without an object of one of these kinds, its part does not serve. */
const SERVES = ["StatefulSet", "Deployment", "Service", "Namespace"];

/**
 * @param only the sites to ask, where not all of them are asked
 * @throws UserError where no site has such a thing, with similar names
 */
export function impactOf(name: string, sites: readonly Looked[], only: readonly string[]): ImpactReport {
    const asked = sites.filter(({ stack }) => only.length === 0 || only.includes(stack));
    const found = asked.flatMap((site) => {
        const known = knownIn(site, sites);
        return [...known]
            .filter(([one]) => one.toLowerCase() === name.toLowerCase())
            .map(([one, look]) => ({ stack: site.stack, name: one, ...look() }));
    });
    if (found.length === 0) {
        const all = [...new Set(asked.flatMap((site) => [...knownIn(site, sites).keys()]))];
        const near = all
            .map((one) => ({ one, edits: edits(name, one) }))
            .sort((a, b) => a.edits - b.edits)
            .slice(0, NEAREST)
            .map(({ one }) => one);
        throw new UserError(
            `There is nothing called ${name} in ${asked.map(({ stack }) => stack).join(", ")}; the nearest names are ${near.join(", ")}. ` +
                "Name a part (registries/land, edge, object-store, keys/land), a piece of the facility (cluster/host/a1-1, cluster/feed/a), " +
                "a whole site (sites/tallinn), or an object with its kind (StatefulSet registry-land/database).",
        );
    }
    return { version: IMPACT_VERSION, impact: name, sites: found };
}

/** Compares with the end of a name, too, because a user may leave out its beginning. */
function edits(name: string, one: string): number {
    const [typed, known] = [name.toLowerCase(), one.toLowerCase()];
    const last = known.split("/").at(-1) ?? known;
    return Math.min(distance(typed, known), distance(typed.split("/").at(-1) ?? typed, last) + 1);
}

/** Names with their findings; where several things have one name, the last of them counts. */
function knownIn(site: Looked, all: readonly Looked[]): Map<string, () => Found> {
    const { facts, registries, parts, resources } = site;
    const declared = declaredIn(resources);
    const byNamespace = (registry: string) =>
        declared.filter(
            ({ resource }) =>
                metadataOf(resource).namespace === `registry-${registry}` && KEYS.includes(kindOf(resource)),
        );
    const ofObject = (one: (typeof declared)[number]): Found => {
        const part = subjectOf(one.resource).replace(/^registry /, "");
        const isPart = SERVES.includes(kindOf(one.resource)) && parts.some(({ name }) => name === part);
        const found = impactOfObjects([one], declared);
        return isPart ? both(found, impactOfParts([part], site, all)) : found;
    };
    return new Map<string, () => Found>([
        ...declared.map((one) => [described(one.resource), () => ofObject(one)] as const),
        ...[...componentNames(facts)].map(
            ([name, component]) => [name, () => impactOfComponent(component, facts)] as const,
        ),
        ...registries.map((name) => [`keys/${name}`, () => impactOfObjects(byNamespace(name), declared)] as const),
        ...parts.map(({ name }) => {
            const called = registries.includes(name) ? `registries/${name}` : name;
            return [called, () => impactOfParts([name], site, all)] as const;
        }),
        [
            `sites/${site.site}`,
            () =>
                impactOfParts(
                    parts.map(({ name }) => name),
                    site,
                    all,
                ),
        ],
    ]);
}

function both(one: Found, other: Found): Found {
    return {
        stops: [...one.stops, ...other.stops],
        goesOn: [...one.goesOn, ...other.goesOn],
        unreachable: [...one.unreachable, ...other.unreachable],
        restarts: [...one.restarts, ...other.restarts],
    };
}
