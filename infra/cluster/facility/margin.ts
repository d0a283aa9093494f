/** How close a site is to lacking something, in counts: what is left of everything after each fault. Pure. */
import { type Down, type Facility, fallen, loads } from "./facility";
import { type Site, type Standing, quorumLeft, standings, workersDown } from "./fault";

/** What is left of one thing. */
export interface Left {
    /** `etcd`, `registry land`, `processors`, `feed a` */
    readonly what: string;
    /** `members`, `pods`, `cores`, `GiB`, `disks`, `W`, `uplinks` */
    readonly unit: string;
    /** Members that run; of room and power, what is unused. */
    readonly left: number;
    /** Less than this is too little. */
    readonly needed: number;
    /** How many there are with everything up. */
    readonly of: number;
}

/** One component that fails, by itself or while another is under maintenance. */
export interface Fault {
    readonly fails: string;
    readonly during?: string;
}

export interface After extends Fault {
    readonly left: readonly Left[];
}

export interface Margin {
    /** With everything up. */
    readonly whole: readonly Left[];
    /** The fault after which the least is left, compared by what is scarcest then and, where that is equal, by what is next. */
    readonly closest: After;
    /** For each thing, the fault after which the least of it is left. */
    readonly least: readonly (Left & Fault)[];
}

const GIB = 2 ** 30;

export function marginOf(site: Site): Margin {
    const { facility: all } = site;
    const standing = standings(site);
    const none = all.map(() => false);
    const left = (down: Down, out: Down): Left[] =>
        leftOf(site, down, standing(workersDown(site, down), workersDown(site, out)));
    const whole = left(none, none);
    let closest: After | undefined;
    const least = new Map<string, Left & Fault>();
    for (const { fault, down, out } of faults(all)) {
        const after = { ...fault, left: left(down, out) };
        closest = closest === undefined || scarcer(after.left, closest.left) ? after : closest;
        for (const one of after.left) {
            const known = least.get(one.what);
            if (known === undefined || share(one) < share(known)) {
                least.set(one.what, { ...one, ...fault });
            }
        }
    }
    return { whole, closest: closest ?? { fails: "nothing", left: whole }, least: [...least.values()] };
}

/** What falls when one component fails by itself, that component included, and what is then left. */
export function afterLossOf(site: Site, place: number): { readonly down: Down; readonly left: readonly Left[] } {
    const none = site.facility.map(() => false);
    const down = fallen(site.facility, none.with(place, true));
    const standing = standings(site)(workersDown(site, down), workersDown(site, none));
    return { down, left: leftOf(site, down, standing) };
}

interface Struck {
    readonly fault: Fault;
    /** What is down, with everything that falls with it. */
    readonly down: Down;
    /** What was out before, for planned work. */
    readonly out: Down;
}

/** Yields the failure of each component by itself, and then of each one while another is under maintenance. */
function* faults(all: Facility): Generator<Struck> {
    const none = all.map(() => false);
    const single = all.map(({ name }, index) => ({ name, down: fallen(all, none.with(index, true)) }));
    for (const { name, down } of single) {
        yield { fault: { fails: name }, down, out: none };
    }
    for (const [index, one] of single.entries()) {
        for (const other of single.slice(0, index)) {
            const down = fallen(all, either(one.down, other.down));
            yield { fault: { fails: one.name, during: other.name }, down, out: other.down };
            yield { fault: { fails: other.name, during: one.name }, down, out: one.down };
        }
    }
}

export function either(one: Down, other: Down): Down {
    return one.map((isDown, place) => isDown || other[place] === true);
}

function leftOf(site: Site, down: Down, { placement, running, waiting }: Standing): Left[] {
    const { facility: all, places, workers, workloads } = site;
    const { members, left, majority } = quorumLeft(places.etcd, down);
    const uplinks = places.uplinks.filter((place) => !down[place]).length;
    const stand = workers.map((_, index) => !down[places.workers[index] as number]);
    const room = (what: string, unit: string, has: readonly number[], takes: readonly number[]): Left => {
        const standing = sum(has.filter((_, node) => stand[node]));
        const taken = sum(placement.map((row, index) => sum(row) * (takes[index] as number)));
        return { what, unit, left: standing - taken, needed: 0, of: sum(has) };
    };
    const load = loads(all, down);
    return [
        { what: "etcd", unit: "members", left, needed: majority, of: members },
        { what: "ways out", unit: "uplinks", left: uplinks, needed: 1, of: places.uplinks.length },
        ...workloads.flatMap(({ name, unit, count, quorum, elsewhere }, index) =>
            // A workload that needs no member is a Job: it only needs room.
            quorum === 0
                ? []
                : {
                      what: name,
                      unit: `${unit}s`,
                      left: running[index] as number,
                      needed: quorum - elsewhere,
                      of: count,
                  },
        ),
        ...workloads.flatMap(({ name, unit, count }, index) => {
            const without = waiting[index] as number;
            return without === 0
                ? []
                : { what: `room for ${name}`, unit: `${unit}s`, left: count - without, needed: count, of: count };
        }),
        room(
            "processors",
            "cores",
            workers.map(({ cpu }) => cpu),
            workloads.map(({ cpu }) => cpu),
        ),
        room(
            "memory",
            "GiB",
            workers.map(({ memory }) => memory / GIB),
            workloads.map(({ memory }) => memory / GIB),
        ),
        room(
            "room for pods",
            "pods",
            workers.map(({ pods }) => pods),
            workloads.map(() => 1),
        ),
        room(
            "room for volumes",
            "disks",
            workers.map(({ disks }) => disks),
            workloads.map(({ volume }) => (volume === undefined ? 0 : 1)),
        ),
        ...all.flatMap(({ name, capacity }, index) =>
            capacity === Infinity || down[index]
                ? []
                : { what: name, unit: "W", left: capacity - (load[index] as number), needed: 0, of: capacity },
        ),
    ];
}

/** The share that may still be lost; negative where there is too little already. */
export function share({ left, needed, of }: Left): number {
    return of === 0 ? 0 : (left - needed) / of;
}

/** Whether the first leaves less, compared by what is scarcest and, where that is equal, by what is next. */
function scarcer(one: readonly Left[], other: readonly Left[]): boolean {
    const [mine, theirs] = [one, other].map((left) => left.map(share).sort((a, b) => a - b)) as [number[], number[]];
    const place = mine.findIndex((value, index) => value !== theirs[index]);
    return place >= 0 && (mine[place] as number) < (theirs[place] ?? Infinity);
}

function sum(numbers: readonly number[]): number {
    return numbers.reduce((total, number) => total + number, 0);
}
