import fc from "fast-check";
import { type Pool, type Which, schedule } from "../../../../infra/cluster/facility/schedule";
import type { Workload } from "../../../../infra/cluster/facility/workload";
import { SPREAD } from "../../../../infra/kubernetes/spread";

function workload(rest: Partial<Workload>): Workload {
    const one = { name: "land", unit: "member", count: 2, cpu: 1, memory: 1, spread: [], priority: 1 };
    return { ...one, quorum: 1, elsewhere: 0, rebuilt: true, ...rest };
}

/** Workers in racks of these names. A name's first letter is the zone. */
function pool(racks: readonly string[], workloads: readonly Workload[], cpu = 10): Pool {
    const workers = racks.map((rack, index) => {
        const labels = {
            "topology.kubernetes.io/zone": rack.charAt(0),
            "data-embassy/rack": rack,
            "kubernetes.io/hostname": `${rack}-${index}`,
        };
        return { name: `${rack}-${index}`, labels, cpu, memory: 10, pods: 10, disks: 2, diskSize: 10, kind: rack };
    });
    return { workers, workloads };
}

/** Places all pods on empty workers. @returns the pods of each workload on each worker, and those without a place */
function placed(
    of: Pool,
    away: Which = [],
    preferred: Which = [],
): [readonly (readonly number[])[], readonly number[]] {
    const none = of.workloads.map(() => of.workers.map(() => 0));
    const wanted = of.workloads.map(({ count }) => count);
    const { placement, waiting } = schedule(of, none, wanted, away, preferred);
    return [placement, waiting];
}

const FOUR = ["a1", "a2", "b1", "b2"];

describe("pods", () => {
    it("go to the emptiest worker that the rules leave", () => {
        const large = workload({ name: "large", cpu: 2, count: 1, priority: 2 });
        expect(placed(pool(["a1", "a2"], [workload({ count: 3 }), large]))).toEqual([
            [
                [1, 2],
                [1, 0],
            ],
            [0, 0],
        ]);
    });

    it("are one in each zone, then one in each rack", () => {
        const [[two]] = placed(pool(FOUR, [workload({ spread: SPREAD })]));
        expect([(two?.[0] ?? 0) + (two?.[1] ?? 0), (two?.[2] ?? 0) + (two?.[3] ?? 0)]).toEqual([1, 1]);
        expect(placed(pool(FOUR, [workload({ spread: SPREAD, count: 4 })]))[0]).toEqual([[1, 1, 1, 1]]);
    });

    it("do not wait for a zone that is lost: nodeTaintsPolicy is Honor", () => {
        const [placement, waiting] = placed(pool(FOUR, [workload({ spread: SPREAD })]), [true, true]);
        expect([placement, waiting]).toEqual([[[0, 0, 1, 1]], [0]]);
    });

    it.each<[string, Partial<Workload>]>([
        ["cores", { cpu: 6 }],
        ["memory", { memory: 6 }],
        ["disks", { volume: 10, count: 6 }],
        ["disks that are large enough", { volume: 11 }],
        ["pods of the kubelet", { cpu: 0.1, memory: 0.1, count: 25 }],
    ])("wait where there are too few: %s", (_, rest) => {
        const wanted = rest.count ?? 4;
        const [, [waiting]] = placed(pool(["a1", "b1"], [workload({ ...rest, count: wanted })]));
        expect(waiting).toBe({ 4: rest.volume === undefined ? 2 : 4, 6: 2, 25: 5 }[wanted]);
    });

    it("have decimal requests that add up", () => {
        const tenths = workload({ cpu: 0.1, memory: 0.1, count: 10 });
        expect(placed(pool(["a1"], [tenths], 1))[1]).toEqual([0]);
    });
});

describe("where a fault strikes", () => {
    /** Tries all orders in which the scheduler may place the members. @returns the most of them that are lost */
    function most(of: Pool, count: number, lost: Which, row: readonly number[]): number {
        if (count === 0) {
            return row.reduce((sum, members, node) => sum + (lost[node] ? members : 0), 0);
        }
        const ways = of.workers.flatMap((_, node) => {
            const only = of.workers.map((__, other) => other !== node);
            // If only this worker were offered it would be alone in its domain and pass every rule. So all are offered, and this one is preferred.
            const next = schedule(
                of,
                [row],
                [1],
                [],
                only.map((isOther) => !isOther),
            ).placement[0];
            return next !== undefined && (next[node] ?? 0) > (row[node] ?? 0) ? [most(of, count - 1, lost, next)] : [];
        });
        return Math.max(...ways);
    }

    it("there are as many members as the rules allow", () => {
        const rack = fc.constantFrom("a1", "a2", "b1", "b2", "c1");
        const workers = fc.array(fc.record({ rack, lost: fc.boolean() }), { minLength: 1, maxLength: 6 });
        fc.assert(
            fc.property(workers, fc.integer({ min: 1, max: 4 }), (all, count) => {
                const lost = all.map((each) => each.lost);
                const of = pool(
                    all.map((each) => each.rack),
                    [workload({ spread: SPREAD, count })],
                );
                const [[row = []], [waiting = 0]] = placed(of, [], lost);
                const struck = row.reduce((sum, members, node) => sum + (lost[node] ? members : 0), 0);
                expect(struck).toBe(most(of, count - waiting, lost, Array<number>(all.length).fill(0)));
            }),
        );
    });
});
