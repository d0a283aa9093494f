import { CronJob } from "@pulumi/kubernetes/batch/v1/cronJob";
import { Job } from "@pulumi/kubernetes/batch/v1/job";
import type { input } from "@pulumi/kubernetes/types";
import type * as pulumi from "@pulumi/pulumi";
import { NOT_AWAITED, metadata } from "../../kubernetes/metadata";
import { PRIORITY } from "../../kubernetes/priority";
import { SOON_ELSEWHERE } from "../../kubernetes/tolerations";
import { guaranteed, hardenedContainer, hardenedPod } from "../../kubernetes/workload";
import { PATHS } from "../plan-database";
import { generationSuffix } from "../../keys/registry-keys";
import { COMMON_LABELS, LABEL } from "../../conventions/names";
import { type Use, commandLine, remoteMembers } from "./pgbackrest";
import { type RegistryPlan, BACKUP_JOB } from "../plan";
import { POSTGRES } from "../../conventions/users";
import { type PostgresArgs, VOLUME, keyVolumes } from "../container";
import { verification } from "./verification";

type Kind = "full" | "diff";

/** Label of the pods that make backups. */
export const BACKUP_LABEL = { "app.kubernetes.io/name": "store-version" } as const;
/** The schedule goes on beside a Job that hangs because its machine is gone. The Job is ended after this time, and by then the next one has begun. */
const LONGEST_SECONDS = 6 * 60 * 60;
const LIFE = {
    activeDeadlineSeconds: LONGEST_SECONDS,
    // This counts pods, each of which tries for a quarter of an hour and more. One that is drained, or dies with its machine, is replaced at once.
    backoffLimit: 6,
    // A machine that is gone never says that its pod has ended. Of two pods, the second waits for the first one's lock.
    podReplacementPolicy: "TerminatingOrFailed",
} satisfies Partial<input.batch.v1.JobSpec>;
/** Seconds for which a run that was missed is made up for: until the next day's is due. */
const MADE_UP_SECONDS = 24 * 60 * 60;
/**
 * With two processes, the second keeps the first one's pipes open, and a backup that fails (because its database went away) waits forever
 * for the first to end, as seen in pgBackRest 2.45: no later backup was stored.
 */
const ONE_PROCESS = "--process-max=1";
/**
 * Tries of each store, and seconds between two. A member releases the backup of a Job that vanished within half a minute, and after
 * `PROTOCOL_SECONDS` (infra/registries/backups/pgbackrest.ts) at the latest. The tries outlast that, and also the move of a store to
 * another machine.
 */
const TRIES = 45;
const PAUSE = 20;
/**
 * ClockError of pgBackRest: the newest folder in the store has a later name than a differential backup would get, which is named after its
 * full backup. An interrupted full backup leaves such a folder, it seems also once its files are gone, because a store that keeps versions
 * keeps folders. A full backup does not fail on it.
 */
const LATER_FOLDER = 106;

/**
 * A registry's backups, and their verification, by Jobs that read the members over TLS and write to the stores. They run by schedule, and
 * once in each store and with each generation of keys, as soon as there is a database and the store can be reached. Only the site that is
 * written to makes backups; in the others these Jobs are declared and suspended. Each site verifies every byte of its own store.
 */
export function backupJobs(name: string, args: PostgresArgs, opts: pulumi.CustomResourceOptions): void {
    const { registry, namespace } = args;
    const { labels, database } = registry;
    const { origin, recovery, members, stores, generations } = database;
    const uses: Use[] = stores.partner === undefined ? ["own"] : ["own", "partner"];
    const suspend = members === 0 || origin.kind === "primary";

    for (const [job, schedule, stopped, template] of [
        ["full", recovery.full, suspend, pod(args, backupScript(registry, uses, "full"))],
        ["diff", recovery.differential, suspend, pod(args, backupScript(registry, uses, "diff"))],
        ["verify", recovery.verification, members === 0, verifying(args)],
    ] as const) {
        new CronJob(
            `${name}-${job}`,
            {
                metadata: metadata(`store-${job}`, labels, namespace),
                spec: {
                    schedule,
                    timeZone: "Etc/UTC",
                    suspend: stopped,
                    // A Job that hangs does not block the next.
                    concurrencyPolicy: "Replace",
                    startingDeadlineSeconds: MADE_UP_SECONDS,
                    successfulJobsHistoryLimit: 3,
                    failedJobsHistoryLimit: 3,
                    jobTemplate: { spec: { ...LIFE, template } },
                },
            },
            opts,
        );
    }
    for (const use of uses) {
        const first = `first-${use}${generationSuffix(generations[0])}`;
        new Job(
            `${name}-${first}`,
            {
                // The other site's store comes up after this site, so that nothing waits for this Job.
                metadata: metadata(`store-${first}`, labels, namespace, NOT_AWAITED),
                spec: {
                    suspend,
                    ...LIFE,
                    template: pod(args, backupScript(registry, [use], "full")),
                },
            },
            opts,
        );
    }
}

