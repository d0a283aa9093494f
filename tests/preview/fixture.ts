/** Applies changes to the real stacks and compares them. */
import { parseConfig } from "../../infra/site/config";
import { outsideOf } from "../../infra/site/outside";
import { plan } from "../../infra/site/plan";
import { planNetwork } from "../../infra/networking/addresses";
import type { ImageLock } from "../../infra/conventions/images";
import { workloads } from "../../infra/site/workloads";
import { factsOf } from "../../preview/facility/facts";
import { compareStack } from "../../preview/compare-stack";
import type { Side } from "../../preview/side";
import type { Registered, Rendered } from "../../preview/render/registrations";
import { type Report, type StackReport, VERSION } from "../../preview/report";
import { titleOf } from "../../preview/show/title";
import { parseStackFile } from "../../preview/stack-file";
import { renderPlan } from "../support/render";
import { stackText } from "../support/stacks";

export { stackText };

/** The stack file with one place changed. */
export function edited(stack: string, from: string, to: string, text = stackText(stack)): string {
    if (!text.includes(from)) {
        throw new Error(`Pulumi.${stack}.yaml has no ${from}`);
    }
    return text.replace(from, to);
}

export async function sideOf(stack: string, text = stackText(stack), lock: ImageLock = {}): Promise<Side> {
    const file = parseStackFile(text, stack);
    const config = parseConfig(stack, file.config);
    const resources: Registered[] = [];
    const site = plan(config, lock);
    await renderPlan(stack, site, undefined, (registered) => resources.push(registered));
    const facts = factsOf(config, site, workloads(config, site));
    return { resources, outside: outsideOf(planNetwork(config), config.edge), file, facts };
}

const unchanged = new Map<string, Promise<Side>>();

/** What the stack declares without changes. It is rendered only once, because that takes longest. */
export function asItIs(stack: string): Promise<Side> {
    const known = unchanged.get(stack) ?? sideOf(stack);
    unchanged.set(stack, known);
    return known;
}

/** The report about an edit of the stack file. */
export async function played(stack: string, from: string, to: string): Promise<StackReport> {
    return compareStack(stack, "compared", await asItIs(stack), await sideOf(stack, edited(stack, from, to)));
}

export function reportOf(...stacks: StackReport[]): Report {
    return {
        version: VERSION,
        title: titleOf(stacks),
        against: { what: "commit", ref: "main", commit: "0".repeat(40) },
        stacks,
        leftOut: [],
    };
}

/** A resource as a program registers it. */
export function registered(
    kind: string,
    namespace: string,
    name: string,
    more: object,
    isProtected = false,
): Registered {
    const inputs = { apiVersion: "v1", kind, metadata: { namespace, name }, ...more };
    const type = `kubernetes:core/v1:${kind}`;
    return {
        urn: `urn:pulumi:site::data-embassy::${type}::${namespace}-${name}`,
        parent: "",
        dependencies: [],
        ignoreChanges: [],
        resource: { type, name: `${namespace}-${name}`, protect: isProtected, retainOnDelete: isProtected, inputs },
    };
}

/** The side with every object changed. */
export function mapped(side: Side, change: (inputs: Record<string, unknown>) => unknown): Side {
    const resources = side.resources.map((one) => {
        const resource = one.resource && {
            ...one.resource,
            inputs: change(structuredClone(one.resource.inputs)) as Rendered["inputs"],
        };
        return { ...one, resource };
    });
    return { ...side, resources };
}
