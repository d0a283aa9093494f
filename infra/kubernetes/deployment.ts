import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment";
import type { input } from "@pulumi/kubernetes/types";
import type * as pulumi from "@pulumi/pulumi";
import { COMMON_LABELS } from "../conventions/names";
import { type BudgetArgs, budget } from "./budget";
import { metadata } from "./metadata";
import { type SpreadConstraint, spreadAmong } from "./spread";

export interface DeploymentArgs extends BudgetArgs {
    /** The pods' part in the component; it names the Deployment in the stack. */
    readonly part: "server" | "controller";
    readonly replicas: number;
    /** Fault domains over which the pods are spread; left out where there is one pod. */
    readonly spread?: readonly SpreadConstraint[];
    /** Defaults to Kubernetes' own: new pods come first, and the old ones go when those answer. */
    readonly strategy?: input.apps.v1.DeploymentSpec["strategy"];
    /** Annotations of the pods, which are replaced when the values change. */
    readonly annotations?: Readonly<Record<string, string>>;
    readonly pod: input.core.v1.PodSpec;
    /** Policies that must be in place before any pod is. */
    readonly networkPolicies: readonly pulumi.Resource[];
}

/** Pods that are alike and keep nothing, spread over the facility, and the budget that keeps enough of them. */
export function deployment(name: string, args: DeploymentArgs, opts: pulumi.CustomResourceOptions): void {
    const { workload, namespace, labels, selector, part, replicas, strategy, annotations, networkPolicies } = args;
    const constraints = spreadAmong(args.spread ?? [], selector).map((constraint) => ({
        ...constraint,
        // The pods that are being replaced do not count.
        matchLabelKeys: ["pod-template-hash"],
    }));
    budget(name, args, opts);
    new Deployment(
        `${name}-${part}`,
        {
            metadata: metadata(workload, labels, namespace),
            spec: {
                replicas,
                ...(strategy && { strategy }),
                selector: { matchLabels: selector },
                template: {
                    metadata: { labels: { ...COMMON_LABELS, ...selector }, ...(annotations && { annotations }) },
                    spec: {
                        ...args.pod,
                        ...(constraints.length > 0 && { topologySpreadConstraints: constraints }),
                    },
                },
            },
        },
        { ...opts, dependsOn: [...networkPolicies] },
    );
}
