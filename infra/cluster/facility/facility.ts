/** The facility as a graph: what each component needs to stand, and what falls when some are gone. Pure. */
import type { ClusterConfig } from "../config";
import type { Host } from "./inventory";

export type Kind = "feed" | "cooling loop" | "rack" | "switch" | "uplink" | "host";

export interface Component {
    readonly kind: Kind;
    /** `feed a`, `host a1-1` */
    readonly name: string;
    /** The component stands as long as at least one of each of these groups does. The numbers are places in the list of all components. */
    readonly needs: readonly (readonly number[])[];
    /** W that it takes in equal parts from those of its feeds that stand, and gives off to its loops. */
    readonly watts: number;
    /** W that a feed delivers, or a loop carries away; it falls when more than that is on it. */
    readonly capacity: number;
}

export type Facility = readonly Component[];
/** Whether each component is down, by its place in the list of all components; not longer than that list. */
export type Down = readonly boolean[];

export function facility(
    { feeds, loops, racks, switches }: Pick<ClusterConfig, "feeds" | "loops" | "racks" | "switches">,
    hosts: readonly Pick<Host, "name" | "rack" | "watts">[],
): Facility {
    const all: Component[] = [];
    const made = new Map<string, number>();
    const component = (kind: Kind, name: string, rest: Partial<Component> = {}): void => {
        made.set(`${kind} ${name}`, all.length);
        all.push({ kind, name: `${kind} ${name}`, needs: [], watts: 0, capacity: Infinity, ...rest });
    };
    const places = (kind: Kind, names: readonly string[] = []): number[] =>
        names.flatMap((name) => made.get(`${kind} ${name}`) ?? []);
    const inRack = (rack: string): number[][] => [
        places("rack", [rack]),
        places("feed", racks[rack]?.feeds),
        places("cooling loop", racks[rack]?.loops),
    ];
    Object.entries(feeds).forEach(([name, kw]) => component("feed", name, { capacity: kw * 1000 }));
    Object.entries(loops).forEach(([name, kw]) => component("cooling loop", name, { capacity: kw * 1000 }));
    Object.keys(racks).forEach((name) => component("rack", name));
    Object.entries(switches).forEach(([name, { rack }]) => component("switch", name, { needs: inRack(rack) }));
    for (const uplink of new Set(Object.values(switches).flatMap(({ uplinks }) => uplinks))) {
        const ends = Object.keys(switches).filter((name) => switches[name]?.uplinks.includes(uplink));
        component("uplink", uplink, { needs: [places("switch", ends)] });
    }
    for (const { name, rack, watts } of hosts) {
        component("host", name, { needs: [...inRack(rack), places("switch", racks[rack]?.switches)], watts });
    }
    return all;
}

/** What is down once these are: everything that then lacks something, and feeds and loops that are overloaded. */
export function fallen(all: Facility, out: Down): Down {
    const down = [...out];
    for (;;) {
        const lacking = indices(
            all,
            ({ needs }, index) => !down[index] && needs.some((ways) => ways.every((way) => down[way])),
        );
        const next = lacking.length > 0 ? lacking : overloaded(all, down);
        if (next.length === 0) {
            return down;
        }
        next.forEach((index) => (down[index] = true));
    }
}

/** W that each component carries once these are down: feeds and loops carry, nothing else does. */
export function loads(all: Facility, down: Down): number[] {
    const load = all.map(() => 0);
    for (const [index, { needs, watts }] of all.entries()) {
        if (watts > 0 && !down[index]) {
            for (const ways of needs) {
                const standing = ways.filter((way) => !down[way]);
                standing.forEach((way) => (load[way] = (load[way] ?? 0) + watts / standing.length));
            }
        }
    }
    return load;
}

function overloaded(all: Facility, down: Down): number[] {
    const load = loads(all, down);
    return indices(all, ({ capacity }, index) => !down[index] && (load[index] ?? 0) > capacity);
}

function indices(all: Facility, which: (component: Component, index: number) => boolean): number[] {
    return all.flatMap((component, index) => (which(component, index) ? index : []));
}
