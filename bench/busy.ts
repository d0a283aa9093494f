/**
 * Whether databases keep their leaders while the host's processors are wanted by others: two sites with one registry beside
 * threads that do nothing but compute. A change of leader here is a failover although nothing failed.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { leaderName } from "../infra/conventions/lease";
import { registryNamespace } from "../infra/conventions/names";
import { PATRONI_SECONDS } from "../infra/registries/replication/plan";
import { Home, must } from "../tests/support/home";
import type { Figure } from "./figure";
import { say } from "./say";

const SITES = ["tallinn", "luxembourg"];
const REGISTRY = "population";
/** As many as a compiler starts, and a test runner beside it, on a computer with far more processors. */
const THREADS = 80;
const SECONDS = 180;

/** What Patroni keeps beside its lock. */
interface Lock {
    /** How often another member has taken it. */
    readonly transitions: string;
    /** ISO 8601: when its holder has renewed it last. */
    readonly renewTime: string;
}

export async function busy(): Promise<Figure[]> {
    const home = new Home("bench", "cache", "images").only(REGISTRY);
    let threads: ChildProcess[] = [];
    try {
        say("both sites");
        must(home.lab("up", ...SITES, "--nodes", "real"));
        SITES.forEach((site) => home.up(site));
        must(home.data("lag", "--site", "luxembourg"));
        say(`${THREADS} threads that compute, for ${SECONDS} s`);
        const before = SITES.map((site) => lockOf(home, site));
        // A session for each: the threads of one session share what one thread gets, where the kernel groups them so.
        threads = Array.from({ length: THREADS }, () =>
            spawn("sh", ["-c", "while :; do :; done"], { stdio: "ignore", detached: true }),
        );
        const renewed = await renewals(home);
        threads.forEach((thread) => thread.kill("SIGKILL"));
        const changes = SITES.map((site, index) => {
            return Number(lockOf(home, site).transitions) - Number(before[index]?.transitions);
        });
        return [
            {
                name: `changes of leader beside ${THREADS} busy threads`,
                value: changes.reduce((sum, each) => sum + each, 0),
                limit: 0,
                unit: "",
                detail: `in ${SECONDS} s: ${SITES.map((site, index) => `${site} ${changes[index] ?? "?"}`).join(", ")}`,
            },
            {
                name: "longest time between two renewals of a lock",
                value: Math.max(...renewed),
                limit: PATRONI_SECONDS.ttl,
                unit: "s",
                detail: `${SITES.map((site, index) => `${site} ${renewed[index]?.toFixed(1) ?? "?"} s`).join(", ")}; each ${PATRONI_SECONDS.loopWait} s while nobody disturbs`,
            },
        ];
    } finally {
        threads.forEach((thread) => thread.kill("SIGKILL"));
        home.remove();
    }
}

/** @throws Error where the API server says nothing of it */
function lockOf(home: Home, site: string): Lock {
    const where = [`--namespace=${registryNamespace(REGISTRY)}`, "configmap", leaderName(REGISTRY)];
    const { stdout } = must(home.kubectl(site, "get", ...where, "--output=jsonpath={.metadata.annotations}"));
    return JSON.parse(stdout) as Lock;
}

/** Site by site, the longest seconds from one renewal to the next, or to the end. Watched, not asked for: whoever asks has to wait for a processor too. */
async function renewals(home: Home): Promise<number[]> {
    const where = [`--namespace=${registryNamespace(REGISTRY)}`, "configmap", leaderName(REGISTRY)];
    const told = `--output=jsonpath={.metadata.annotations.renewTime}{"\\n"}`;
    const watches = SITES.map((site) => home.startKubectl(site, "get", ...where, "--watch", told));
    const stopped = sleep(SECONDS * 1000).then(() => watches.forEach((watch) => watch.kill()));
    const [said] = await Promise.all([Promise.all(watches.map(({ stdout }) => text(stdout))), stopped]);
    const end = Date.now();
    return said.map((lines) => {
        const instants = [...new Set(lines.trim().split("\n").map(Date.parse)), end];
        const gaps = instants.slice(1).map((instant, index) => (instant - (instants[index] ?? NaN)) / 1000);
        if (gaps.length === 0 || gaps.some(Number.isNaN)) {
            throw new Error(`no lock was seen in ${SECONDS} s: ${lines}`);
        }
        return Math.max(...gaps);
    });
}
