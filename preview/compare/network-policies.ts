/**
 * Network policies as declared, with the meaning of fields that are left out. Pure.
 * https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
import type {
    V1LabelSelector,
    V1NetworkPolicy,
    V1NetworkPolicyIngressRule,
    V1NetworkPolicyPeer,
    V1NetworkPolicyPort,
} from "@kubernetes/client-node";
import type { Outside } from "../../infra/site/outside";
import type { Rendered } from "../render/registrations";
import { kindOf, metadataOf } from "./show";

/** The declared resources, and the names of what is outside the cluster. */
export interface Declared {
    readonly resources: readonly Rendered[];
    readonly outside: Outside;
}

export interface Rule {
    /** Empty means everybody. */
    readonly peers: readonly V1NetworkPolicyPeer[];
    /** Empty means every port. */
    readonly ports: readonly V1NetworkPolicyPort[];
}

export interface PolicyRules {
    readonly namespace: string;
    /** The pods that it selects; absent or empty means every pod of the namespace. */
    readonly pods: V1LabelSelector | undefined;
    /** What may come in; undefined where the policy does not limit it. */
    readonly ingress: readonly Rule[] | undefined;
    /** What may go out; undefined where the policy does not limit it. */
    readonly egress: readonly Rule[] | undefined;
}

export function policiesIn(resources: readonly Rendered[]): PolicyRules[] {
    return resources.filter((one) => kindOf(one) === "NetworkPolicy").map(rulesOf);
}

/** The field is `from` in JSON, and has another name in the client's language. */
type Ingress = V1NetworkPolicyIngressRule & { readonly from?: V1NetworkPolicyPeer[] };

function rulesOf(policy: Rendered): PolicyRules {
    const { spec = {} } = policy.inputs as unknown as V1NetworkPolicy;
    const { podSelector, ingress = [], egress = [] } = spec;
    const { policyTypes = ["Ingress", ...(egress.length > 0 ? ["Egress"] : [])] } = spec;
    return {
        namespace: metadataOf(policy).namespace ?? "default",
        pods: podSelector,
        ingress: policyTypes.includes("Ingress")
            ? ingress.map(({ from: peers = [], ports = [] }: Ingress) => ({ peers, ports }))
            : undefined,
        egress: policyTypes.includes("Egress")
            ? egress.map(({ to: peers = [], ports = [] }) => ({ peers, ports }))
            : undefined,
    };
}

/** The name with its range: another range under the same name is another flow. */
export function nameOfRange(outside: Outside, cidr: string): string {
    return outside[cidr] ? `${outside[cidr]} (${cidr})` : cidr;
}
