/** Which flows open and close, in words. Pure. */
import { type Flow, type Outside, type Policy, flowsOf } from "../../infra/networking/flow-table";
import type { Rendered } from "../render/registrations";
import { kindOf } from "./show";

export interface Declared {
    readonly resources: readonly Rendered[];
    readonly outside: Outside;
}

export function flowChanges(before: Declared, after: Declared): { opened: string[]; closed: string[] } {
    // Names of ranges that only one tree can tell would read as other flows.
    const named = [before, after].every(({ outside }) => Object.keys(outside).length > 0);
    const [olds, news] = [before, after].map((tree) => inWords(tree, named)) as [Set<string>, Set<string>];
    const beyond = (one: Set<string>, other: Set<string>): string[] =>
        [...one].filter((flow) => !other.has(flow)).sort();
    return { opened: beyond(news, olds), closed: beyond(olds, news) };
}

function inWords(tree: Declared, named: boolean): Set<string> {
    return new Set(flowsIn(tree, named).map(({ from, to, port }) => `${from} → ${to} : ${port}`));
}

/** @param named whether ranges have their names before them */
export function flowsIn({ resources, outside }: Declared, named = true): Flow[] {
    const policies = resources.filter((one) => kindOf(one) === "NetworkPolicy").map(({ inputs }) => policyOf(inputs));
    const ranges = policies.flatMap(({ spec }) =>
        [...spec.ingress.flatMap(({ from }) => from), ...spec.egress.flatMap(({ to }) => to)].flatMap(
            ({ ipBlock }) => ipBlock?.cidr ?? [],
        ),
    );
    // With its range: another range under the same name is another flow.
    const names = Object.fromEntries(
        ranges.map((range) => [range, named && outside[range] ? `${outside[range]} (${range})` : range]),
    );
    const outsiders = new Set(Object.values(names));
    return [
        ...flowsOf(policies, names, "egress"),
        ...flowsOf(policies, names, "ingress").filter(({ from }) => outsiders.has(from)),
    ];
}

/** What is left out of a policy is none, or everybody's. */
function policyOf(inputs: Rendered["inputs"]): Policy {
    const { metadata, spec } = inputs as unknown as Policy;
    const { ingress = [], egress = [] } = spec as Partial<Policy["spec"]>;
    return {
        metadata,
        spec: {
            podSelector: spec.podSelector,
            ingress: ingress.map(({ from = EVERYBODY, ports = ANY_PORT }: Partial<Rule<"ingress">>) => ({
                from,
                ports,
            })),
            egress: egress.map(({ to = EVERYBODY, ports = ANY_PORT }: Partial<Rule<"egress">>) => ({ to, ports })),
        },
    };
}

type Rule<End extends "ingress" | "egress"> = Policy["spec"][End][number];
const EVERYBODY = [{ ipBlock: { cidr: "everywhere" } }];
const ANY_PORT = [{ protocol: "any" }];
