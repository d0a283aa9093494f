/**
 * Measures the whole embassy on real nodes: what both sites with all registries cost while nothing happens, and how long it takes to
 * restore all of them to one instant when both sites are gone.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { REGISTRIES } from "../infra/conventions/registries";
import type { RestoreReport } from "../restore/restore";
import { Home, must } from "../tests/support/home";
import { stackConfig } from "../toolchain/cli/stack-config";
import { repoRoot } from "../command-line/paths";
import { type Figure, ratio } from "./figure";
import { idle } from "./idle";
import { waitForJob } from "./job";
import { say } from "./say";

const SITES = ["tallinn", "luxembourg"];
const [HOME, EMBASSY] = ["tallinn", "luxembourg"] as const;

/** @throws Error where a restored registry has other digests than at that instant, or one of its references leads nowhere */
export async function embassy(people: number): Promise<Figure[]> {
    const home = new Home("bench", "cache", "images");
    try {
        say("both sites");
        must(home.lab("up", ...SITES, "--nodes", "real"));
        SITES.forEach((site) => home.up(site));
        say(`${REGISTRIES.length} registries of ${people} people`);
        must(home.data("load", "--all", "--site", HOME, "--people", String(people)));
        say("first versions");
        for (const registry of REGISTRIES) {
            ["own", "partner"].forEach((use) => waitForJob(home, HOME, registry, `store-first-${use}`));
        }
        say("idle");
        const figures = await idle(home, SITES, "the whole embassy", { memory: 10 * 1024 });
        const expected = join(home.path, "expected.json");
        const instant = ["--from", EMBASSY, "--at", await storedInstant(home, expected)];
        must(home.lab("down", ...SITES));
        say("restore of all");
        const all = restored(home, ...instant, "--expect", expected);
        say("restore of one");
        const one = restored(home, ...instant, "--registry", "population");
        return [...figures, beside(all, one)];
    } finally {
        home.restore("--remove");
        home.remove();
    }
}

/** An instant that every registry has stored, with its digests in the file `expected`: each registry commits once more after it. */
async function storedInstant(home: Home, expected: string): Promise<string> {
    writeFileSync(expected, must(home.data("digest", "--all", "--site", HOME, "--json")).stdout);
    const at = new Date().toISOString();
    for (const registry of REGISTRIES) {
        must(home.data("write", "--registry", registry, "--site", HOME, "--rate", "1", "--for", "1s"));
    }
    // A segment is stored when this time is over, and then has to travel.
    await sleep(2 * stackConfig(HOME, repoRoot).recovery.archiveTimeout * 1000);
    return at;
}

function restored(home: Home, ...options: readonly string[]): RestoreReport {
    const report = JSON.parse(must(home.restore(...options, "--json")).stdout) as RestoreReport;
    must(home.restore("--remove"));
    return report;
}

/** All registries together must not take longer than one after the other. */
function beside(all: RestoreReport, one: RestoreReport): Figure {
    const answered = Object.entries(all.answered).map(([registry, after]) => `${registry} after ${after.toFixed(0)} s`);
    return ratio(
        "all registries at one instant, both sites gone ÷ one of them",
        all.seconds,
        one.seconds,
        REGISTRIES.length,
        `${all.seconds.toFixed(0)} s ÷ ${one.seconds.toFixed(0)} s, with digests and ${all.references.length} references as they ` +
            `should be; ${answered.join(", ")}`,
    );
}
