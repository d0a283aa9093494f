/** Reports a site's backups and their scheduled Jobs: what ended when, from its API server, and how old the stores' content is. */
import { AUDIT_SHIPPER } from "../infra/conventions/audit";
import { REGISTRIES } from "../infra/conventions/registries";
import { COMMON_LABELS, LABEL } from "../infra/conventions/names";
import { type ScheduledJob, type BackupState, type BackupJob, backupStates } from "../infra/registries/backups/overdue";
import { type Ages, tooOld } from "../infra/registries/backups/inspect/ages";
import { ANNOTATION, LEASE } from "../infra/conventions/lease";
import { stackConfig } from "../toolchain/cli/stack-config";
import { stackFolder } from "../toolchain/cli/stack-file";
import { agesIn } from "./ages";
import { LabError, explain } from "./errors";
import { SitePaths } from "./paths";
import { PROBE_MS, get } from "./probe";

/** What a store holds of a registry. */
export interface StoreState extends Ages {
    readonly registry: string;
    /** The site whose store it is. */
    readonly store: string;
    /** What is too old in the store, where this site is the one that stores there; absent where nothing is. */
    readonly problem?: string;
}

export interface Problem {
    /** A registry, or what else is not as declared. */
    readonly registry: string;
    /** What is wrong, in a sentence that says what to do about it. */
    readonly problem: string;
}

export interface BackupStatus {
    /** The scheduled Jobs, and those of first versions; empty where nothing runs. */
    readonly stored: readonly BackupState[];
    /** The states of this site's store, and of the other site's where this site stores in it. */
    readonly stores: readonly StoreState[];
    /** The differences from the declaration that the members themselves find. */
    readonly problems: readonly Problem[];
    /** Why nothing, or not everything, is known. */
    readonly unknown?: string;
}

/**
 * @param up whether the site is up; where it is not, only the ages of its store's content are reported
 * @param port of its API server; undefined where it does not run
 */
export async function backupStatusOf(
    paths: SitePaths,
    up: boolean,
    port: number | undefined,
    now = Date.now(),
): Promise<BackupStatus> {
    const [jobs, failure] = await settled(up ? jobsIn(paths, port) : NO_JOBS, NO_JOBS);
    const [stores, blind] = await settled(storesOf(paths, jobs, now), []);
    const unknown = [failure, blind].filter((each) => each !== undefined).join(" ");
    return {
        stored: backupStates(jobs.schedules, jobs.jobs, now),
        stores,
        problems: [...jobs.leases.flatMap(problemOf), ...jobs.onMachines.flatMap(lateAuditLog)],
        ...(unknown !== "" && { unknown }),
    };
}

interface Jobs {
    readonly schedules: readonly ScheduledJob[];
    readonly jobs: readonly BackupJob[];
    /** The ConfigMaps in which members write down how they are: agents/lease-agent/record.ts. */
    readonly leases: readonly Lease[];
    /** Workloads of ours that each machine of a control plane runs. */
    readonly onMachines: readonly OnMachines[];
}

interface OnMachines {
    readonly metadata: { readonly name: string; readonly namespace: string };
    readonly status?: { readonly desiredNumberScheduled?: number; readonly numberReady?: number };
}

/** A pod of these is not ready where it could store nothing for an hour: agents/audit-shipper. */
function lateAuditLog({ metadata: { name, namespace }, status }: OnMachines): Problem[] {
    const { desiredNumberScheduled: wanted = 0, numberReady: ready = 0 } = status ?? {};
    return name !== AUDIT_SHIPPER || ready >= wanted
        ? []
        : [
              {
                  registry: "audit log",
                  problem:
                      `is not stored in the other site's store by ${wanted - ready} of ${wanted} machines, which keep it until it is: ` +
                      `kubectl -n ${namespace} logs ds/${name}`,
              },
          ];
}

interface Lease {
    readonly metadata: {
        readonly labels?: Readonly<Record<string, string>>;
        readonly annotations?: Readonly<Record<string, string>>;
    };
}

function problemOf({ metadata: { labels, annotations } }: Lease): Problem[] {
    const [registry, problem] = [labels?.[LABEL.registry], annotations?.[ANNOTATION.problem]];
    return registry === undefined || problem === undefined ? [] : [{ registry, problem }];
}

/** A scheduled Job has the labels of its pods. */
const OURS = Object.entries(COMMON_LABELS)
    .map((label) => label.join("="))
    .join(",");

const NO_JOBS: Jobs = { schedules: [], jobs: [], leases: [], onMachines: [] };

/** @throws LabError where the API server refuses, and a system error where it does not answer in time */
async function jobsIn(paths: SitePaths, port: number | undefined): Promise<Jobs> {
    if (port === undefined) {
        throw new LabError(`The API server of ${paths.site} does not run.`);
    }
    const list = async <T>(kind: string, fields = ""): Promise<T[]> => {
        const path = `/${kind}?labelSelector=${encodeURIComponent(OURS)}&fieldSelector=${encodeURIComponent(fields)}`;
        const { status, body } = await get(paths, { port, path, authority: "ca", as: "admin" }, PROBE_MS);
        if (status !== 200) {
            throw new LabError(`The API server of ${paths.site} answered ${status} to GET ${path}.`);
        }
        return (JSON.parse(body) as { items: T[] }).items;
    };
    const [schedules, jobs, leases, onMachines] = await Promise.all([
        list<ScheduledJob>("apis/batch/v1/cronjobs"),
        list<BackupJob>("apis/batch/v1/jobs"),
        list<Lease>("api/v1/configmaps", `metadata.name=${LEASE}`),
        list<OnMachines>("apis/apps/v1/daemonsets"),
    ]);
    return { schedules, jobs, leases, onMachines };
}

async function storesOf(paths: SitePaths, { schedules, jobs }: Jobs, now: number): Promise<StoreState[]> {
    const config = stackConfig(paths.site, stackFolder(paths.site, paths.home));
    const named = (items: readonly (ScheduledJob | BackupJob)[], registry: string, name: string) =>
        items.find(({ metadata }) => metadata.labels?.[LABEL.registry] === registry && metadata.name.startsWith(name));
    const statesOf = async (registry: string): Promise<StoreState[]> => {
        // The first versions' Jobs count too: somebody may have suspended a schedule, and each generation of keys gets new first versions.
        const storing = [named(schedules, registry, "store-full"), named(jobs, registry, "store-first-own")]
            .flatMap((each) =>
                each === undefined || each.spec.suspend === true ? [] : each.metadata.creationTimestamp,
            )
            .sort();
        const since = storing.at(-1);
        const partner = "restore" in config ? undefined : config.site.partner;
        const hasPartner = partner !== undefined && named(jobs, registry, "store-first-partner") !== undefined;
        const found = await Promise.all(
            [paths.site, ...(since !== undefined && hasPartner ? [partner] : [])].map(async (store) => {
                const ages = await agesIn(new SitePaths(paths.home, store), registry);
                const problem = since === undefined ? undefined : tooOld(ages, { ...config.recovery, since }, now);
                return { registry, store, ...ages, ...(problem !== undefined && { problem }) };
            }),
        );
        // A registry that nobody backs up here may have nothing to report.
        return found.filter(({ version, wal }) => since !== undefined || version !== undefined || wal !== undefined);
    };
    return (await Promise.all(REGISTRIES.map(statesOf))).flat();
}

/** The result, or the value that replaces it together with the reason. */
async function settled<T>(found: T | Promise<T>, otherwise: T): Promise<[T, string?]> {
    try {
        return [await found];
    } catch (error) {
        return [otherwise, `How old backups are is not known: ${explain(error)}`];
    }
}
