import { CronJob } from "@pulumi/kubernetes/batch/v1/cronJob";
import type { input } from "@pulumi/kubernetes/types";
import type * as pulumi from "@pulumi/pulumi";
import { AGENT_USER } from "../conventions/users";
import { metadata } from "../kubernetes/metadata";
import { PRIORITY } from "../kubernetes/priority";
import { hardenedPod } from "../kubernetes/workload";
import { allow, pods, tcp } from "../kubernetes/network-policy";
import { LOOKUPS } from "../networking/egress";
import { COMMON_LABELS } from "../conventions/names";
import { STORE_SELECTOR } from "./plan-object-store";
import { STORE_PORT, type StorePodArgs } from "./store-pod";

export interface NightlyArgs extends StorePodArgs {
    readonly namespace: pulumi.Input<string>;
}

interface NightlyJobArgs extends NightlyArgs {
    /** It is also the label by which its pods are known. */
    readonly workload: string;
    /** UTC. */
    readonly schedule: string;
    /** Tries after the first. */
    readonly retries: number;
    readonly container: input.core.v1.Container;
    readonly volumes: readonly input.core.v1.Volume[];
}

/**
 * A Job that a user of the store runs there every night. It reaches the store by way of the Service, as everybody does. `kubectl -n
 * object-store create job --from=cronjob/<workload> now` runs it at once.
 */
export function nightly(name: string, args: NightlyJobArgs, opts: pulumi.CustomResourceOptions): void {
    const { store, namespace, serviceAccount, workload, schedule, retries, container, volumes } = args;
    const selector = { "app.kubernetes.io/name": workload };
    allow(
        `${name}-allow`,
        {
            workload,
            namespace,
            labels: store.labels,
            selector,
            ingress: [],
            egress: [LOOKUPS, { to: [pods(STORE_SELECTOR)], ports: tcp(STORE_PORT) }],
        },
        opts,
    );
    new CronJob(
        `${name}-job`,
        {
            metadata: metadata(workload, store.labels, namespace),
            spec: {
                schedule,
                timeZone: "Etc/UTC",
                // A run that hangs because its machine is gone does not block the next.
                concurrencyPolicy: "Replace",
                successfulJobsHistoryLimit: 3,
                failedJobsHistoryLimit: 7,
                jobTemplate: {
                    spec: {
                        backoffLimit: retries,
                        template: {
                            metadata: { labels: { ...COMMON_LABELS, ...selector } },
                            spec: hardenedPod(AGENT_USER, {
                                serviceAccountName: serviceAccount,
                                priorityClassName: PRIORITY.service.name,
                                restartPolicy: "Never",
                                containers: [container],
                                volumes: [...volumes],
                            }),
                        },
                    },
                },
            },
        },
        opts,
    );
}