function pod(args: PostgresArgs, commands: string): input.core.v1.PodTemplateSpec {
    const { registry } = args;
    return template(args, {
        containers: [
            hardenedContainer({
                name: "store",
                image: registry.image,
                command: ["sh", "-c", commands],
                resources: guaranteed(BACKUP_JOB.cpu, BACKUP_JOB.memory),
                terminationMessagePolicy: "FallbackToLogsOnError",
                volumeMounts: MOUNTS,
            }),
        ],
    });
}

function verifying(args: PostgresArgs): input.core.v1.PodTemplateSpec {
    return template(args, verification(args.registry, MOUNTS));
}

/** Mounts that pgBackRest needs in a container. */
const MOUNTS = [
    { name: VOLUME.temporary, mountPath: "/tmp" },
    { name: VOLUME.certificate, mountPath: PATHS.tls, readOnly: true },
    { name: VOLUME.repositories, mountPath: PATHS.repositories, readOnly: true },
];

interface Parts extends Pick<input.core.v1.PodSpec, "initContainers"> {
    readonly containers: input.core.v1.Container[];
    readonly volumes?: input.core.v1.Volume[];
}

function template(args: PostgresArgs, { volumes = [], ...parts }: Parts): input.core.v1.PodTemplateSpec {
    const { registry, serviceAccount } = args;
    return {
        metadata: { labels: { ...COMMON_LABELS, ...BACKUP_LABEL, [LABEL.registry]: registry.name } },
        spec: hardenedPod(POSTGRES, {
            serviceAccountName: serviceAccount,
            priorityClassName: PRIORITY.service.name,
            restartPolicy: "Never",
            tolerations: SOON_ELSEWHERE,
            ...parts,
            volumes: [{ name: VOLUME.temporary, emptyDir: { sizeLimit: "1Gi" } }, ...volumes, ...keyVolumes(args)],
        }),
    };
}

/**
 * Writes to one store after the other, because a database can be read only once at a time, and tries those again that did not take the
 * backup, so that a store whose machine is gone holds up no other. What is stored is not stored again, also not where something old could
 * not be removed. A full backup is made where a differential one is impossible, and where nothing else helped.
 */
export function backupScript(
    { name, database }: Pick<RegistryPlan, "name" | "database">,
    uses: readonly Use[],
    kind: Kind,
): string {
    const remote = remoteMembers(database);
    const all = uses.join(" ");
    const functions = uses.flatMap((use) => {
        const create = commandLine(name, use, "stanza-create", ...remote);
        const store = (type: Kind): string =>
            commandLine(name, use, "backup", `--type=${type}`, ONE_PROCESS, "--no-expire-auto", ...remote);
        const instead = kind === "diff" ? ` || { [ $? = ${LATER_FOLDER} ] && ${store("full")}; }` : "";
        return [
            `${use}() { ${create} && { ${store(kind)}${instead}; }; }`,
            `${use}_last() { ${kind === "diff" ? store("full") : "false"}; }`,
            `${use}_expire() { ${commandLine(name, use, "expire")}; }`,
        ];
    });
    return [
        // The image has Python and no sleep.
        `pause() { python3 -c "import time; time.sleep(${PAUSE})"; }`,
        ...functions,
        // It calls each function whose name has this ending until it ends well. `left` names those that never did.
        "until_well() {",
        `    left=$2; tries=${TRIES}`,
        "    while :; do",
        '        now=$left; left=""',
        '        for store in $now; do "$store$1" || left="$left $store"; done',
        '        [ -n "$left" ] && [ $tries != 0 ] || return 0',
        "        tries=$((tries - 1)); pause",
        "    done",
        "}",
        `until_well "" "${all}"`,
        'stored=""; failed=0',
        `for store in ${all}; do`,
        '    case " $left " in *" $store "*) "${store}_last" || { failed=1; continue; } ;; esac',
        '    stored="$stored $store"',
        "done",
        'until_well _expire "$stored"',
        '[ -z "$left" ] || failed=1',
        "exit $failed",
    ].join("\n");
}
