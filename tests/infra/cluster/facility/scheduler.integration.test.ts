/** Compares the arithmetic with the real scheduler: each fault is played on both, and both must place as many pods. */
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { plan } from "../../../../infra/site/plan";
import { tier4Problems } from "../../../../infra/cluster/facility";
import { tier4Site } from "../../../../infra/site/tier4";
import { fallen } from "../../../../infra/cluster/facility/facility";
import { type Site, afterLoss, settle, workersDown } from "../../../../infra/cluster/facility/fault";
import type { Placement, Schedule } from "../../../../infra/cluster/facility/schedule";
import { type Pod, SimulatedCluster } from "../../../support/simulated-cluster";
import { NIGHTLY } from "../../../../infra/storage/plan-object-store";
import { numbers, type Change, changed, rack, worker } from "../../../support/tier4";

jest.setTimeout(600_000);

/** After this time a waiting pod is looked at again, because the scheduler retries, first after a second. */
const SECOND_LOOK_MS = 3000;

/** The workload of a pod, by its labels. */
function workloadOf({ metadata: { labels } }: Pod): string {
    const names: Readonly<Record<string, string>> = {
        database: `registry ${labels["data-embassy/registry"] ?? ""}`,
        dns: "DNS server",
        "object-store": "object store",
        "store-version": "backup Jobs",
        gate: "gates",
        ...Object.fromEntries(NIGHTLY.map((name) => [name, `object store: ${name}`])),
        "cert-manager": "cert-manager",
    };
    return names[labels["app.kubernetes.io/name"] ?? ""] ?? "unknown";
}

/**
 * How many pods run, by workload, and how many have no place: those that are bound to a disk, and the others. If there is not enough room for all,
 * it depends on their order which pods run, so that all running pods are counted together.
 */
interface Verdict {
    readonly running: Readonly<Record<string, number>> | number;
    readonly waiting: { readonly bound: number; readonly others: number };
}

