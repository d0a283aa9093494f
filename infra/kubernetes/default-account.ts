import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount";
import type * as pulumi from "@pulumi/pulumi";
import type { Labels } from "../conventions/names";
import { metadata } from "./metadata";

export interface DefaultAccountArgs {
    readonly namespace: pulumi.Input<string>;
    readonly labels: Labels;
}

/**
 * The ServiceAccount that Kubernetes creates in each namespace, for pods that name none. All of ours name one, and this account gives
 * nobody a token: CIS Kubernetes Benchmark 1.10, 5.1.5. This program or Kubernetes creates it, whichever is first.
 */
export function defaultAccount(name: string, args: DefaultAccountArgs, opts: pulumi.CustomResourceOptions): void {
    const { namespace, labels } = args;
    new ServiceAccount(
        name,
        { metadata: metadata("default", labels, namespace), automountServiceAccountToken: false },
        opts,
    );
}
