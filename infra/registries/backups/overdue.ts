/**
 * Which scheduled work of a site is too late, or failed last: the backups, the Jobs that verify, copy and remove them, and the test of the
 * store. It is read from the CronJobs and Jobs that the site's API server has. Pure.
 */
import { LABEL } from "../../conventions/names";
import { isTooOld } from "./schedules";

interface Named {
    readonly metadata: {
        readonly name: string;
        readonly namespace?: string;
        readonly creationTimestamp: string;
        readonly labels?: Readonly<Record<string, string>>;
        readonly ownerReferences?: readonly { readonly kind: string; readonly name: string }[];
    };
}

/** https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/cron-job-v1/ Times are ISO 8601. */
export interface ScheduledJob extends Named {
    readonly spec: { readonly schedule: string; readonly suspend?: boolean };
    readonly status?: { readonly lastSuccessfulTime?: string };
}

export interface BackupJob extends Named {
    readonly spec: { readonly suspend?: boolean; readonly activeDeadlineSeconds?: number };
    readonly status?: {
        readonly completionTime?: string;
        readonly startTime?: string;
        /** Pods that failed; another one follows as long as the Job goes on. */
        readonly failed?: number;
        readonly conditions?: readonly Condition[];
    };
}

interface Condition {
    readonly type: string;
    readonly status: string;
    readonly reason?: string;
    readonly message?: string;
    readonly lastTransitionTime?: string;
}

export interface BackupState {
    /** Absent for work that the object store does for all of them. */
    readonly registry?: string;
    /** The CronJob, or the Job of a first version. */
    readonly job: string;
    /** When it last ended well, ISO 8601; absent where it never did. */
    readonly last?: string;
    /** For a first backup that is not there yet: when its Job stops trying, ISO 8601. After that the schedules make one. */
    readonly until?: string;
    /** What is wrong with it, in a sentence; absent where nothing is. */
    readonly problem?: string;
}

/**
 * The state of each schedule, also where somebody began a Job of it by hand under some other name, and of each first version.
 *
 * @param schedules all that are declared, and no others, so that a new one is looked at without being named here
 * @param now in milliseconds since 1970
 */
export function backupStates(
    schedules: readonly ScheduledJob[],
    jobs: readonly BackupJob[],
    now: number,
): BackupState[] {
    const first = jobs.filter(
        ({ metadata, spec }) => metadata.name.startsWith("store-first-") && spec.suspend !== true,
    );
    const stores = new Set(first.map(({ metadata }) => metadata.namespace));
    const scheduled = schedules
        // A registry's are declared and suspended in a site that stores none; the object store's are suspended nowhere.
        .filter(
            ({ metadata, spec }) =>
                spec.suspend !== true || registryOf(metadata) === undefined || stores.has(metadata.namespace),
        )
        .map((each) => {
            const own = jobsOf(each, jobs);
            const ends = [each.status?.lastSuccessfulTime, ...own.map(endOf)].flatMap((at) => at ?? []);
            return { ...each, own, last: ends.sort().at(-1) };
        });
    return [
        ...scheduled.map(({ metadata, spec: { schedule, suspend }, own, last }) => {
            // What was never done counts from when it was declared.
            const since = last ?? metadata.creationTimestamp;
            const late = isTooOld(schedule, Date.parse(since), now)
                ? `${last === undefined ? "never ended well" : `last ended well at ${last}`}, and is due by "${schedule}"`
                : undefined;
            const failed = own.map((job) => failureOf(job, since)).findLast((each) => each !== undefined);
            const stopped =
                suspend === true ? "is suspended, and declared to run: npm run pulumi -- up --refresh" : undefined;
            return stateOf(metadata, { last, problem: stopped ?? failed ?? late });
        }),
        ...first.map((job) => {
            // Schedules store in every store, so that what a first version was for is there.
            const madeUp = scheduled.flatMap(({ metadata: { name, namespace }, last }) =>
                namespace === job.metadata.namespace && STORES.has(name) ? (last ?? []) : [],
            );
            return firstState(job, madeUp);
        }),
    ];
}

/** @param madeUp when its registry was last stored by schedule */
function firstState(job: BackupJob, madeUp: readonly string[]): BackupState {
    const { metadata, spec, status } = job;
    const last = endOf(job);
    if (last !== undefined) {
        return stateOf(metadata, { last });
    }
    const begun = Date.parse(status?.startTime ?? metadata.creationTimestamp);
    const problem = madeUp.some((at) => Date.parse(at) > begun)
        ? undefined
        : failureOf(job, metadata.creationTimestamp);
    const { activeDeadlineSeconds } = spec;
    const isTried = activeDeadlineSeconds !== undefined && conditionOf(job, FAILED) === undefined;
    const until = isTried ? new Date(begun + activeDeadlineSeconds * 1000).toISOString() : undefined;
    return stateOf(metadata, { until, problem });
}

/** CronJobs that write to every store: infra/registries/backups/backup-jobs.ts. */
const STORES = new Set(["store-full", "store-diff"]);

/** The first is set as soon as the outcome is decided, and the second once the last pod has ended, which is never where its machine is gone. */
const FAILED = ["FailureTarget", "Failed"];
const DONE = ["SuccessCriteriaMet", "Complete"];

function conditionOf({ status }: BackupJob, types: readonly string[]): Condition | undefined {
    return status?.conditions?.find((condition) => types.includes(condition.type) && condition.status === "True");
}

/** When it ended well; undefined where it did not, or not yet. */
function endOf(job: BackupJob): string | undefined {
    return job.status?.completionTime ?? conditionOf(job, DONE)?.lastTransitionTime;
}

function stateOf(
    metadata: Named["metadata"],
    { last, until, problem }: { readonly [key in "last" | "until" | "problem"]?: string | undefined },
): BackupState {
    const registry = registryOf(metadata);
    return {
        ...(registry !== undefined && { registry }),
        job: metadata.name,
        ...(last !== undefined && { last }),
        ...(until !== undefined && { until }),
        ...(problem !== undefined && { problem }),
    };
}

function registryOf({ labels }: Named["metadata"]): string | undefined {
    return labels?.[LABEL.registry];
}

/** Jobs of a schedule, oldest first. */
function jobsOf({ metadata: { name, namespace } }: ScheduledJob, jobs: readonly BackupJob[]): BackupJob[] {
    return jobs
        .filter(({ metadata }) => metadata.namespace === namespace)
        .filter(({ metadata }) =>
            metadata.ownerReferences?.some((owner) => owner.kind === "CronJob" && owner.name === name),
        )
        .sort((a, b) => a.metadata.creationTimestamp.localeCompare(b.metadata.creationTimestamp));
}

/** Why a Job failed after the last one that succeeded, or why one of its pods did and is tried again. */
function failureOf(job: BackupJob, since: string): string | undefined {
    if (endOf(job) !== undefined) {
        return undefined;
    }
    const { name, namespace } = job.metadata;
    const logs = `kubectl -n ${namespace ?? ""} logs -l job-name=${name} --tail=-1`;
    const failed = conditionOf(job, FAILED);
    if (failed === undefined) {
        const pods = job.status?.failed ?? 0;
        return pods > 0 ? `Job ${name} is tried again, as ${pods} of its pods failed; ${logs}` : undefined;
    }
    return Date.parse(failed.lastTransitionTime ?? since) < Date.parse(since)
        ? undefined
        : `Job ${name} failed: ${failed.reason ?? "no reason given"}, ${failed.message ?? "no message"}; ${logs}`;
}
