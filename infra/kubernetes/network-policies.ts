import type { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy";
import type * as pulumi from "@pulumi/pulumi";
import { type AllowArgs, allow } from "./network-policy";
import { defaultDeny } from "./default-deny";

/** The network policies of a namespace with one workload: they let through its own flows and nothing else. Pods depend on them. */
export function networkPolicies(name: string, args: AllowArgs, opts: pulumi.CustomResourceOptions): NetworkPolicy[] {
    return [defaultDeny(`${name}-default-deny`, args, opts), allow(`${name}-allow`, args, opts)];
}
