/** What a stack declares, without a cluster: the rendered files in tests/expected and the tests stand on it. */
import * as pulumi from "@pulumi/pulumi";
import type {
    ReadResourceRequest,
    RegisterResourceRequest,
    RegisterResourceResponse,
} from "@pulumi/pulumi/proto/resource_pb";
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

/** What the engine is told of a resource beside its inputs. URNs. */
export interface Registered {
    readonly urn: string;
    /** Empty for a resource without one. */
    readonly parent: string;
    /** What it waits for: said in its options or in its inputs, and its provider. */
    readonly dependencies: readonly string[];
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
    watchRegistrations(onRegister);
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

function watchRegistrations(onRegister: (registered: Registered) => void): void {
    const monitor = pulumi.runtime.getMonitor() as unknown as Record<"registerResource" | "readResource", Register>;
    for (const method of ["registerResource", "readResource"] as const) {
        const register = monitor[method].bind(monitor);
        monitor[method] = (request, answer) =>
            register(request, (error, response) => {
                if (response !== undefined) {
                    // A provider's reference is its URN and its id.
                    const provider = request.getProvider().split("::").slice(0, 4).join("::");
                    const dependencies = [...request.getDependenciesList(), ...(provider === "" ? [] : [provider])];
                    onRegister({ urn: response.getUrn(), parent: request.getParent(), dependencies });
                }
                answer(error, response);
            });
    }
}

type Register = (
    request: RegisterResourceRequest | ReadResourceRequest,
    answer: (error: unknown, response: RegisterResourceResponse | undefined) => void,
) => unknown;

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
