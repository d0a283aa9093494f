/**
 * Measures whether databases keep their leaders while other programs use the host's processors: two sites with one registry run beside threads
 * that do nothing but compute. A change of leader here is a failover although nothing failed.
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
/** As many threads as a compiler and a test runner start together on a computer with far more processors. */
const THREADS = 80;
const SECONDS = 180;

/** The data that Patroni keeps with its lock. */
interface Lock {
    /** The number of times that another member has taken it. */
    readonly transitions: string;
    /** When its holder renewed it last, in ISO 8601. */
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
        // Each thread has its own session: where the kernel groups threads by session, one session would only get one thread's share.
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

/** @throws Error where the API server does not have the lock */
function lockOf(home: Home, site: string): Lock {
    const where = [`--namespace=${registryNamespace(REGISTRY)}`, "configmap", leaderName(REGISTRY)];
    const { stdout } = must(home.kubectl(site, "get", ...where, "--output=jsonpath={.metadata.annotations}"));
    return JSON.parse(stdout) as Lock;
}

/** For each site, the longest time in seconds between two renewals, or to the end. It watches, because requests have to wait for a processor. */
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
