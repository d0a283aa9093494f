/** What becomes of a site when a component fails, also while work is done on another. Pure. */
import type { Down, Facility } from "./facility";
import { type Placement, type Pool, type Schedule, type Which, schedule } from "./schedule";

export interface Site extends Pool {
    readonly facility: Facility;
    /** Where in the facility are: the workers, in the order of the pool; the hosts with a member of etcd each; the uplinks. */
    readonly places: Readonly<Record<"workers" | "etcd" | "uplinks", readonly number[]>>;
}

/** Something for which too little is left, how little, and what would be enough. */
export interface Lack {
    readonly who: string;
    readonly why: string;
}

/**
 * What a site lacks once `down` is gone, of which `out` was out for planned work: what could leave its hosts had left them before.
 * Nothing where the site goes on as if nothing had happened.
 *
 * Nobody knows where the scheduler has put pods when a fault comes: it is assumed that as many were where it strikes as the rules allow.
 */
export function judge(site: Site): (down: Down, out: Down) => Lack[] {
    const known = new Map<string, readonly Lack[]>();
    return (down, out) => {
        const [lost, drained] = [workersDown(site, down), workersDown(site, out)];
        const key = likeness(site, drained, lost);
        const pods = known.get(key) ?? podsLacking(site, drained, lost);
        known.set(key, pods);
        return [...facilityLacking(site, down), ...pods];
    };
}

export function workersDown({ places }: Site, down: Down): Which {
    return places.workers.map((place) => down[place] === true);
}

/** The same for faults that differ only in which of several workers it is that are alike and in one rack. */
function likeness({ workers }: Site, drained: Which, lost: Which): string {
    const kinds = workers.flatMap(({ kind }, index) => (lost[index] ? (drained[index] ? `(${kind})` : kind) : []));
    return kinds.sort().join();
}

/** What of the facility itself has to stand, beside what pods need. */
function facilityLacking({ places }: Site, down: Down): Lack[] {
    const members = places.etcd.length;
    const left = places.etcd.filter((place) => !down[place]).length;
    const majority = Math.floor(members / 2) + 1;
    const why = `${left} of ${members} members, ${majority} needed: more control-plane hosts, or in other racks`;
    return [
        ...(left < majority ? [{ who: "etcd", why }] : []),
        ...(places.uplinks.every((place) => down[place])
            ? [{ who: "the way out", why: "no uplink: more, on other switches" }]
            : []),
    ];
}

function podsLacking(site: Site, drained: Which, lost: Which): Lack[] {
    const together = play(site, drained, lost);
    return site.workloads.flatMap((workload, index): Lack[] => {
        const { name, unit, volume, quorum, elsewhere } = workload;
        const waiting = together.waiting[index] as number;
        // Others may have been in its way where the fault strikes: it may have been there alone.
        const alone = volume === undefined ? together : play({ ...site, workloads: [workload] }, drained, lost);
        const running = Math.min(
            total(together.placement[index]),
            total(alone.placement.at(alone === together ? index : 0)),
        );
        return [
            ...(waiting > 0
                ? [{ who: name, why: `${unit}s without room: ${waiting}; more hosts, or larger ones` }]
                : []),
            ...(running + elsewhere < quorum
                ? [{ who: name, why: `${running} members, ${quorum} needed: more, on other hosts` }]
                : []),
        ];
    });
}

function total(row: readonly number[] = []): number {
    return row.reduce((sum, count) => sum + count, 0);
}

/** Pods after everything, and those that should run then and have found no place. */
function play(site: Site, drained: Which, lost: Which): Schedule {
    const first = settle(site, lost);
    const before = drained.includes(true) ? afterDrain(site, first.placement, drained, lost) : first;
    const after = afterLoss(site, before.placement, lost);
    const waiting = site.workloads.map(({ volume }, index) => {
        // A member for which there is no other host when work is planned is away as if its host had failed.
        const rounds = volume === undefined && before !== first ? [first, before, after] : [first, after];
        return rounds.reduce((sum, round) => sum + (round.waiting[index] as number), 0);
    });
    return { placement: after.placement, waiting };
}

/** Where pods go at first. `preferred` is where they would be worst off. */
export function settle(site: Site, preferred: Which = []): Schedule {
    const none = site.workloads.map(() => site.workers.map(() => 0));
    const all = site.workloads.map(({ count }) => count);
    return schedule(site, none, all, [], preferred);
}

/**
 * Where pods are after workers are gone. A pod with a volume is lost with its host and waits for it: it has no place elsewhere,
 * and none is looked for. All others have to find one.
 */
export function afterLoss(site: Site, before: Placement, lost: Which): Schedule {
    const moves = site.workloads.map(({ volume }) => volume === undefined);
    return displaced(site, before, lost, moves, []);
}

/** Where pods are once work can begin on workers: members that can be rebuilt are, on others, as this was planned. */
function afterDrain(site: Site, before: Placement, drained: Which, preferred: Which): Schedule {
    const moves = site.workloads.map(({ volume, rebuilt }) => volume === undefined || rebuilt);
    return displaced(site, before, drained, moves, preferred);
}

function displaced(site: Site, before: Placement, away: Which, moves: Which, preferred: Which): Schedule {
    const stay = before.map((row) => row.map((count, node) => (away[node] ? 0 : count)));
    const wanted = before.map((row, index) =>
        row.reduce((sum, count, node) => sum + (moves[index] && away[node] ? count : 0), 0),
    );
    return schedule(site, stay, wanted, away, preferred);
}
