/**
 * Measures one registry on real nodes, as large as the nation's: what two sites cost while nothing happens, how long a restore from nothing takes
 * beside the least work that the same stored bytes need, and how soon the other site accepts writes.
 */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DATABASE, ROLE_LABEL } from "../infra/registries/plan-database";
import { registryNamespace } from "../infra/conventions/names";
import type { RestoreReport } from "../restore/restore";
import { Home, type Outcome, must } from "../tests/support/home";
import { type Figure, ratio } from "./figure";
import { idle } from "./idle";
import { waitForJob } from "./job";
import { say } from "./say";
import { unpackWithStandardTools } from "./unpack";

const SITES = ["tallinn", "luxembourg"];
const [PRIMARY, STANDBY] = ["tallinn", "luxembourg"] as const;
const NAMESPACE = `--namespace=${registryNamespace("population")}`;
const MOST_MS = 180_000;
const MIB = 1024 * 1024;

export async function registry(people: number): Promise<Figure[]> {
    const home = new Home("bench", "cache", "images").only("population");
    try {
        say("both sites");
        must(home.lab("up", ...SITES, "--nodes", "real"));
        SITES.forEach((site) => home.up(site));
        for (const use of ["own", "partner"]) {
            waitForJob(home, PRIMARY, "population", `store-first-${use}`);
        }
        say("idle");
        const figures = await idle(home, SITES, "both sites", { memory: 4096, processors: 25 });
        say(`load of ${people} people`);
        must(home.data("load", "--site", PRIMARY, "--people", String(people)));
        say("full backups");
        must(home.kubectl(PRIMARY, NAMESPACE, "create", "job", "full", "--from=cronjob/store-full"));
        waitForJob(home, PRIMARY, "population", "full");
        must(home.data("lag", "--site", STANDBY));
        must(home.lab("down", ...SITES));

        say("restore");
        figures.push(...(await restored(home, people)));
        must(home.restore("--remove"));

        say("both sites, again");
        must(home.lab("up", ...SITES));
        await followedAgain(home);
        say("promotion");
        figures.push(await promoted(home));
        return figures;
    } finally {
        home.restore("--remove");
        home.remove();
    }
}

/** Members that come up again need some seconds to find each other. */
async function followedAgain(home: Home): Promise<void> {
    const deadline = Date.now() + MOST_MS;
    while (home.data("lag", "--site", STANDBY).code !== 0 && Date.now() < deadline) {
        await sleep(1_000);
    }
    must(home.data("lag", "--site", STANDBY));
}

async function restored(home: Home, people: number): Promise<Figure[]> {
    const report = JSON.parse(must(home.restore("--from", STANDBY, "--json")).stdout) as RestoreReport;
    const answering = report.answered["population"] ?? NaN;
    const plain = await unpackWithStandardTools(home, STANDBY, "population");
    say(`${answering.toFixed(1)} s, and ${plain.seconds.toFixed(1)} s with standard tools`);
    const phases = report.phases.map(({ phase, seconds }) => `${phase} ${seconds.toFixed(1)}`).join(", ");
    const unpacking = unpackedWithin(home, report.site);
    const same = "decrypting, unpacking and writing the same bytes with standard tools";
    return [
        ratio(
            `restore of ${people} people, from nothing to answering ÷ ${same}`,
            answering,
            plain.seconds,
            3,
            `${answering.toFixed(1)} s (${phases}) ÷ ${plain.seconds.toFixed(1)} s for ${(plain.stored / MIB).toFixed(0)} → ` +
                `${(plain.written / MIB).toFixed(0)} MiB in ${plain.files} files, on ${cpus().length} cores`,
        ),
        ratio(
            `of that, what pgBackRest takes to unpack ÷ ${same}`,
            unpacking,
            plain.seconds,
            3,
            `${unpacking.toFixed(1)} s ÷ ${plain.seconds.toFixed(1)} s; the rest is a site and its program, whatever is stored`,
        ),
    ];
}

/** Seconds that the restored leader's pgBackRest itself has measured. */
function unpackedWithin(home: Home, site: string): number {
    const leader = `--selector=app.kubernetes.io/name=${DATABASE},${ROLE_LABEL.key}=${ROLE_LABEL.leader}`;
    const log = must(home.kubectl(site, NAMESPACE, "logs", leader, `--container=${DATABASE}`, "--tail=-1")).stdout;
    return Number(/restore command end: completed successfully \((\d+)ms\)/.exec(log)?.[1]) / 1000;
}

/** Cuts the link without notice, and makes the standby the primary whatever is lost. */
async function promoted(home: Home): Promise<Figure> {
    must(home.lab("cut"));
    const began = Date.now();
    const up = home.startDeclare(STANDBY, { role: "primary" }, "--accept-loss");
    const declared = once(up, "exit");
    const journal = (attempt: number): string => join(home.path, `promotion-${attempt}.jsonl`);
    let attempt = 0;
    const write = (): Outcome =>
        home.data("write", "--site", STANDBY, "--rate", "1", "--for", "1s", "--journal", journal(attempt));
    while (write().code !== 0 && Date.now() - began < MOST_MS) {
        attempt++;
    }
    const [, first = "{}"] = readFileSync(journal(attempt), "utf8").split("\n");
    const accepted = Date.parse((JSON.parse(first) as { at: string }).at);
    await declared;
    return {
        name: "promotion to first accepted write",
        value: (accepted - began) / 1000,
        limit: 30,
        unit: "s",
        detail: `declared in the moment of the cut; up itself: ${((Date.now() - began) / 1000).toFixed(1)} s`,
    };
}
