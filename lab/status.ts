/** Reports what runs, as seen from outside: it changes nothing and takes no lock. */
import { Access, Live, listOwned } from "./converge";
import type { NodeKind } from "./inventory";
import { machineMemory, machineOf, machineWorks } from "./nodes/machine";
import { machineParts } from "./nodes/up";
import { isPartName, partsWith, readiness } from "./part";
import { Site, foundedWith } from "./options";
import { rememberedPorts } from "./ports";
import { isReady as hasReady } from "../infra/conventions/live";
import { PROBE_MS, isReady } from "./probe";
import { memoryOf } from "./processes/identity";
import { type BackupStatus, backupStatusOf } from "./backups";

/**
 * running: alive and answering. unready: alive, not answering. dead: it ended and nobody asked it to. failed: killed by
 * `lab fail`. stopped: not started, or stopped by `lab down`.
 */
export type PartState = "running" | "unready" | "dead" | "failed" | "stopped";

export interface PartStatus {
    readonly part: string;
    readonly state: PartState;
    readonly pid?: number;
    readonly port?: number;
    /** Proportional set size. */
    readonly memoryBytes?: number;
    /** ISO 8601 time of the start, or of the failure. */
    readonly since?: string;
}

export interface SiteStatus extends Partial<BackupStatus> {
    readonly site: string;
    /** Every part runs and every node is ready. */
    readonly ready: boolean;
    /** The site was brought up, and has not been taken down since. */
    readonly up: boolean;
    readonly kubeconfig: string;
    readonly nodeKind: NodeKind;
    readonly parts: readonly PartStatus[];
    readonly memoryBytes: number;
    /** Absent where the API server does not answer. */
    readonly nodes?: { readonly ready: number; readonly total: number };
    /** Local disks by phase. A released disk holds the data of a claim that is gone, and serves no other claim. */
    readonly disks?: { readonly available: number; readonly bound: number; readonly released: number };
}

/** Every part runs, stored backups are known and recent enough, and nothing differs from the declaration. */
export function isWell({ ready, stored = [], stores = [], problems = [], unknown }: SiteStatus): boolean {
    const found = [...stored, ...stores, ...problems];
    return ready && unknown === undefined && found.every(({ problem }) => problem === undefined);
}

/** What a start tells of a site once it is up. */
export type Reached = Pick<SiteStatus, "site" | "nodeKind" | "nodes"> & {
    /** Port of the API server; undefined where the site never had one. */
    readonly port: number | undefined;
};

/** A small part of the status, for which only the API server is asked. */
export async function reached({ paths, binDirectory }: Site): Promise<Reached> {
    const port = (await rememberedPorts(paths))["kube-apiserver"];
    const { nodes } = await objectStatus(port, { paths, binDirectory });
    return { site: paths.site, nodeKind: foundedWith(paths) ?? "simulated", port, ...(nodes && { nodes }) };
}

/** Whether the site was brought up, and has not been taken down since. No part is asked. */
export async function isUp({ paths, supervisor, inventory }: Site): Promise<boolean> {
    const records = await Promise.all(sitePartNames({ paths, inventory }).map((part) => supervisor.record(part)));
    return records.some((record) => record !== undefined);
}

export function isNodeReady({ status, spec }: Live): boolean {
    return hasReady(status) && !(spec?.taints ?? []).some(({ key }) => key === "node.kubernetes.io/not-ready");
}

/** The names of a site's parts. The parts are not asked. */
export function sitePartNames({ paths, inventory }: Pick<Site, "paths" | "inventory">): string[] {
    const nodes = foundedWith(paths) ?? "simulated";
    // With simulated nodes the stack file need not be read, and may be gone.
    return [...partsWith(nodes), ...(nodes === "real" ? machineParts(inventory()) : [])];
}

export async function siteStatus(site: Site): Promise<SiteStatus> {
    const { paths, supervisor, binDirectory, inventory } = site;
    const ports: Readonly<Record<string, number | undefined>> = await rememberedPorts(paths);
    const parts = await Promise.all(
        sitePartNames({ paths, inventory }).map(async (part): Promise<PartStatus> => {
            const record = await supervisor.record(part);
            const port = ports[part];
            const place = port === undefined ? { part } : { part, port };
            if (!record) {
                return { ...place, state: "stopped" };
            }
            if (record.failed) {
                return { ...place, state: "failed", since: record.since };
            }
            const live = await supervisor.live(part);
            if (!live || (port === undefined && isPartName(part))) {
                return { ...place, state: "dead", since: record.since };
            }
            const machine = machineOf(part);
            const answers = machine === undefined ? partAnswers(site, part, port) : machineWorks(site, machine);
            const memory = machine === undefined ? memoryOf(live.pid) : machineMemory(paths, machine);
            const [ready, memoryBytes] = await Promise.all([answers, memory]);
            return {
                ...place,
                state: ready ? "running" : "unready",
                pid: live.pid,
                since: live.since,
                ...(memoryBytes === undefined ? {} : { memoryBytes }),
            };
        }),
    );
    const apiServer = parts.find(({ part, state }) => part === "kube-apiserver" && state === "running");
    const nodeKind = foundedWith(paths) ?? "simulated";
    const up = parts.some(({ state }) => state !== "stopped");
    const [objects, stored] = await Promise.all([
        objectStatus(apiServer?.port, { paths, binDirectory }),
        // Simulated nodes run no Jobs.
        nodeKind === "real" ? backupStatusOf(paths, up, apiServer?.port) : {},
    ]);
    return {
        site: paths.site,
        up,
        ready:
            parts.every(({ state }) => state === "running") &&
            objects.nodes !== undefined &&
            objects.nodes.total > 0 &&
            objects.nodes.ready === objects.nodes.total,
        kubeconfig: paths.kubeconfig,
        nodeKind,
        parts,
        memoryBytes: parts.reduce((sum, { memoryBytes = 0 }) => sum + memoryBytes, 0),
        ...objects,
        ...stored,
    };
}

/** Network and link answer no questions. */
function partAnswers({ paths }: Site, part: string, port: number | undefined): Promise<boolean> | true {
    return isPartName(part) && port !== undefined ? isReady(paths, readiness(part, port)) : true;
}

async function objectStatus(
    port: number | undefined,
    site: Omit<Access, "port">,
): Promise<Pick<SiteStatus, "nodes" | "disks">> {
    if (port === undefined) {
        return {};
    }
    try {
        const access = { ...site, port };
        const kinds = ["Node", "PersistentVolume"] as const;
        const [nodes = [], volumes = []] = await Promise.all(kinds.map((kind) => listOwned(access, kind, PROBE_MS)));
        const inPhase = (phase: string): number => volumes.filter(({ status }) => status?.phase === phase).length;
        return {
            nodes: { ready: nodes.filter(isNodeReady).length, total: nodes.length },
            disks: { available: inPhase("Available"), bound: inPhase("Bound"), released: inPhase("Released") },
        };
    } catch {
        // The states of the parts already say that the API server is not there.
        return {};
    }
}
