import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget";
import type * as pulumi from "@pulumi/pulumi";
import type { Labels } from "../conventions/names";
import { metadata } from "./metadata";

export interface BudgetArgs {
    /** The workload whose pods these are; it names the budget. */
    readonly workload: string;
    readonly namespace: pulumi.Input<string>;
    readonly labels: Labels;
    /** What selects the workload's pods. */
    readonly selector: Labels;
    /** Defaults to one, also for a single pod, because servicing its machine takes it away for a moment. */
    readonly maxUnavailable?: number;
}

/** How many pods of a workload may be away at once while machines are serviced. */
export function budget(name: string, args: BudgetArgs, opts: pulumi.CustomResourceOptions): void {
    const { workload, namespace, labels, selector, maxUnavailable = 1 } = args;
    new PodDisruptionBudget(
        `${name}-budget`,
        {
            metadata: metadata(workload, labels, namespace),
            spec: { maxUnavailable, selector: { matchLabels: selector } },
        },
        opts,
    );
}
