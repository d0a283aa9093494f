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
    /** Also the label by which its pods are known. */
    readonly workload: string;
    /** UTC. */
    readonly schedule: string;
    /** Tries beside the first. */
    readonly retries: number;
    readonly container: input.core.v1.Container;
    readonly volumes: readonly input.core.v1.Volume[];
}

/**
 * What a user of the store does there every night, by way of the Service, as everybody else.
 * At `kubectl -n object-store create job --from=cronjob/<workload> now` it runs at once.
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
                // One that hangs, as where its machine is gone, is not in the way of the next.
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
