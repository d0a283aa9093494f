import { Service } from "@pulumi/kubernetes/core/v1/service";
import type * as pulumi from "@pulumi/pulumi";
import { PROMETHEUS, PROMETHEUS_PORT, PROMETHEUS_SELECTOR } from "../conventions/monitoring";
import { dnsLabel } from "../conventions/names";
import { NOT_AWAITED, metadata } from "../kubernetes/metadata";
import type { MonitoringPlan } from "./plan";

export interface HeartbeatsArgs {
    readonly plan: MonitoringPlan;
    readonly namespace: pulumi.Input<string>;
    readonly labels: Readonly<Record<string, string>>;
}

/** Kubernetes' own label for a pod of a StatefulSet: https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#pod-name-label */
const POD_NAME = "statefulset.kubernetes.io/pod-name";

/** Where the other site asks each who watches this one whether it does. One address for both would lead to one that is away. */
export function heartbeats(
    name: string,
    { plan, namespace, labels }: HeartbeatsArgs,
    opts: pulumi.CustomResourceOptions,
): void {
    plan.heartbeats.forEach(({ address }, index) => {
        const pod = `${PROMETHEUS}-${index}`;
        new Service(
            `${name}-heartbeat-${index}`,
            {
                metadata: metadata(dnsLabel("heartbeat", String(index)), labels, namespace, NOT_AWAITED),
                spec: {
                    clusterIP: address,
                    selector: { ...PROMETHEUS_SELECTOR, [POD_NAME]: pod },
                    ports: [{ name: "https", port: PROMETHEUS_PORT, targetPort: PROMETHEUS_PORT, protocol: "TCP" }],
                },
            },
            opts,
        );
    });
}
