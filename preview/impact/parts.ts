/** Finds what depends on parts of a site, by the needs from which its boot order is made. Pure. */
import type { Flow } from "../../infra/site/flows";
import { objectStoreName, registryName, leaseAgentName } from "../../infra/networking/addresses";
import type { Need, Part } from "../../infra/site/boot-order";
import { groupBy } from "../group";
import type { Found, Line } from "./impact";

export interface SiteParts {
    readonly site: string;
    readonly parts: readonly Part[];
    readonly steps: readonly (readonly string[])[];
    readonly flows: readonly Flow[];
    readonly registries: readonly string[];
    /** Registry → workloads of the edge that ask it: the flows allow it for every registry alike. */
    readonly askedBy: Readonly<Record<string, readonly string[]>>;
}

/**
 * @param names parts that are away at first
 * @param all all sites, this one included, because others may need it
 */
export function impactOfParts(names: readonly string[], site: SiteParts, all: readonly SiteParts[]): Found {
    const stopped = new Map<string, string>();
    for (const step of site.steps) {
        for (const { name, needs } of site.parts.filter(
            (part) => step.includes(part.name) && !names.includes(part.name),
        )) {
            const lacking = needs.find(
                (need) => isHard(need) && need.at === undefined && (names.includes(need.on) || stopped.has(need.on)),
            );
            if (lacking !== undefined) {
                stopped.set(name, `needs ${lacking.on}: ${lacking.why}`);
            }
        }
    }
    const away = [...names, ...stopped.keys()];
    const borne = all.flatMap((other) => {
        const isHere = other.site === site.site;
        return other.parts
            .filter(({ name }) => !isHere || !away.includes(name))
            .flatMap((part) => borneBy(part, other.site, site, away));
    });
    const told = borne.map(({ who }) => who);
    const rest = site.parts.map(({ name }) => name).filter((name) => !away.includes(name) && !told.includes(name));
    return {
        stops: together([...stopped].map(([who, what]) => ({ who, what }))),
        goesOn: [
            ...[...groupBy(borne, ({ why, without }) => `${why}\n${without}`).values()].map(borneLine),
            ...(rest.length === 0 ? [] : [{ who: rest.join(", "), what: "needs nothing of it to go on" }]),
        ],
        unreachable: callers(away, site),
        restarts: site.steps.map((step) => step.filter((name) => stopped.has(name))).filter((step) => step.length > 0),
    };
}

interface Borne {
    readonly who: string;
    readonly on: string;
    readonly why: string;
    readonly without: string;
}

/** Needs of a part, in this site or another, that are away and that the part can do without. */
function borneBy({ name, needs }: Part, at: string, away: SiteParts, parts: readonly string[]): Borne[] {
    const isHere = at === away.site;
    return needs.flatMap((need) => {
        const on = partServing(need.on, away);
        const isAway = need.at === (isHere ? undefined : away.site) && parts.includes(on);
        return isAway && need.without !== undefined
            ? [{ who: isHere ? name : `${at}'s ${name}`, on, why: need.why, without: plain(need.without) }]
            : [];
    });
}

/** Several parts that go on in the same way are named in one line. */
function borneLine(alike: readonly Borne[]): Line {
    const listed = (of: (one: Borne) => string): string => [...new Set(alike.map(of))].join(", ");
    return {
        who: listed(({ who }) => who),
        what: `${listed(({ why }) => why)}, of ${listed(({ on }) => on)}: ${listed(({ without }) => without)}`,
    };
}

function isHard({ without }: Need): boolean {
    return without === undefined;
}

/** The text without its links, which are for documents. */
function plain(text: string): string {
    return text.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1");
}

/** Subjects with the same text are named in one line. */
function together(lines: readonly Line[]): Line[] {
    return [...groupBy(lines, ({ what }) => what)].map(([what, alike]) => ({
        who: alike.map(({ who }) => who).join(", "),
        what,
    }));
}

/** The part that another site knows by this name. */
function partServing(on: string, { site, registries }: SiteParts): string {
    const registry = registries.find((name) => [registryName(name, site), leaseAgentName(name, site)].includes(on));
    return registry ?? (on === objectStoreName(site) ? "object-store" : on);
}

const ANY = /^a registry('s |$)/;
const ONE = /^registry-([a-z-]+)'s /;

/** Everybody who talks to what is away. A registry's own workloads, which talk to no other registry's, are away with it. */
function callers(away: readonly string[], { flows, registries, askedBy }: SiteParts): Line[] {
    const gone = registries.filter((name) => away.includes(name));
    const hit = flows.flatMap(({ from, to, port }) => {
        const isOwn = [from, to].every((end) => ANY.test(end) || ONE.test(end));
        const asks = (name: string): boolean =>
            !Object.values(askedBy).flat().includes(from) || askedBy[name]?.includes(from) === true;
        const asked = gone.filter(asks);
        const called = ANY.test(to) ? asked : [ONE.exec(to)?.[1] ?? to].filter((name) => away.includes(name));
        const isThere = ANY.test(from) ? gone.length < registries.length : !away.includes(from);
        // Flows name all registries at once, so the text names those that are away.
        const named = ANY.test(to) ? `${to.replace("a registry's", "the")} of ${asked.join(", ")}` : to;
        return isOwn || called.length === 0 || !isThere ? [] : [{ from, to: named, port }];
    });
    return [...groupBy(hit, ({ from, to }) => `${from}\n${to}`).values()].flatMap((alike) =>
        alike.slice(0, 1).map(({ from, to }) => ({
            who: from,
            what: `${to}, at ${[...new Set(alike.map(({ port }) => port))].sort().join(", ")}`,
        })),
    );
}
