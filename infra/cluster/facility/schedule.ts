/**
 * Where pods run, by the rules of kube-scheduler: requests, local volumes, topology spread.
 * tests/infra/cluster/facility/scheduler.integration.test.ts compares this with what kube-scheduler really does. Pure.
 */
import { amount } from "../../conventions/quantity";
import type { Host } from "./inventory";
import type { SpreadConstraint } from "../../kubernetes/spread";
import type { Workload } from "./workload";

/** A host that takes pods: cores, bytes, pods, and disks of so many bytes each. */
export interface Worker {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly cpu: number;
    readonly memory: number;
    readonly pods: number;
    readonly disks: number;
    readonly diskSize: number;
    /** A name shared by those workers of one rack that are alike. */
    readonly kind: string;
}

/** The workers to choose from, and the pods to place. */
export interface Pool {
    readonly workers: readonly Worker[];
    readonly workloads: readonly Workload[];
}

/** Pods of each workload on each worker. */
export type Placement = readonly (readonly number[])[];
/** Whether each worker is included, by its place in the list of workers. */
export type Which = readonly boolean[];

export interface Schedule {
    readonly placement: Placement;
    /** Pods of each workload that have no place. */
    readonly waiting: readonly number[];
}

export function workers(hosts: readonly Host[]): Worker[] {
    return hosts
        .filter(({ role }) => role === "worker")
        .map(({ name, rack, labels, cpu, memory, pods, disks }) => {
            const local = { disks: disks?.count ?? 0, diskSize: disks === undefined ? 0 : amount(disks.size) };
            const kind = [rack, cpu, memory, pods, local.disks, local.diskSize].join("/");
            return { name, labels, cpu: amount(cpu), memory: amount(memory), pods, ...local, kind };
        });
}

/**
 * Gives `wanted` pods of each workload a place beside those already placed. Workers in `away` are lost, or take no pods. Where the rules
 * leave a choice, `preferred` workers are taken first, then the emptiest.
 */
export function schedule(
    pool: Pool,
    placed: Placement,
    wanted: readonly number[],
    away: Which,
    preferred: Which,
): Schedule {
    const placement = placed.map((row) => [...row]);
    const waiting = wanted.map(() => 0);
    const free = pool.workers.map((worker, index) => new Room(worker, !away[index]));
    placement.forEach((row, index) => row.forEach((count, node) => free[node]?.take(pool.workloads[index], count)));

    const inOrder = [...pool.workloads.keys()].sort((one, other) => priority(pool, other) - priority(pool, one));
    for (const index of inOrder) {
        const [workload, row, count] = [pool.workloads[index], placement[index], wanted[index] ?? 0];
        for (let pod = 0; workload !== undefined && row !== undefined && pod < count; pod++) {
            const node = best(free, workload, row, preferred);
            if (node === undefined) {
                waiting[index] = count - pod;
                break;
            }
            free[node]?.take(workload, 1);
            row[node] = (row[node] ?? 0) + 1;
        }
    }
    return { placement, waiting };
}

function priority({ workloads }: Pool, index: number): number {
    return workloads[index]?.priority ?? 0;
}

/** Sums of decimal fractions of a core are not exact. */
const ROUNDING = 1e-9;

/** What is left on a worker. */
class Room {
    private cpu: number;
    private memory: number;
    private pods: number;
    private disks: number;

    constructor(
        readonly worker: Worker,
        readonly open: boolean,
    ) {
        ({ cpu: this.cpu, memory: this.memory, pods: this.pods, disks: this.disks } = worker);
    }

    take(workload: Workload | undefined, count: number): void {
        if (workload !== undefined && count > 0) {
            this.cpu -= count * workload.cpu;
            this.memory -= count * workload.memory;
            this.pods -= count;
            this.disks -= workload.volume === undefined ? 0 : count;
        }
    }

    has({ cpu, memory, volume }: Workload): boolean {
        return (
            this.cpu + ROUNDING >= cpu &&
            this.memory >= memory &&
            this.pods >= 1 &&
            (volume === undefined || (this.disks >= 1 && this.worker.diskSize >= volume))
        );
    }

    /** From 0 to 1; the scheduler's own score, LeastAllocated, is proportional to it. */
    get emptiness(): number {
        return (this.cpu / this.worker.cpu + this.memory / this.worker.memory) / 2;
    }
}

/** The worker for one more pod of a workload; `row` counts its pods on each worker. */
function best(free: readonly Room[], workload: Workload, row: readonly number[], preferred: Which): number | undefined {
    const allowed = workload.spread.filter(isHard).map((constraint) => roomiest(free, constraint, row));
    let found: number | undefined;
    let score = -1;
    free.forEach((room, node) => {
        if (room.open && room.has(workload) && allowed.every((nodes) => nodes[node])) {
            const points = room.emptiness + (preferred[node] ? 1 : 0);
            if (points > score) {
                [found, score] = [node, points];
            }
        }
    });
    return found;
}

function isHard({ whenUnsatisfiable }: SpreadConstraint): boolean {
    return whenUnsatisfiable === "DoNotSchedule";
}

/** The workers that a constraint allows. Only workers that take pods make domains: `nodeTaintsPolicy: Honor`. */
function roomiest(free: readonly Room[], { topologyKey, maxSkew }: SpreadConstraint, row: readonly number[]): Which {
    const domains = free.map(({ worker }) => worker.labels[topologyKey] as string);
    const counts: Record<string, number> = {};
    free.forEach(({ open }, node) => {
        if (open) {
            const domain = domains[node] as string;
            counts[domain] = (counts[domain] ?? 0) + (row[node] as number);
        }
    });
    const least = Math.min(...Object.values(counts));
    return domains.map((domain) => (counts[domain] as number) + 1 - least <= maxSkew);
}
