import { Job } from "@pulumi/kubernetes/batch/v1/job";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap";
import type * as pulumi from "@pulumi/pulumi";
import { agentContainer } from "../../kubernetes/agent";
import { metadata } from "../../kubernetes/metadata";
import { PRIORITY } from "../../kubernetes/priority";
import { apiToken, hardenedPod } from "../../kubernetes/workload";
import { COMMON_LABELS, LABEL, dnsLabel } from "../../conventions/names";
import { type RegistryPlan, LEASE_AGENT } from "../plan";
import { ANNOTATION, LEASE } from "../../conventions/lease";
import { GIVES_UP_SECONDS } from "./plan";
import { AGENT_USER } from "../../conventions/users";

export interface GateArgs {
    readonly registry: RegistryPlan;
    readonly namespace: pulumi.Input<string>;
    readonly serviceAccount: pulumi.Input<string>;
    /** Resources that must be there before it runs. */
    readonly before: pulumi.Resource[];
}

/** Label of the pods that ask for a role. */
export const GATE_LABEL = { "app.kubernetes.io/name": "gate" } as const;
/** Seconds that the members have to answer, besides what they have to wait for. */
const PATIENCE = 60;

/**
 * A Job that comes before a role: it asks the members to take the role, and fails where they refuse. Another role is another Job, and so is
 * another try after one that failed; an `up` that changes neither runs none.
 */
export function gate(name: string, args: GateArgs, opts: pulumi.CustomResourceOptions): pulumi.Resource {
    const { registry, namespace } = args;
    const { labels, database } = registry;
    // The members write the rest of it.
    const declared = { [ANNOTATION.acrossSites]: database.acrossSites };
    const lease = new ConfigMap(`${name}-lease`, { metadata: metadata(LEASE, labels, namespace, declared) }, opts);
    return new Job(
        `${name}-job`,
        {
            metadata: metadata(dnsLabel("gate", database.lease.role), labels, namespace, {
                "pulumi.com/replaceUnready": "true",
            }),
            spec: {
                suspend: database.members === 0,
                backoffLimit: 0,
                template: {
                    metadata: { labels: { ...COMMON_LABELS, ...GATE_LABEL, [LABEL.registry]: registry.name } },
                    spec: pod(args),
                },
            },
        },
        { ...opts, dependsOn: [...args.before, lease] },
    );
}

function pod({ registry, serviceAccount }: GateArgs): ReturnType<typeof hardenedPod> {
    const { scope, labels, lease } = registry.database;
    const container = agentContainer("gate", {
        image: registry.agentsImage,
        resources: LEASE_AGENT,
        settings: {
            SCOPE: scope,
            LABELS: labels,
            ROLE: lease.role,
            ACCEPT_LOSS: registry.acceptLoss,
            PATIENCE_SECONDS: lease.leaseSeconds + GIVES_UP_SECONDS + PATIENCE,
        },
        mounts: [apiToken.mount],
    });
    return hardenedPod(AGENT_USER, {
        serviceAccountName: serviceAccount,
        priorityClassName: PRIORITY.service.name,
        restartPolicy: "Never",
        // `up` shows what it says at its end.
        containers: [{ ...container, terminationMessagePolicy: "FallbackToLogsOnError" }],
        volumes: [apiToken.volume],
    });
}
