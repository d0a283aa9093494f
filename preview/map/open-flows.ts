/** The flows of a site as they are drawn. Pure. */
import { type Flow, type Policy, flowsOf } from "../../infra/site/flows";
import type { Declared } from "../compare/flows";
import { kindOf } from "../compare/show";
import type { Rendered } from "../render/registrations";

/** Registries, which are alike, are one. */
export function flowsIn({ resources, outside }: Declared): Flow[] {
    const policies = resources.filter((one) => kindOf(one) === "NetworkPolicy").map(({ inputs }) => policyOf(inputs));
    const ranges = policies.flatMap(({ spec }) =>
        [...spec.ingress.flatMap(({ from }) => from), ...spec.egress.flatMap(({ to }) => to)].flatMap(
            ({ ipBlock }) => ipBlock?.cidr ?? [],
        ),
    );
    // With its range: another range under the same name is another flow.
    const names = Object.fromEntries(
        ranges.map((range) => [range, outside[range] ? `${outside[range]} (${range})` : range]),
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
