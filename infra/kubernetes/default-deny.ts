import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy";
import * as pulumi from "@pulumi/pulumi";
import { metadata } from "./metadata";

export interface DefaultDenyArgs {
    readonly namespace: pulumi.Input<string>;
    readonly labels: Readonly<Record<string, string>>;
}

/**
 * Nothing in, nothing out: an empty selector is every pod, a type without a rule allows nothing of it. The empty lists
 * say so outright: a rule that somebody adds on the cluster is then drift in a field of ours, shown and taken back.
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
