import type { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy";
import type * as pulumi from "@pulumi/pulumi";
import { type AllowArgs, allow } from "./network-policy";
import { defaultDeny } from "./default-deny";

/** Of a namespace with one workload: nothing passes but its own flows. To be there before anything moves in. */
export function networkPolicies(name: string, args: AllowArgs, opts: pulumi.CustomResourceOptions): NetworkPolicy[] {
    return [defaultDeny(`${name}-default-deny`, args, opts), allow(`${name}-allow`, args, opts)];
}
