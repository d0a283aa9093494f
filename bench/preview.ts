/** Previews code with ever more registries, all of which change: the cost of one object must not grow. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compareStack } from "../preview/compare-stack";
import type { Side } from "../preview/side";
import { renderStacks } from "../preview/render";
import { NO_FILE } from "../preview/stack-file";
import { embassyHome, repoRoot } from "../command-line/paths";
import { type Figure, ratio } from "./figure";
import { COUNTS, manyRegistries } from "./growth";

const STACK = "tallinn";
const LIMIT = 1.5;

interface Cost {
    readonly objects: number;
    /** Seconds for both trees together. */
    readonly render: number;
    /** Processor seconds, which other programs on the machine do not lengthen. */
    readonly compare: number;
}

export async function preview(): Promise<Figure[]> {
    const folder = join(embassyHome, "tests");
    mkdirSync(folder, { recursive: true });
    const home = mkdtempSync(join(folder, "preview-"));
    const costs = new Map<number, Cost>();
    try {
        for (const count of COUNTS) {
            costs.set(count, await costOf(home, count));
        }
    } finally {
        rmSync(home, { recursive: true });
    }
    return [
        figure(costs, "preview against code, time per object at 350 ÷ 7", ({ render, compare }) => render + compare),
        // A figure of its own, because its growth would be hidden by the time that a start takes.
        figure(costs, "of that, comparing alone", ({ compare }) => compare),
    ];
}

async function costOf(home: string, count: number): Promise<Cost> {
    const trees = ["4Gi", "6Gi"].map((memory) => tree(join(home, `${count}-${memory}`), count, memory));
    const began = performance.now();
    const [before, after] = (await Promise.all(trees.map(rendered))) as [Side, Side];
    const render = (performance.now() - began) / 1000;
    // One extra run comes first: the compilation during it would weigh most on few objects.
    compareStack(STACK, "compared", before, after);
    const used = process.cpuUsage();
    const { counts } = compareStack(STACK, "compared", before, after);
    const { user, system } = process.cpuUsage(used);
    if (counts.length === 0) {
        throw new Error(`of ${count} registries none changes, so that nothing was measured`);
    }
    return {
        objects: after.resources.length,
        render,
        compare: (user + system) / 1e6,
    };
}

function tree(root: string, count: number, memory: string): string {
    mkdirSync(join(root, "infra"), { recursive: true });
    writeFileSync(join(root, "Pulumi.yaml"), "name: data-embassy\nmain: infra\n");
    writeFileSync(join(root, `Pulumi.${STACK}.yaml`), "config: {}\n");
    writeFileSync(join(root, "infra", "index.ts"), manyRegistries(count, { memory }));
    symlinkSync(join(repoRoot, "node_modules"), join(root, "node_modules"));
    return root;
}

async function rendered(root: string): Promise<Side> {
    const outcome = (await renderStacks(root, [STACK])).get(STACK);
    if (outcome === undefined || "problem" in outcome) {
        throw new Error(`${root} cannot be rendered: ${outcome?.problem ?? "no such stack"}`);
    }
    return { ...outcome, file: NO_FILE };
}

function figure(costs: ReadonlyMap<number, Cost>, name: string, seconds: (cost: Cost) => number): Figure {
    const perObject = (cost: Cost | undefined): number => (cost === undefined ? NaN : seconds(cost) / cost.objects);
    const detail = [...costs]
        .map(([count, cost]) => `${count}: ${(perObject(cost) * 1000).toFixed(2)} ms (${cost.objects} objects)`)
        .join(", ");
    return ratio(name, perObject(costs.get(COUNTS.at(-1) ?? 0)), perObject(costs.get(COUNTS[0] ?? 0)), LIMIT, detail);
}
