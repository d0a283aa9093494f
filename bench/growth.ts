/** Runs the same program with ever more registries: the cost of one resource must not grow with their number. */
import { join } from "node:path";
import { repoRoot } from "../command-line/paths";
import { type Figure, ratio } from "./figure";
import type { Site } from "./site";

export const COUNTS = [7, 70, 350];
const LIMIT = 1.5;

/** The program of infra/ with `count` copies of taxes' entry, changed as `otherwise` says, and a store with a disk for so many. */
export function manyRegistries(count: number, otherwise: object = {}): string {
    const from = (path: string): string => JSON.stringify(join(repoRoot, path));
    return [
        `import { readFileSync } from "node:fs";`,
        `import { parseConfig } from ${from("infra/site/config")};`,
        `import { DataEmbassy } from ${from("infra/site/embassy")};`,
        `import { plan } from ${from("infra/site/plan")};`,
        `import { wholeConfig } from ${from("toolchain/cli/project-config")};`,
        `const config = parseConfig("tallinn", wholeConfig(readFileSync(${from("Pulumi.tallinn.yaml")}, "utf8")));`,
        `const names = Array.from({ length: ${count} }, (_, index) => "registry-" + index);`,
        `const one = { ...config.registries.taxes, ...${JSON.stringify(otherwise)} };`,
        `const registries = Object.fromEntries(names.map((name, number) => [name, { ...one, number }]));`,
        `const objectStore = { ...config.storage.objectStore, storage: "${count}Ti" };`,
        `const storage = { ...config.storage, objectStore };`,
        `new DataEmbassy("embassy", { plan: plan({ ...config, registries, storage } as never) });`,
        "",
    ].join("\n");
}

export async function growth(site: Site): Promise<Figure[]> {
    const perResource = new Map<number, { seconds: number; mebibytes: number; resources: number }>();
    for (const count of COUNTS) {
        site.fresh();
        const cwd = site.project(`growth-${count}`, manyRegistries(count));
        await site.run(["stack", "init", "--no-select"], { cwd });
        const resources = await site.countResources(cwd);
        // Only previews are measured, because a site has room for some tens of registries' fixed addresses. Sampling would take time of its own.
        const { seconds } = await site.run(["preview"], { cwd });
        const { mebibytes } = await site.run(["preview"], { cwd, sampleMemory: true });
        perResource.set(count, { seconds: seconds / resources, mebibytes: mebibytes / resources, resources });
    }
    const least = perResource.get(COUNTS[0] ?? 0);
    const most = perResource.get(COUNTS.at(-1) ?? 0);
    if (!least || !most) {
        throw new Error("nothing was measured");
    }
    const detail = (key: "seconds" | "mebibytes", scale: number, unit: string): string =>
        [...perResource]
            .map(([count, cost]) => `${count}: ${(cost[key] * scale).toFixed(1)} ${unit} (${cost.resources} resources)`)
            .join(", ");
    return [
        ratio(
            "preview of all as new, time per resource at 350 ÷ 7",
            most.seconds,
            least.seconds,
            LIMIT,
            detail("seconds", 1000, "ms"),
        ),
        ratio(
            "the same, peak memory per resource",
            most.mebibytes,
            least.mebibytes,
            LIMIT,
            detail("mebibytes", 1024, "KiB"),
        ),
    ];
}
