/**
 * The order in which a site comes up, from what each part needs before it can serve. A site starts by itself: no part may need the other
 * site, or need itself in a circle. Pure. The parts are in boot-parts.ts. docs/boot-order.md is generated.
 */
import { InputError } from "../conventions/errors";

export interface Need {
    /** The part that is needed, of the site that `at` names or of this one. */
    readonly on: string;
    readonly at?: string;
    readonly why: string;
    /** What the part does while that is not there. Where this is set, nothing waits for it. */
    readonly without?: string;
}

export interface Part {
    readonly name: string;
    readonly needs: readonly Need[];
}

/**
 * @returns steps; the parts of one step need neither each other nor anything of a later step
 * @throws InputError that names every need of another site, and every circle
 */
export function bootOrder(site: string, parts: readonly Part[]): string[][] {
    const problems = parts.flatMap(({ name, needs }) =>
        needs
            .filter((need) => isHard(need) && need.at !== undefined)
            .map(({ at, why }) => `${name} needs the site ${at ?? ""} (${why}): take it from ${site} itself`),
    );
    const needed = new Map(
        parts.map(({ name, needs }) => [
            name,
            needs.filter((need) => isHard(need) && need.at === undefined).map(({ on }) => on),
        ]),
    );
    for (const [name, on] of needed) {
        problems.push(
            ...on
                .filter((other) => !needed.has(other))
                .map((other) => `${name} needs ${other}, which is no part of it`),
        );
    }
    const steps: string[][] = [];
    const left = new Map(needed);
    while (left.size > 0) {
        const next = [...left].filter(([, on]) => !on.some((other) => left.has(other))).map(([name]) => name);
        if (next.length === 0) {
            problems.push(`${circleIn(left).join(" needs ")}: none of them comes up before the other`);
            break;
        }
        next.forEach((name) => left.delete(name));
        steps.push(next);
    }
    if (problems.length > 0) {
        const lines = problems.map((problem) => `  - ${problem}`);
        throw new InputError([`${site} could not start by itself; nothing was changed:`, ...lines].join("\n"));
    }
    return steps;
}

/** One circle, with its first part again at the end. @param left parts of which each needs another one of them */
function circleIn(left: ReadonlyMap<string, readonly string[]>): string[] {
    const path: string[] = [];
    let [name = ""] = left.keys();
    while (!path.includes(name)) {
        path.push(name);
        name = left.get(name)?.find((other) => left.has(other)) ?? "";
    }
    return [...path.slice(path.indexOf(name)), name];
}

/** A table in Markdown; parts of a step with the same needs are in one row. */
export function bootTable(parts: readonly Part[], steps: readonly (readonly string[])[]): string {
    const rows = steps.flatMap((step, index) => {
        const alike = new Map<string, string[]>();
        for (const { name, needs } of parts.filter((part) => step.includes(part.name))) {
            const hard = needs.filter(isHard).map(({ on }) => on);
            const soft = needs.filter((need) => !isHard(need));
            const borne = soft.map(({ on, at, why, without = "" }) => `${at ?? on}, for ${why}: ${without}`);
            const cells = `${hard.join(", ")} | ${borne.join("<br>")}`;
            alike.set(cells, [...(alike.get(cells) ?? []), name]);
        }
        return [...alike].map(([cells, names]) => `| ${index + 1} | ${names.join(", ")} | ${cells} |`);
    });
    return ["| step | part | needs | does without |", "|---|---|---|---|", ...rows].join("\n");
}

function isHard({ without }: Need): boolean {
    return without === undefined;
}
