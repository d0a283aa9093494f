/** What happens to a site when a component fails, also during work on another one. Pure. */
import { majority } from "../../conventions/numbers";
import type { Down, Facility } from "./facility";
import { type Placement, type Pool, type Schedule, type Which, schedule } from "./schedule";

export interface Site extends Pool {
    readonly facility: Facility;
    /** Places in the facility of the workers (in the order of the pool), of the hosts with a member of etcd each, and of the uplinks. */
    readonly places: Readonly<Record<"workers" | "etcd" | "uplinks", readonly number[]>>;
}

/** Something of which too little is left: what it is, how little, and what would be enough. */
export interface Lack {
    readonly who: string;
    readonly why: string;
}

/**
 * What a site lacks once `down` is gone. Of that, `out` was out for planned work, and what could leave its hosts had left them before.
 * Empty where the site goes on as if nothing had happened.
 *
 * Where the scheduler has put pods when a fault comes is unknown, so that as many as the rules allow are assumed to be where it strikes.
 */
export function judge(site: Site): (down: Down, out: Down) => Lack[] {
    const standing = standings(site);
    return (down, out) => {
        const [lost, drained] = [workersDown(site, down), workersDown(site, out)];
        return [...facilityLacking(site, down), ...podsLacking(site, standing(lost, drained))];
    };
}

/** Pods of each workload after a fault. */
export interface Standing {
    readonly placement: Placement;
    /** Pods that run, with every workload placed where it would be worst off; never more than `placement` has. */
    readonly running: readonly number[];
    /** Pods that should run and have found no place. */
    readonly waiting: readonly number[];
}

/** What stands once workers are lost, of which some were drained for planned work. */
export function standings(site: Site): (lost: Which, drained: Which) => Standing {
    const known = new Map<string, Standing>();
    return (lost, drained) => {
        const key = likeness(site, drained, lost);
        const found = known.get(key) ?? stand(site, drained, lost);
        known.set(key, found);
        return found;
    };
}

export function workersDown({ places }: Site, down: Down): Which {
    return places.workers.map((place) => down[place] === true);
}

/** A key that is equal for faults that differ only in which of several like workers of one rack fails. */
function likeness({ workers }: Site, drained: Which, lost: Which): string {
    const kinds = workers.flatMap(({ kind }, index) => (lost[index] ? (drained[index] ? `(${kind})` : kind) : []));
    return kinds.sort().join();
}

/** What the facility itself lacks, apart from what pods need. */
function facilityLacking({ places }: Site, down: Down): Lack[] {
    const { members, left, majority } = quorumLeft(places.etcd, down);
    const why = `${left} of ${members} members, ${majority} needed: more control-plane hosts, or in other racks`;
    return [
        ...(left < majority ? [{ who: "etcd", why }] : []),
        ...(places.uplinks.every((place) => down[place])
            ? [{ who: "the way out", why: "no uplink: more, on other switches" }]
            : []),
    ];
}

/** Members of etcd: how many there are, how many are left, and how many are needed. */
export function quorumLeft(
    etcd: readonly number[],
    down: Down,
): Readonly<Record<"members" | "left" | "majority", number>> {
    const members = etcd.length;
    const left = etcd.filter((place) => !down[place]).length;
    return { members, left, majority: majority(members) };
}

function podsLacking(site: Site, { running, waiting }: Standing): Lack[] {
    return site.workloads.flatMap(({ name, unit, quorum, elsewhere }, index): Lack[] => {
        const [up, without] = [running[index] as number, waiting[index] as number];
        return [
            ...(without > 0
                ? [{ who: name, why: `${unit}s without room: ${without}; more hosts, or larger ones` }]
                : []),
            ...(up + elsewhere < quorum
                ? [{ who: name, why: `${up} members, ${quorum} needed: more, on other hosts` }]
                : []),
        ];
    });
}

function stand(site: Site, drained: Which, lost: Which): Standing {
    const together = play(site, drained, lost);
    const running = site.workloads.map((workload, index) => {
        // Other workloads may have been in its way where the fault strikes, or it may have been there alone.
        const alone =
            workload.volume === undefined ? together : play({ ...site, workloads: [workload] }, drained, lost);
        return Math.min(total(together.placement[index]), total(alone.placement.at(alone === together ? index : 0)));
    });
    return { ...together, running };
}

function total(row: readonly number[] = []): number {
    return row.reduce((sum, count) => sum + count, 0);
}

/** The pods after everything, and those that should then run and have found no place. */
function play(site: Site, drained: Which, lost: Which): Schedule {
    const first = settle(site, lost);
    const before = drained.includes(true) ? afterDrain(site, first.placement, drained, lost) : first;
    const after = afterLoss(site, before.placement, lost);
    const waiting = site.workloads.map(({ volume }, index) => {
        // A member that finds no other host when work is planned is away as if its host had failed.
        const rounds = volume === undefined && before !== first ? [first, before, after] : [first, after];
        return rounds.reduce((sum, round) => sum + (round.waiting[index] as number), 0);
    });
    return { placement: after.placement, waiting };
}

/** Where pods go at first. `preferred` are the workers where they would be worst off. */
export function settle(site: Site, preferred: Which = []): Schedule {
    const none = site.workloads.map(() => site.workers.map(() => 0));
    const all = site.workloads.map(({ count }) => count);
    return schedule(site, none, all, [], preferred);
}

/**
 * Where pods are after workers are gone. A pod with a volume is lost with its host and waits for it, because it cannot run elsewhere. All
 * others have to find another place.
 */
export function afterLoss(site: Site, before: Placement, lost: Which): Schedule {
    const moves = site.workloads.map(({ volume }) => volume === undefined);
    return displaced(site, before, lost, moves, []);
}

/** Where pods are once work can begin on workers. As the work is planned, members that can be rebuilt have been, on other workers. */
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
