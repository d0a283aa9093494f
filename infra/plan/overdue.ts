/** What of the stored versions is too old, or failed last: from the CronJobs and Jobs that a site's API server has. Pure. */
import { LABEL } from "./names";
import { SLACK_HOURS, isTooOld } from "./schedules";

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

export interface StoringJob extends Named {
    readonly spec: { readonly suspend?: boolean };
    readonly status?: {
        readonly completionTime?: string;
        readonly conditions?: readonly {
            readonly type: string;
            readonly status: string;
            readonly reason?: string;
            readonly message?: string;
            readonly lastTransitionTime?: string;
        }[];
    };
}

export interface StoredState {
    readonly registry: string;
    /** The CronJob, or the Job of a first version. */
    readonly job: string;
    /** When it last ended well, ISO 8601; absent where it never did. */
    readonly last?: string;
    /** What is wrong with it, in a sentence; absent where nothing is. */
    readonly problem?: string;
}

/** @param now in milliseconds since 1970 */
export function storedStates(
    schedules: readonly ScheduledJob[],
    jobs: readonly StoringJob[],
    now: number,
): StoredState[] {
    const scheduled = schedules.filter(({ spec }) => spec.suspend !== true);
    const first = jobs.filter(({ metadata, spec }) => metadata.ownerReferences === undefined && spec.suspend !== true);
    return [
        ...scheduled.map((each) => {
            const { metadata, spec, status } = each;
            const last = status?.lastSuccessfulTime;
            // What was never done is counted from when it was declared.
            const since = last ?? metadata.creationTimestamp;
            const problem =
                failureOf(newestOf(each, jobs), since) ??
                (isTooOld(spec.schedule, Date.parse(since), now)
                    ? `${last === undefined ? "never ended well" : `last ended well at ${last}`}, and is due by "${spec.schedule}"`
                    : undefined);
            return state(metadata, last, problem);
        }),
        ...first.map(({ metadata, status }) => {
            const last = status?.completionTime;
            const late = now - Date.parse(metadata.creationTimestamp) > SLACK_HOURS * 3_600_000;
            const waiting =
                last === undefined && late ? `has not ended since ${metadata.creationTimestamp}` : undefined;
            return state(
                metadata,
                last,
                failureOf({ metadata, status } as StoringJob, metadata.creationTimestamp) ?? waiting,
            );
        }),
    ];
}

function state(
    { name, labels }: Named["metadata"],
    last: string | undefined,
    problem: string | undefined,
): StoredState {
    return {
        registry: labels?.[LABEL.registry] ?? "",
        job: name,
        ...(last !== undefined && { last }),
        ...(problem !== undefined && { problem }),
    };
}

function newestOf(
    { metadata: { name, namespace } }: ScheduledJob,
    jobs: readonly StoringJob[],
): StoringJob | undefined {
    return jobs
        .filter(({ metadata }) => metadata.namespace === namespace)
        .filter(({ metadata }) =>
            metadata.ownerReferences?.some((owner) => owner.kind === "CronJob" && owner.name === name),
        )
        .sort((a, b) => a.metadata.creationTimestamp.localeCompare(b.metadata.creationTimestamp))
        .at(-1);
}

/** Of a Job that failed after what ended well. */
function failureOf(job: StoringJob | undefined, since: string): string | undefined {
    const failed = job?.status?.conditions?.find(({ type, status }) => type === "Failed" && status === "True");
    if (
        job === undefined ||
        failed === undefined ||
        Date.parse(failed.lastTransitionTime ?? since) < Date.parse(since)
    ) {
        return undefined;
    }
    const { name, namespace } = job.metadata;
    return (
        `Job ${name} failed: ${failed.reason ?? "no reason given"}, ${failed.message ?? "no message"}; ` +
        `kubectl -n ${namespace ?? ""} logs job/${name}`
    );
}
