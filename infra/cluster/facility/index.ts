/** Tier IV, proven before anything is built: docs/decisions/tier4.md. Pure. */
import type { Host } from "./inventory";
import { type Down, type Facility, facility, fallen } from "./facility";
import { type Lack, type Site, judge } from "./fault";
import { workers } from "./schedule";
import type { Workload } from "./workload";

export function siteFrom(
    cluster: Parameters<typeof facility>[0],
    inventory: readonly Host[],
    running: readonly Workload[],
): Site {
    const all = facility(cluster, inventory);
    const hosts = (role: string): number[] =>
        inventory.filter((host) => host.role === role).map(({ name }) => place(all, `host ${name}`));
    return {
        facility: all,
        workers: workers(inventory),
        workloads: running,
        places: {
            workers: hosts("worker"),
            etcd: hosts("control-plane"),
            uplinks: [...all.keys()].filter((index) => all[index]?.kind === "uplink"),
        },
    };
}

/** Place of the component with this name. */
export function place(all: Site["facility"], name: string): number {
    return all.findIndex((component) => component.name === name);
}

/**
 * What keeps a site from being Tier IV: each component whose failure it does not bear, and each pair where it does not bear the failure of
 * one during work on the other. What is borne as a failure is also borne as planned work. A fault that contains a smaller one is not
 * reported again, and of pairs with the same outcome the first stands for all.
 */
export function tier4Problems(site: Site): string[] {
    const { facility: all } = site;
    const lacks = judge(site);
    const whole = all.map(() => false);
    const atFirst = lacks(whole, whole);
    if (atFirst.length > 0) {
        return [`With everything up there is too little for ${told(atFirst)}`];
    }
    const problems: string[] = [];
    const borne: { readonly name: string; readonly down: Down }[] = [];
    for (const [index, { name }] of all.entries()) {
        const down = fallen(all, whole.with(index, true));
        const lack = lacks(down, whole);
        if (lack.length === 0) {
            borne.push({ name, down });
        } else {
            problems.push(`${name} must be able to fail${fall(all, down, [name])}. ${LEFT} ${told(lack)}`);
        }
    }
    const ends = new Map<string, string[]>();
    for (const [index, one] of borne.entries()) {
        for (const other of borne.slice(0, index)) {
            const down = fallen(
                all,
                one.down.map((isDown, place) => isDown || (other.down[place] as boolean)),
            );
            const orders = [
                [one, other],
                [other, one],
            ] as const;
            const broken = orders.find(([work]) => lacks(down, work.down).length > 0);
            if (broken !== undefined) {
                const [work, failure] = broken;
                const what = `${failure.name} must be able to fail while ${work.name} is under maintenance`;
                const end = told(lacks(down, work.down));
                ends.set(end, [...(ends.get(end) ?? []), what + fall(all, down, [one.name, other.name])]);
            }
        }
    }
    for (const [end, [first = "", ...{ length: more }]] of ends) {
        problems.push(
            `${first}. ${LEFT} ${end}${more > 0 ? ` (and ${more} more such pair${more > 1 ? "s" : ""})` : ""}`,
        );
    }
    return problems;
}

const LEFT = "Then too little is left for";

/** Reports each reason once, with everything that lacks something for it. */
function told(lacks: readonly Lack[]): string {
    const alike = new Map<string, string[]>();
    lacks.forEach(({ who, why }) => alike.set(why, [...(alike.get(why) ?? []), who]));
    return [...alike].map(([why, who]) => `${some(who)} (${why})`).join("; ");
}

/** What falls along with the components of a fault. */
function fall(all: Facility, down: Down, out: readonly string[]): string {
    const others = all.filter(({ name }, index) => down[index] && !out.includes(name));
    const kinds = [...new Set(others.map(({ kind }) => kind))].map((kind) =>
        some(others.filter((component) => component.kind === kind).map(({ name }) => name)),
    );
    return kinds.length === 0 ? "" : ` (with ${out.length === 1 ? "it" : "them"} fall ${kinds.join("; ")})`;
}

/** Names beyond this many are only counted. */
const SHOWN = 4;

function some(names: readonly string[]): string {
    const more = names.length - SHOWN;
    return names.slice(0, SHOWN).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
