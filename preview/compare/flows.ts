/** Which flows open and close, in words: what network policies let through, and whom none limits. Pure. */
import type {
    V1NetworkPolicy,
    V1NetworkPolicyPeer,
    V1NetworkPolicyPort,
    V1NetworkPolicySpec,
} from "@kubernetes/client-node";
import type { Outside } from "../../infra/site/outside";
import { LABEL } from "../../infra/conventions/names";
import type { Rendered } from "../render/registrations";
import { groupBy } from "../group";
import { type Workload, workloadName, workloadsOf } from "./pods";
import { isEmpty, selectorText, selects } from "./selectors";
import { kindOf, metadataOf } from "./show";

export interface Declared {
    readonly resources: readonly Rendered[];
    readonly outside: Outside;
}

type Direction = "Ingress" | "Egress";
type NameOfRange = (cidr: string) => string;

const EVERYBODY = "anywhere";
const ANY_PORT = "any port";

export function flowChanges(before: Declared, after: Declared): { opened: string[]; closed: string[] } {
    // Names of ranges that only one tree can tell would read as other flows.
    const named = [before, after].every(({ outside }) => Object.keys(outside).length > 0);
    const [olds, news] = [before, after].map((tree) => inWords(tree, named)) as [Set<string>, Set<string>];
    const beyond = (one: Set<string>, other: Set<string>): string[] =>
        [...one].filter((flow) => !other.has(flow)).sort();
    return { opened: beyond(news, olds), closed: beyond(olds, news) };
}

function inWords({ resources, outside }: Declared, named: boolean): Set<string> {
    // With its range: another range under the same name is another flow.
    const nameOfRange: NameOfRange = (cidr) => (named && outside[cidr] ? `${outside[cidr]} (${cidr})` : cidr);
    const policies = resources.filter((one) => kindOf(one) === "NetworkPolicy");
    const byNamespace = groupBy(policies, (policy) => metadataOf(policy).namespace ?? "default");
    const specOf = ({ inputs }: Rendered): V1NetworkPolicySpec => (inputs as unknown as V1NetworkPolicy).spec ?? {};
    return new Set([
        ...[...byNamespace].flatMap(([namespace, all]) =>
            all.flatMap((policy) => allowed(namespace, specOf(policy), nameOfRange)),
        ),
        ...podsOf(resources).flatMap((pods) => unlimited(pods, (byNamespace.get(pods.namespace) ?? []).map(specOf))),
    ]);
}

/** What a policy lets through. A list that is left out or empty is everybody, and every port. */
function allowed(namespace: string, spec: V1NetworkPolicySpec, nameOfRange: NameOfRange): string[] {
    const own = workloadName(namespace, spec.podSelector);
    const { ingress = [], egress = [] } = spec;
    const rules = [
        ...(limits(spec, "Ingress") ? ingress.map(({ from, ports }: Ingress) => ({ from, ports })) : []),
        ...(limits(spec, "Egress") ? egress.map(({ to, ports }) => ({ to, ports })) : []),
    ];
    return rules.flatMap((rule) => {
        const peers = ("to" in rule ? rule.to : rule.from) ?? [];
        const names = peers.length === 0 ? [EVERYBODY] : peers.map((peer) => peerName(peer, namespace, nameOfRange));
        const ports = rule.ports === undefined || rule.ports.length === 0 ? [ANY_PORT] : rule.ports.map(portName);
        return names.flatMap((peer) =>
            ports.map((port) => ("to" in rule ? `${own} → ${peer} : ${port}` : `${peer} → ${own} : ${port}`)),
        );
    });
}

/** In JSON it is `from`, which is another word in the client's language. */
type Ingress = NonNullable<V1NetworkPolicySpec["ingress"]>[number] & { readonly from?: V1NetworkPolicyPeer[] };

interface Pods extends Pick<Workload, "namespace" | "labels"> {
    readonly name: string;
}

/** Those that are declared, and of each namespace whichever come to it. */
function podsOf(resources: readonly Rendered[]): Pods[] {
    const namespaces = resources
        .filter((one) => kindOf(one) === "Namespace")
        .flatMap((one) => metadataOf(one).name ?? []);
    return [
        ...workloadsOf(resources).map(({ namespace, labels }) => ({
            namespace,
            labels,
            name: workloadName(namespace, { matchLabels: { ...labels } }),
        })),
        ...namespaces.map((namespace) => ({ namespace, labels: {}, name: `any other pod of ${namespace}` })),
    ];
}

/** Pods that no policy selects may talk to everybody: https://kubernetes.io/docs/concepts/services-networking/network-policies/ */
function unlimited({ name, labels }: Pods, policies: readonly V1NetworkPolicySpec[]): string[] {
    const isLimited = (direction: Direction): boolean =>
        policies.some((spec) => limits(spec, direction) && selects(spec.podSelector ?? {}, labels));
    const why = "no policy limits it";
    return [
        ...(isLimited("Ingress") ? [] : [`${EVERYBODY} → ${name} : ${ANY_PORT}, as ${why}`]),
        ...(isLimited("Egress") ? [] : [`${name} → ${EVERYBODY} : ${ANY_PORT}, as ${why}`]),
    ];
}

function limits({ policyTypes, egress = [] }: V1NetworkPolicySpec, direction: Direction): boolean {
    return policyTypes?.includes(direction) ?? (direction === "Ingress" || egress.length > 0);
}

function peerName(
    { ipBlock, podSelector, namespaceSelector }: V1NetworkPolicyPeer,
    namespace: string,
    nameOfRange: NameOfRange,
): string {
    if (ipBlock !== undefined) {
        const { cidr, except = [] } = ipBlock;
        return nameOfRange(cidr) + (except.length === 0 ? "" : ` except ${except.map(nameOfRange).join(", ")}`);
    }
    const other = namespaceSelector?.matchLabels?.["kubernetes.io/metadata.name"];
    if (namespaceSelector === undefined || other !== undefined) {
        return workloadName(other ?? namespace, podSelector);
    }
    const pods = podSelector === undefined || isEmpty(podSelector) ? "all" : `pods with ${selectorText(podSelector)}`;
    if (isEmpty(namespaceSelector)) {
        return `${pods} of the cluster`;
    }
    return namespaceSelector.matchExpressions?.some(({ key }) => key === LABEL.registry)
        ? `${pods} of registries`
        : `${pods} of namespaces with ${selectorText(namespaceSelector)}`;
}

/** `443/TCP`, `8000-8100/TCP`; `*` where every port is meant. */
function portName({ port = "*", endPort, protocol = "TCP" }: V1NetworkPolicyPort): string {
    return `${port}${endPort === undefined ? "" : `-${endPort}`}/${protocol}`;
}
