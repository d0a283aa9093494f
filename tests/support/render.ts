/** What a stack declares, without a cluster: the rendered files in tests/expected and the tests stand on it. */
import * as pulumi from "@pulumi/pulumi";
import { PROJECT, parseConfig } from "../../infra/config";
import { DataEmbassy } from "../../infra/embassy";
import { type EmbassyPlan, plan } from "../../infra/plan";
import type { Handover } from "../../infra/plan/handover";
import { isSecret, mocks } from "./mocks";
import { stackValues } from "./stacks";

export interface Rendered {
    readonly type: string;
    readonly name: string;
    /** Custom resources only: what protects it. */
    readonly protect: boolean;
    readonly retainOnDelete: boolean;
    /** Secrets are replaced by `[secret]`. */
    readonly inputs: Readonly<Record<string, unknown>>;
}

export async function renderStack(stack: string): Promise<Rendered[]> {
    return renderPlan(stack, plan(parseConfig(stack, stackValues(stack))));
}

/** @param handed as {@link DataEmbassy} has it */
export async function renderPlan(stack: string, site: EmbassyPlan, handed?: Handover): Promise<Rendered[]> {
    const options = new Map<string, pulumi.CustomResourceOptions>();
    const rendered: Rendered[] = [];
    await pulumi.runtime.setMocks(
        {
            ...mocks,
            async newResource(args) {
                if (args.custom !== false) {
                    const { protect = false, retainOnDelete = false } = options.get(`${args.type}::${args.name}`) ?? {};
                    const inputs = mask(args.inputs) as Record<string, unknown>;
                    rendered.push({ type: args.type, name: args.name, protect, retainOnDelete, inputs });
                }
                return mocks.newResource(args);
            },
        },
        PROJECT,
        stack,
        false,
    );
    const transformations: pulumi.ResourceTransformation[] = [
        ({ type, name, opts }) => {
            options.set(`${type}::${name}`, opts);
            return undefined;
        },
    ];
    new DataEmbassy("embassy", site, { transformations }, handed);
    await pulumi.runtime.disconnect();
    return rendered.sort((a, b) => key(a).localeCompare(key(b), "en"));
}

function key({ type, name }: Rendered): string {
    return `${name}::${type}`;
}

function mask(value: unknown): unknown {
    if (isSecret(value)) {
        return hide(value.value);
    }
    if (Array.isArray(value)) {
        return value.map(mask);
    }
    if (typeof value === "object" && value !== null) {
        return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, mask(item)]));
    }
    return value;
}

/** The names in a secret map are no secret, and a reviewer wants to see them. */
function hide(value: unknown): unknown {
    return typeof value === "object" && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.keys(value).map((name) => [name, "[secret]"]))
        : "[secret]";
}
