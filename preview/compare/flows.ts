/** Tells in words which flows open and close: what network policies allow, and which pods none of them limits. Pure. */
import type { V1NetworkPolicyPeer, V1NetworkPolicyPort } from "@kubernetes/client-node";
import { LABEL } from "../../infra/conventions/names";
import { groupBy } from "../group";
import type { Rendered } from "../render/registrations";
import { type Declared, type PolicyRules, type Rule, nameOfRange, policiesIn } from "./network-policies";
import { type Workload, workloadName, workloadsOf } from "./pods";
import { isEmpty, selectorText, selects } from "./selectors";
import { kindOf, metadataOf } from "./show";

type NameOfRange = (cidr: string) => string;

const EVERYBODY = "anywhere";
const ANY_PORT = "any port";

export function flowChanges(before: Declared, after: Declared): { opened: string[]; closed: string[] } {
    // Where only one tree can name ranges, the names would look like other flows.
    const named = [before, after].every(({ outside }) => Object.keys(outside).length > 0);
    const [olds, news] = [before, after].map((tree) => inWords(tree, named)) as [Set<string>, Set<string>];
    const beyond = (one: Set<string>, other: Set<string>): string[] =>
        [...one].filter((flow) => !other.has(flow)).sort();
    return { opened: beyond(news, olds), closed: beyond(olds, news) };
}

function inWords({ resources, outside }: Declared, named: boolean): Set<string> {
    const rangeName: NameOfRange = (cidr) => (named ? nameOfRange(outside, cidr) : cidr);
    const policies = policiesIn(resources);
    const byNamespace = groupBy(policies, ({ namespace }) => namespace);
    return new Set([
        ...policies.flatMap((policy) => allowed(policy, rangeName)),
        ...podsOf(resources).flatMap((pods) => unlimited(pods, byNamespace.get(pods.namespace) ?? [])),
    ]);
}

/** The flows that a policy allows. */
function allowed({ namespace, pods, ingress = [], egress = [] }: PolicyRules, rangeName: NameOfRange): string[] {
    const own = workloadName(namespace, pods);
    const told = ({ peers, ports }: Rule, line: (peer: string, port: string) => string): string[] => {
        const names = peers.length === 0 ? [EVERYBODY] : peers.map((peer) => peerName(peer, namespace, rangeName));
        const at = ports.length === 0 ? [ANY_PORT] : ports.map(portName);
        return names.flatMap((peer) => at.map((port) => line(peer, port)));
    };
    return [
        ...ingress.flatMap((rule) => told(rule, (peer, port) => `${peer} → ${own} : ${port}`)),
        ...egress.flatMap((rule) => told(rule, (peer, port) => `${own} → ${peer} : ${port}`)),
    ];
}

interface Pods extends Pick<Workload, "namespace" | "labels"> {
    readonly name: string;
}

/** Declared pods, and for each namespace any pods that may come to it. */
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

/** Pods that no policy selects may talk to anybody: https://kubernetes.io/docs/concepts/services-networking/network-policies/ */
function unlimited({ name, labels }: Pods, policies: readonly PolicyRules[]): string[] {
    const isLimited = (direction: "ingress" | "egress"): boolean =>
        policies.some((policy) => policy[direction] !== undefined && selects(policy.pods ?? {}, labels));
    const why = "no policy limits it";
    return [
        ...(isLimited("ingress") ? [] : [`${EVERYBODY} → ${name} : ${ANY_PORT}, as ${why}`]),
        ...(isLimited("egress") ? [] : [`${name} → ${EVERYBODY} : ${ANY_PORT}, as ${why}`]),
    ];
}

function peerName(
    { ipBlock, podSelector, namespaceSelector }: V1NetworkPolicyPeer,
    namespace: string,
    rangeName: NameOfRange,
): string {
    if (ipBlock !== undefined) {
        const { cidr, except = [] } = ipBlock;
        return rangeName(cidr) + (except.length === 0 ? "" : ` except ${except.map(rangeName).join(", ")}`);
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

/** `443/TCP`, `8000-8100/TCP`; `*` stands for every port. */
function portName({ port = "*", endPort, protocol = "TCP" }: V1NetworkPolicyPort): string {
    return `${port}${endPort === undefined ? "" : `-${endPort}`}/${protocol}`;
}