describe("kube-scheduler and the arithmetic", () => {
    let cluster: SimulatedCluster;
    let site: Site;
    /** Where the scheduler has placed the running pods. */
    let before: Placement;

    beforeAll(async () => {
        cluster = await SimulatedCluster.start();
    });
    afterAll(() => cluster.stop());

    function verdict({ placement, waiting }: Schedule): Verdict {
        const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0);
        const of = (bound: boolean): number =>
            sum(waiting.filter((_, index) => (site.workloads[index]?.volume !== undefined) === bound));
        const running = site.workloads.map(({ name }, index) => [name, sum(placement[index] ?? [])] as const);
        const waits = { bound: of(true), others: of(false) };
        const isChoice = waits.bound + waits.others > 0;
        return { running: isChoice ? sum(placement.flat()) : Object.fromEntries(running), waiting: waits };
    }

    function seen(pods: readonly Pod[]): Schedule {
        const alive = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
        const count = (workload: string, host: string | undefined): number =>
            alive.filter((pod) => workloadOf(pod) === workload && pod.spec.nodeName === host).length;
        return {
            placement: site.workloads.map(({ name }) => site.workers.map((host) => count(name, host.name))),
            waiting: site.workloads.map(({ name }) => count(name, undefined)),
        };
    }

    /** Waits until the cluster agrees with the reckoned verdict. @returns the schedule at the end, also if it does not */
    async function compared(reckoned: Verdict, lost: readonly string[] = []): Promise<Schedule> {
        const isRight = (pods: readonly Pod[]): boolean => isDeepStrictEqual(verdict(seen(pods)), reckoned);
        const found = await cluster.settled(lost, isRight);
        if (reckoned.waiting.bound + reckoned.waiting.others === 0) {
            return seen(found);
        }
        await sleep(SECOND_LOOK_MS);
        return seen(await cluster.settled(lost, isRight));
    }

    async function build(change: Change): Promise<Schedule> {
        const config = changed(change);
        site = tier4Site(config, plan(config));
        await cluster.build(config);
        const found = await compared(verdict(settle(site)));
        before = found.placement;
        return found;
    }

    /** Plays a fault on the arithmetic and on the cluster, and repairs it. */
    async function play(...names: readonly string[]): Promise<{ readonly reckoned: Verdict; readonly real: Verdict }> {
        const down = fallen(
            site.facility,
            site.facility.map(({ name }) => names.includes(name)),
        );
        const hosts = site.facility.flatMap(({ kind, name }, index) =>
            kind === "host" && down[index] ? name.replace("host ", "") : [],
        );
        const reckoned = verdict(afterLoss(site, before, workersDown(site, down)));
        await cluster.fail(hosts);
        const real = verdict(await compared(reckoned, hosts));
        await cluster.repair(hosts);
        before = (await compared(verdict(settle(site)))).placement;
        return { reckoned, real };
    }

    const NONE = { bound: 0, others: 0 };

    describe("on the shipped inventory", () => {
        it("put every pod somewhere at first", async () => {
            const found = await build(() => undefined);
            expect(verdict(found)).toEqual({
                running: Object.fromEntries(site.workloads.map(({ name, count }) => [name, count])),
                waiting: NONE,
            });
        });

        it("agree on every single failure, after which all runs that is not bound to a lost disk", async () => {
            for (const { name } of site.facility) {
                const { reckoned, real } = await play(name);
                expect([name, real]).toEqual([name, reckoned]);
                expect([name, real.waiting]).toEqual([name, NONE]);
                for (const { name: workload, volume, count, quorum, elsewhere } of site.workloads) {
                    const running = (real.running as Record<string, number>)[workload] ?? 0;
                    expect(running + elsewhere).toBeGreaterThanOrEqual(volume === undefined ? count : quorum);
                }
            }
        });

        it.each([
            ["two feeds, and a zone with them", "feed a", "feed b"],
            ["the other zone of workers", "cooling loop b", "cooling loop c"],
            ["most of a zone", "rack a1", "host a2-1"],
            ["a rack in each zone", "rack a1", "rack b2"],
        ])("agree on %s", async (_, ...names) => {
            const { reckoned, real } = await play(...names);
            expect(real).toEqual(reckoned);
            expect(real.waiting).toEqual(NONE);
        });
    });

    describe("on an inventory that must fail", () => {
        it.each<[string, Change, Verdict["waiting"]]>([
            [
                "too few disks",
                (config) => (worker(config).disks = { count: 1, size: "4Ti" }),
                // Eight disks must serve fourteen members and the object store.
                { bound: 7, others: 0 },
            ],
            [
                "a zone with one worker",
                (config) => {
                    delete rack(config, "b2").hosts["worker"];
                    rack(config, "b1").hosts["worker"] = [1];
                },
                // The zone has four disks for seven members.
                { bound: 3, others: 0 },
            ],
        ])("agree with everything up: %s", async (_, change, waiting) => {
            const real = verdict(await build(change));
            const reckoned = verdict(settle(site));
            expect(real).toEqual(reckoned);
            expect(reckoned.waiting).toEqual(waiting);
            expect(tier4Problems(site)[0]).toMatch(/^With everything up there is too little for registry/);
        });

        it.each<[string, Change, readonly string[], number]>([
            ["few pods for each host", (config) => (worker(config).pods = 14), ["feed a", "feed b"], 4],
            [
                "workers in one rack",
                (config) => {
                    Object.values(config.cluster.racks).forEach(({ hosts }) => delete hosts["worker"]);
                    rack(config, "a1").hosts["worker"] = numbers(8);
                },
                ["rack a1"],
                // These are all pods that can move.
                53,
            ],
        ])("agree on what a fault leaves without a place: %s", async (_, change, names, atLeast) => {
            const first = verdict(await build(change));
            expect(first).toEqual(verdict(settle(site)));
            expect(first.waiting).toEqual(NONE);
            const { reckoned, real } = await play(...names);
            expect(real).toEqual(reckoned);
            expect(real.waiting.bound).toBe(0);
            expect(real.waiting.others).toBeGreaterThanOrEqual(atLeast);
            expect(tier4Problems(site)[0]).toContain("Then too little is left for");
        });
    });
});
