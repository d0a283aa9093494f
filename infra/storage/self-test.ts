import { CronJob } from "@pulumi/kubernetes/batch/v1/cronJob";
import type * as pulumi from "@pulumi/pulumi";
import { AGENT_USER, agentContainer } from "../cluster/agent";
import { metadata } from "../cluster/metadata";
import { PRIORITY } from "../cluster/priorities";
import { hardenedPod } from "../cluster/workload";
import { LOOKUPS, allow, pods, tcp } from "../networking/allow";
import { COMMON_LABELS } from "../plan/names";
import { SELF_TEST_BUCKET, STORE_SELECTOR, TESTER_SELECTOR } from "../plan/object-store";
import { ACCOUNT, FILE } from "./store-keys";
import { KEYS, STORE_PORT, type StorePodArgs, bucketsVolume, keyMount, keyVolume, storeAccess } from "./store-pod";

export interface SelfTestArgs extends StorePodArgs {
    readonly namespace: pulumi.Input<string>;
}

/** At `kubectl -n object-store create job --from=cronjob/write-once-self-test now` it runs at once. */
const NAME = "write-once-self-test";
/** Every night, UTC. */
const SCHEDULE = "30 3 * * *";
/** A version may be unsealed for so long: through a restart of the store and the sweep after it. */
const PATIENCE_SECONDS = 120;

/** Tries every night, with the keys that an attacker would have, to break what the store promises. */
export function selfTest(name: string, args: SelfTestArgs, opts: pulumi.CustomResourceOptions): void {
    const { store, namespace } = args;
    allow(
        `${name}-allow`,
        {
            workload: NAME,
            namespace,
            labels: store.labels,
            selector: TESTER_SELECTOR,
            ingress: [],
            egress: [LOOKUPS, { to: [pods(STORE_SELECTOR)], ports: tcp(STORE_PORT) }],
        },
        opts,
    );
    new CronJob(
        `${name}-job`,
        {
            metadata: metadata(NAME, store.labels, namespace),
            spec: {
                schedule: SCHEDULE,
                timeZone: "Etc/UTC",
                // One that hangs, as where its machine is gone, is not in the way of the next.
                concurrencyPolicy: "Replace",
                successfulJobsHistoryLimit: 3,
                failedJobsHistoryLimit: 7,
                jobTemplate: {
                    // A broken promise does not mend itself by another try.
                    spec: {
                        backoffLimit: 0,
                        template: { metadata: { labels: { ...COMMON_LABELS, ...TESTER_SELECTOR } }, spec: pod(args) },
                    },
                },
            },
        },
        opts,
    );
}

function pod({ store, serviceAccount, keys, certificate }: StorePodArgs): ReturnType<typeof hardenedPod> {
    const attackers = { BACKUP: ACCOUNT.selfTest, ADMINISTRATOR: ACCOUNT.administrator };
    const container = agentContainer("self-test", {
        image: store.agentsImage,
        resources: store.agent,
        env: {
            ...storeAccess(),
            ...Object.fromEntries(
                Object.entries(attackers).flatMap(([attacker, account]) => [
                    [`${attacker}_USER`, account],
                    [`${attacker}_SECRET`, `${KEYS}/${account}/${account}`],
                ]),
            ),
            BUCKET: SELF_TEST_BUCKET,
            BUCKETS: `${KEYS}/buckets/${FILE.buckets}`,
            SEAL_DAYS: String(store.sealDays),
            PATIENCE_SECONDS: String(PATIENCE_SECONDS),
        },
        mounts: [...Object.values(attackers), "authority", "buckets"].map(keyMount),
    });
    return hardenedPod(AGENT_USER, {
        serviceAccountName: serviceAccount,
        priorityClassName: PRIORITY.service.name,
        restartPolicy: "Never",
        // By way of the Service, as everybody else.
        containers: [container],
        volumes: [
            ...Object.values(attackers).map((account) => keyVolume(account, keys.accounts, account)),
            keyVolume("authority", certificate, "ca.crt"),
            bucketsVolume(keys),
        ],
    });
}
