import type { input } from "@pulumi/kubernetes/types";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy";
import type * as pulumi from "@pulumi/pulumi";
import { metadata } from "./metadata";
import { COMMON_LABELS, type Labels } from "../conventions/names";

/** The other end of a flow, as one of the functions below returns it. */
export type Peer = input.networking.v1.NetworkPolicyPeer;

/** Ports of the pods that are connected to; a Service's port does not count. */
export type Port = input.networking.v1.NetworkPolicyPort;

/** Incoming traffic. Both lists have an entry or more, because an empty one means everybody and everything. */
export interface Ingress {
    readonly from: readonly [Peer, ...Peer[]];
    readonly ports: readonly [Port, ...Port[]];
}

/** Outgoing traffic, likewise. */
export interface Egress {
    readonly to: readonly [Peer, ...Peer[]];
    readonly ports: readonly [Port, ...Port[]];
}

export interface AllowArgs {
    /** The workload whose flows these are; it names the policy. */
    readonly workload: string;
    readonly namespace: pulumi.Input<string>;
    readonly labels: Labels;
    /** What selects the workload's pods. */
    readonly selector: Labels;
    readonly ingress: readonly Ingress[];
    readonly egress: readonly Egress[];
}

/** Pods with these labels, in the workload's own namespace or in the one that is named. */
export function pods(labels: Labels, namespace?: string): Peer {
    return {
        podSelector: { matchLabels: labels },
        ...(namespace !== undefined && {
            namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
        }),
    };
}

/** Every pod in the namespaces that this program makes. */
export const EMBASSY: Peer = { namespaceSelector: { matchLabels: COMMON_LABELS } };

/** A range of addresses outside the cluster. Pods inside it are named by their labels. */
export function range(cidr: string): Peer {
    return { ipBlock: { cidr } };
}

/** A range of addresses outside the cluster, without the ranges in `except`. */
export function rangeBut(cidr: string, except: readonly string[]): Peer {
    return { ipBlock: { cidr, ...(except.length > 0 && { except: [...except] }) } };
}

export function tcp(...ports: readonly [number, ...number[]]): readonly [Port, ...Port[]] {
    const [first, ...others] = ports.map((port): Port => ({ protocol: "TCP", port }));
    return [first as Port, ...others];
}

/** What one workload may receive and send, beside the namespace's default of nothing. */
export function allow(name: string, args: AllowArgs, opts: pulumi.CustomResourceOptions): NetworkPolicy {
    const { workload, namespace, labels, selector, ingress, egress } = args;
    return new NetworkPolicy(
        name,
        {
            metadata: metadata(workload, labels, namespace),
            spec: {
                podSelector: { matchLabels: selector },
                policyTypes: ["Ingress", "Egress"],
                ingress: ingress.map(({ from, ports }) => ({ from: [...from], ports: [...ports] })),
                egress: egress.map(({ to, ports }) => ({ to: [...to], ports: [...ports] })),
            },
        },
        opts,
    );
}
