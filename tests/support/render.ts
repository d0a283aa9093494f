/** Renders what a stack declares, without a cluster. The files in tests/expected and many tests are based on it. */
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
const ALPHABET = new Intl.Collator("en");

/** Renders the declared stack, once in each test file because it takes long. Callers must not change the result. */
export function renderStack(stack: string): Promise<Rendered[]> {
    const known = rendered.get(stack) ?? renderPlan(stack, plan(parseConfig(stack, stackValues(stack))));
    rendered.set(stack, known);
    return known;
}

/**
 * @param handed see {@link DataEmbassy}
 * @param onRegister called with every resource, components included
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
    // The SDK records a stack trace for each promise. With source maps that would take most of the time.
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

/** Component → the resources in it, for each component that declares any. */
export async function renderComponents(stack: string): Promise<Map<string, Rendered[]>> {
    const registered = new Map<string, Registered>();
    const site = plan(parseConfig(stack, stackValues(stack)));
    const rendered = await renderPlan(stack, site, undefined, (one) => registered.set(one.urn, one));
    const components = new Map(
        [...registered.values()].map(({ resource, parent }) => [resource, componentOf(parent, registered)]),
    );
    return groupBy(rendered, (resource) => components.get(resource) ?? "");
}

/** The name of the nearest component above a resource that has this parent. */
function componentOf(parent: string, registered: ReadonlyMap<string, Registered>): string {
    const above = registered.get(parent);
    return above?.resource === undefined ? (parent.split("::").at(-1) ?? "") : componentOf(above.parent, registered);
}

/** The inputs of the resources whose type the pattern matches. */
export function inputsOf<T>(all: readonly Rendered[], type: RegExp): T[] {
    return all.filter((one) => type.test(one.type)).map(({ inputs }) => inputs as unknown as T);
}

export function inOrder(resources: readonly Rendered[]): Rendered[] {
    return resources.toSorted((a, b) => ALPHABET.compare(key(a), key(b)));
}

function key({ type, name }: Rendered): string {
    return `${name}::${type}`;
}
