import { cidr } from "../../infra/conventions/cidr";
import type { Rule } from "./rule";

/** This repeats infra/ and does not import it, because what is changed there is judged here. */
const PUBLIC = { namespace: "edge", workload: "gazette" } as const;

interface Selector {
    readonly matchLabels?: object;
    readonly matchExpressions?: readonly unknown[];
}

interface Peer {
    readonly podSelector?: Selector;
    readonly namespaceSelector?: Selector;
    readonly ipBlock?: { readonly cidr: string };
}

interface Policy {
    readonly podSelector?: { readonly matchLabels?: Readonly<Record<string, string>> };
    readonly ingress?: readonly { readonly from?: readonly Peer[] }[];
}

/** A range with a shorter prefix than this is nobody's network: it stands for everybody. */
const WIDEST = 8;

function isAnybody(selector: Selector | undefined): boolean {
    return (
        selector !== undefined &&
        Object.keys(selector.matchLabels ?? {}).length === 0 &&
        (selector.matchExpressions ?? []).length === 0
    );
}

/** What names everybody in a peer; undefined where the peer is somebody in particular. */
function everybody({ podSelector, namespaceSelector, ipBlock }: Peer): string | undefined {
    if (ipBlock !== undefined) {
        const prefix = Number(ipBlock.cidr.split("/")[1] ?? 32);
        return prefix < WIDEST || cidr.problem(ipBlock.cidr) !== undefined ? ipBlock.cidr : undefined;
    }
    return isAnybody(namespaceSelector) && (podSelector === undefined || isAnybody(podSelector))
        ? "every pod of every namespace"
        : undefined;
}

/** https://kubernetes.io/docs/concepts/services-networking/network-policies/: a rule that names nobody lets everybody in. */
export const openIngress: Rule = {
    name: "open-ingress",
    description: "Nothing but the public's page lets everybody in.",
    violations({ kind, metadata, spec }) {
        const { podSelector, ingress = [] } = kind === "NetworkPolicy" ? (spec as Policy) : {};
        const workload = podSelector?.matchLabels?.["app.kubernetes.io/name"];
        if (metadata?.namespace === PUBLIC.namespace && workload === PUBLIC.workload) {
            return [];
        }
        return ingress
            .flatMap(({ from = [] }) => (from.length === 0 ? ["everybody, as it names nobody"] : from.map(everybody)))
            .filter((who) => who !== undefined)
            .map((who) => `ingress is open to ${who}; only ${PUBLIC.workload} in ${PUBLIC.namespace} is for everybody`);
    },
};
