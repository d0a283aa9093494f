/** The flows of a site in the form in which they are drawn. Pure. */
import { type Flow, type Policy, flowsOf } from "../../infra/site/flows";
import { type Declared, type PolicyRules, type Rule, nameOfRange, policiesIn } from "../compare/network-policies";

/** All registries count as one, because they are alike. */
export function flowsIn({ resources, outside }: Declared): Flow[] {
    const declared = policiesIn(resources);
    const ranges = declared
        .flatMap(({ ingress = [], egress = [] }) => [...ingress, ...egress].flatMap(peersOf))
        .flatMap(({ ipBlock }) => ipBlock?.cidr ?? []);
    const names = Object.fromEntries(ranges.map((range) => [range, nameOfRange(outside, range)]));
    const outsiders = new Set(Object.values(names));
    const policies = declared.map(policyOf);
    return [
        ...flowsOf(policies, names, "egress"),
        ...flowsOf(policies, names, "ingress").filter(({ from }) => outsiders.has(from)),
    ];
}

function policyOf({ namespace, pods = {}, ingress = [], egress = [] }: PolicyRules): Policy {
    return {
        metadata: { namespace },
        spec: {
            podSelector: pods,
            ingress: ingress.map((rule) => ({ from: peersOf(rule), ports: portsOf(rule) })),
            egress: egress.map((rule) => ({ to: peersOf(rule), ports: portsOf(rule) })),
        },
    };
}

function peersOf({ peers }: Rule): Rule["peers"] {
    return peers.length === 0 ? [{ ipBlock: { cidr: "everywhere" } }] : peers;
}

function portsOf({ ports }: Rule): { readonly protocol: string; readonly port?: number | string }[] {
    return ports.length === 0
        ? [{ protocol: "any" }]
        : ports.map(({ protocol = "TCP", port }) => ({ protocol, ...(port !== undefined && { port }) }));
}
