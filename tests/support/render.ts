/** What a stack declares, without a cluster: the rendered files in tests/expected and the tests stand on it. */
import * as pulumi from "@pulumi/pulumi";
import { parseConfig } from "../../infra/site/config";
import { PROJECT } from "../../infra/conventions/names";
import { DataEmbassy } from "../../infra/embassy";
import { plan } from "../../infra/site/plan";
import type { EmbassyPlan } from "../../infra/site/embassy-plan";
import type { Handover } from "../../infra/keys/handover";
import { type Registered, type Rendered, watchRegistrations } from "../../preview/render/registrations";
import { strictMocks } from "./mocks";
import { stackValues } from "./stacks";

export type { Registered, Rendered };

export async function renderStack(stack: string): Promise<Rendered[]> {
    return renderPlan(stack, plan(parseConfig(stack, stackValues(stack))));
}

/**
 * @param handed as {@link DataEmbassy} has it
 * @param onRegister told of every resource, components too
 */
export async function renderPlan(
    stack: string,
    site: EmbassyPlan,
    handed?: Handover,
    onRegister: (registered: Registered) => void = () => undefined,
): Promise<Rendered[]> {
    const rendered: Rendered[] = [];
    await pulumi.runtime.setMocks(strictMocks(site.authority), PROJECT, stack, false);
    watchRegistrations((registered) => {
        rendered.push(...(registered.resource === undefined ? [] : [registered.resource]));
        onRegister(registered);
    });
    // The SDK writes down a stack for each promise: most of the time, where source maps are read for it.
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    try {
        new DataEmbassy("embassy", site, {}, handed);
        await pulumi.runtime.disconnect();
    } finally {
        Error.stackTraceLimit = limit;
    }
    return rendered.sort((a, b) => key(a).localeCompare(key(b), "en"));
}

function key({ type, name }: Rendered): string {
    return `${name}::${type}`;
}
