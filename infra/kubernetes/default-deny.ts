import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy";
import * as pulumi from "@pulumi/pulumi";
import { metadata } from "./metadata";

export interface DefaultDenyArgs {
    readonly namespace: pulumi.Input<string>;
    readonly labels: Readonly<Record<string, string>>;
}

/**
 * Denies all traffic: an empty selector selects every pod, and a type without a rule allows nothing. The empty lists say so explicitly, so
 * that a rule which somebody adds on the cluster is drift in a field of ours, which is shown and taken back.
 */
export function defaultDeny(name: string, args: DefaultDenyArgs, opts: pulumi.CustomResourceOptions): NetworkPolicy {
    return new NetworkPolicy(
        name,
        {
            metadata: metadata("default-deny", args.labels, args.namespace),
            spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"], ingress: [], egress: [] },
        },
        opts,
    );
}
