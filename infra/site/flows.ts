/** Which parts of a site may talk to which others, read from the network policies that it declares. Pure. */
import { LABEL, type Labels } from "../conventions/names";
import { PUBLIC_COPY } from "../registries/backups/plan-public-copy";
import type { Outside } from "./outside";

interface Selector {
    readonly matchLabels?: Labels;
    readonly matchExpressions?: readonly { readonly key: string }[];
}

interface Peer {
    readonly podSelector?: Selector;
    readonly namespaceSelector?: Selector;
    readonly ipBlock?: { readonly cidr: string };
}

interface Port {
    readonly protocol: string;
    readonly port?: number | string;
}

/** The part of a NetworkPolicy that is read here: https://kubernetes.io/docs/concepts/services-networking/network-policies/ */
export interface Policy {
    readonly metadata: { readonly namespace: string };
    readonly spec: {
        readonly podSelector: Selector;
        readonly ingress: readonly { readonly from: readonly Peer[]; readonly ports: readonly Port[] }[];
        readonly egress: readonly { readonly to: readonly Peer[]; readonly ports: readonly Port[] }[];
    };
}

export interface Flow {
    readonly from: string;
    readonly to: string;
    /** `443/TCP`; `*` where every port is meant. */
    readonly port: string;
}

const REGISTRY = /^registry-/;
const ANY_REGISTRY = "a registry";
const ANYBODY = "every workload";
/** A registry, or its lease agent, at another site, as outside.ts calls them. */
const ELSEWHERE = /^([-a-z0-9]+)('s lease agent)?(?= in )/;

/** The flows that one end opens: what leaves (`egress`), or what is let in (`ingress`). All registries count as one, because they are alike. */
export function flowsOf(policies: readonly Policy[], outside: Outside, end: "egress" | "ingress"): Flow[] {
    const flows = policies.flatMap(({ metadata: { namespace }, spec }) => {
        const own = nameOf(namespace, spec.podSelector);
        const rules =
            end === "egress"
                ? spec.egress.map(({ to, ports }) => ({ peers: to, ports }))
                : spec.ingress.map(({ from, ports }) => ({ peers: from, ports }));
        return rules.flatMap(({ peers, ports }) =>
            peers.flatMap((peer) => {
                const other = peerName(peer, namespace, outside);
                const [from, to] = end === "egress" ? [own, other] : [other, own];
                return ports.map(({ protocol, port }) => ({ from, to, port: `${port ?? "*"}/${protocol}` }));
            }),
        );
    });
    return [...new Map(flows.map((flow) => [Object.values(flow).join(), flow])).values()];
}

/** Flows that leave one workload and are let in nowhere; a flow needs both ends. */
export function halfOpen(policies: readonly Policy[], outside: Outside): Flow[] {
    const incoming = flowsOf(policies, outside, "ingress");
    const names = Object.values(outside);
    const others = new Set([...names, ...names.map(asTheSame)]);
    return flowsOf(policies, outside, "egress")
        .filter(({ to }) => !others.has(to))
        .filter((flow) => !incoming.some((letIn) => covers(letIn, flow)));
}

function covers(wide: Flow, { from, to, port }: Flow): boolean {
    const isRegistry = from.startsWith(`${ANY_REGISTRY}'s `) || REGISTRY.test(from);
    const whom = [from, ANYBODY, ...(isRegistry ? [ANY_REGISTRY] : [])];
    return whom.includes(wide.from) && wide.to === to && wide.port === port;
}

function nameOf(namespace: string, { matchLabels = {} }: Selector): string {
    const workload = matchLabels["app.kubernetes.io/name"] ?? namespace;
    if (!REGISTRY.test(namespace)) {
        return workload;
    }
    // Only one registry has this workload, and it is named.
    return `${workload === PUBLIC_COPY ? namespace : ANY_REGISTRY}'s ${workload}`;
}

function peerName(peer: Peer, namespace: string, outside: Outside): string {
    const { ipBlock, podSelector, namespaceSelector } = peer;
    if (ipBlock !== undefined) {
        const name = outside[ipBlock.cidr];
        if (name === undefined) {
            throw new Error(`${ipBlock.cidr} belongs to no known peer: ${Object.values(outside).join(", ")}`);
        }
        // The same registry at the other site stands for all of them; another one would be named.
        return REGISTRY.test(namespace) && ELSEWHERE.exec(name)?.[1] === namespace.replace(REGISTRY, "")
            ? asTheSame(name)
            : name;
    }
    if (podSelector !== undefined) {
        return nameOf(namespaceSelector?.matchLabels?.["kubernetes.io/metadata.name"] ?? namespace, podSelector);
    }
    return namespaceSelector?.matchExpressions?.some(({ key }) => key === LABEL.registry) ? ANY_REGISTRY : ANYBODY;
}

/** `land in luxembourg` → `the same registry in luxembourg` */
function asTheSame(name: string): string {
    return name.replace(ELSEWHERE, "the same registry$2");
}
