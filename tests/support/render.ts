/** What a stack declares, without a cluster: the rendered files in tests/expected and the tests stand on it. */
import * as pulumi from "@pulumi/pulumi";
import { parseConfig } from "../../infra/site/config";
import { PROJECT } from "../../infra/conventions/names";
import { DataEmbassy } from "../../infra/site/embassy";
import { plan } from "../../infra/site/plan";
import type { EmbassyPlan } from "../../infra/site/embassy-plan";
import type { CrossStackSecrets } from "../../infra/keys/cross-stack-secrets";
import { type Registered, type Rendered, watchRegistrations } from "../../preview/render/registrations";
import { groupBy } from "../../preview/group";
import { strictMocks } from "./mocks";
import { stackValues } from "./stacks";

export type { Registered, Rendered };

const rendered = new Map<string, Promise<Rendered[]>>();

/** As the stack is declared; rendered once in a test file, as it takes the longest. Nobody changes what is returned. */
export function renderStack(stack: string): Promise<Rendered[]> {
    const known = rendered.get(stack) ?? renderPlan(stack, plan(parseConfig(stack, stackValues(stack))));
    rendered.set(stack, known);
    return known;
}

/**
 * @param handed as {@link DataEmbassy} has it
 * @param onRegister told of every resource, components too
 */
export async function renderPlan(
    stack: string,
    site: EmbassyPlan,
    handed?: CrossStackSecrets,
    onRegister: (registered: Registered) => void = () => undefined,
): Promise<Rendered[]> {
    const all: Rendered[] = [];
    await pulumi.runtime.setMocks(strictMocks(site.authority), PROJECT, stack, false);
    watchRegistrations((registered) => {
        all.push(...(registered.resource === undefined ? [] : [registered.resource]));
        onRegister(registered);
    });
    // The SDK writes down a stack for each promise: most of the time, where source maps are read for it.
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    try {
        new DataEmbassy("embassy", { plan: site, handed });
        await pulumi.runtime.disconnect();
    } finally {
        Error.stackTraceLimit = limit;
    }
    return inOrder(all);
}

/** Component → what is declared in it, of each component that declares anything. */
export async function renderComponents(stack: string): Promise<Map<string, Rendered[]>> {
    const registered = new Map<string, Registered>();
    const site = plan(parseConfig(stack, stackValues(stack)));
    const rendered = await renderPlan(stack, site, undefined, (one) => registered.set(one.urn, one));
    const components = new Map(
        [...registered.values()].map(({ resource, parent }) => [resource, componentOf(parent, registered)]),
    );
    return groupBy(rendered, (resource) => components.get(resource) ?? "");
}

/** Name of the component in which something with this parent is: of the nearest above it. */
function componentOf(parent: string, registered: ReadonlyMap<string, Registered>): string {
    const above = registered.get(parent);
    return above?.resource === undefined ? (parent.split("::").at(-1) ?? "") : componentOf(above.parent, registered);
}

export function inOrder(resources: readonly Rendered[]): Rendered[] {
    return resources.toSorted((a, b) => key(a).localeCompare(key(b), "en"));
}

function key({ type, name }: Rendered): string {
    return `${name}::${type}`;
}
