/** Tells how a change affects the margin of a site. Pure. */
import type { Fault, Left } from "../../infra/cluster/facility/margin";
import { groupBy } from "../group";
import type { Danger } from "../report";
import type { SiteFacts } from "./facts";
import { facilityMargin } from "./margin";
import type { FacilityMargin, FacilityReport } from "./report";
import { faultText, figure, leftText, leftTexts, namesText, percent } from "./words";

export interface FacilityChange {
    readonly facility: FacilityReport;
    readonly dangers: readonly Danger[];
}

export const UNTOLD: FacilityReport = { told: [] };
const UNSAID = "cannot be said: there is no plan that this program can read";
const NONE: FacilityChange = { facility: UNTOLD, dangers: [] };

/** Compares the facility and what runs on it; nothing else of a site changes its margin. This program's rules judge both sides. */
export function facilityChange(before: SiteFacts | undefined, after: SiteFacts | undefined): FacilityChange {
    if (judged(before) === judged(after)) {
        return NONE;
    }
    if (after === undefined) {
        // The site is gone or refused, which the report says elsewhere.
        return NONE;
    }
    const next = facilityMargin(after);
    if (before === undefined) {
        return { facility: { after: next, told: [`before: ${UNSAID}; now: ${marginText(next)}`] }, dangers: [] };
    }
    const old = facilityMargin(before);
    const changed = leastChanges(old, next);
    const [was, is] = [marginText(old), marginText(next)];
    const told = [
        was === is ? `as before: ${is}` : `before: ${was}; now: ${is}`,
        // Feeds have lines of their own.
        ...changeTexts(changed.filter(({ next: { what } }) => !what.startsWith("feed "))),
        ...feedTexts(old, next),
    ];
    return {
        facility: { before: old, after: next, told },
        dangers: lessMargin(old, next, changed, gone(before, after)),
    };
}

function judged(facts: SiteFacts | undefined): string {
    return JSON.stringify([facts?.cluster, facts?.hosts, facts?.workloads]);
}

/** `loss of rack b1 while rack a1 is under maintenance leaves etcd 3 of 5 members, 3 needed; … 99.99846 % availability to expect` */
function marginText({ closest, availability: { pairs, ...bounds } }: FacilityMargin): string {
    const left = leftTexts(closest.left).join("; ");
    const many = `${pairs} pair${pairs === 1 ? "" : "s"} of components stop${pairs === 1 ? "s" : ""} something, down at once without notice`;
    return `loss of ${faultText(closest)} leaves ${left}; ${many}; ${percent(bounds)} availability to expect`;
}

interface LeastChange {
    readonly old: Left & Fault;
    readonly next: Left & Fault;
}

function leastChanges(old: FacilityMargin, next: FacilityMargin): LeastChange[] {
    return next.least.flatMap((one) => {
        const known = old.least.find(({ what }) => what === one.what);
        return known === undefined || (known.left === one.left && known.of === one.of && known.needed === one.needed)
            ? []
            : { old: known, next: one };
    });
}

/** The same change of several components is told once. */
function changeTexts(changes: readonly LeastChange[]): string[] {
    const tail = ({ old, next }: LeastChange): string =>
        `${leftText(old)} → ${leftText(next)}, at the worst (loss of ${faultText(next)})`;
    return [...groupBy(changes, tail)].map(
        ([text, alike]) => `${namesText(alike.map(({ next }) => next.what))} ${text}`,
    );
}

function feedTexts(old: FacilityMargin, next: FacilityMargin): string[] {
    return next.feeds.flatMap((feed) => {
        const known = old.feeds.find(({ name }) => name === feed.name);
        const [was, is] = [known, feed].map((one) => one && feedText(one));
        return was === is ? [] : `feed ${feed.name}: ${was ?? "none"} → ${is ?? "none"}`;
    });
}

function feedText({
    watts,
    load,
    most,
    hosts,
    cores,
    gibibytes,
    pods,
    disks,
}: FacilityMargin["feeds"][number]): string {
    const room = `${hosts} workers with ${figure(cores)} cores, ${figure(gibibytes)} GiB, ${pods} pods, ${disks} disks`;
    return `${figure(load)} W of ${figure(watts)} W, at the worst ${figure(most)} W, ${hosts === 0 ? "no workers" : room}`;
}

/** Names of components that were there before, and are no longer. */
function gone(before: SiteFacts, after: SiteFacts): string[] {
    const left = new Set(components(after));
    return components(before).filter((name) => !left.has(name));
}

function components({ cluster: { feeds, loops, switches, racks }, hosts }: SiteFacts): string[] {
    const named = (kind: string, all: object): string[] => Object.keys(all).map((name) => `${kind} ${name}`);
    return [
        ...named("feed", feeds),
        ...named("cooling loop", loops),
        ...named("switch", switches),
        ...named("rack", racks),
        ...hosts.map(({ name }) => `host ${name}`),
    ];
}

/** Reports lower margins. Asking for more of what is there is deliberate, but somebody has to be told where less is there. */
function lessMargin(
    old: FacilityMargin,
    next: FacilityMargin,
    changes: readonly LeastChange[],
    objects: readonly string[],
): Danger[] {
    const less = changes.filter(({ old: was, next: is }) =>
        is.needed > 0 ? is.left - is.needed < was.left - was.needed : is.of < was.of,
    );
    const rarer = next.availability.high < old.availability.low;
    const available = `${percent(old.availability)} → ${percent(next.availability)} availability to expect`;
    const texts = [...changeTexts(less), ...(rarer ? [available] : [])];
    return texts.length === 0 ? [] : [{ kind: "less margin", text: texts.join("; "), objects: [...objects] }];
}
