/** Reads what a program tells the engine about each resource out of its requests. */
import * as pulumi from "@pulumi/pulumi";
import {
    ReadResourceRequest,
    type RegisterResourceRequest,
    type RegisterResourceResponse,
} from "@pulumi/pulumi/proto/resource_pb";
import * as structs from "google-protobuf/google/protobuf/struct_pb.js";
import { lighten } from "../../toolchain/plugin/struct";
import { formerUrns } from "./aliases";
import { mask } from "./secrets";

/** A resource that is not a component. */
export interface Rendered {
    readonly type: string;
    readonly name: string;
    readonly protect: boolean;
    readonly retainOnDelete: boolean;
    /** Secrets are replaced by `[secret]`. */
    readonly inputs: Readonly<Record<string, unknown>>;
}

export interface Registered {
    readonly urn: string;
    /** URNs under which the engine may know it from before. */
    readonly formerly?: readonly string[];
    /** URN of the parent; empty for a resource without one. */
    readonly parent: string;
    /** URNs of the resources that it waits for: those in its options and inputs, and its provider. */
    readonly dependencies: readonly string[];
    readonly ignoreChanges: readonly string[];
    /** Undefined for a component. */
    readonly resource: Rendered | undefined;
}

type Request = RegisterResourceRequest | ReadResourceRequest;
type Register = (
    request: Request,
    answer: (error: unknown, response: RegisterResourceResponse | undefined) => void,
) => unknown;

/** Reports every resource from now on. The SDK's mocks must be set. */
export function watchRegistrations(onRegister: (registered: Registered) => void): void {
    // The SDK would find out where in the code each resource is declared: that takes a sixth of the time, and only an engine needs it.
    Reflect.set(pulumi.Resource, "callsites", () => []);
    // With mocks each property becomes messages and is read back four times, which would take two fifths of the rest.
    lighten(structs);
    const former = new Map<string, readonly string[]>();
    const monitor = pulumi.runtime.getMonitor() as unknown as Record<"registerResource" | "readResource", Register>;
    for (const method of ["registerResource", "readResource"] as const) {
        const register = monitor[method].bind(monitor);
        monitor[method] = (request, answer) =>
            register(request, (error, response) => {
                if (response !== undefined) {
                    onRegister(registered(request, response.getUrn(), former));
                }
                answer(error, response);
            });
    }
}

function registered(request: Request, urn: string, former: Map<string, readonly string[]>): Registered {
    // A provider's reference is its URN and its id.
    const provider = request.getProvider().split("::").slice(0, 4).join("::");
    const common = {
        urn,
        parent: request.getParent(),
        dependencies: [...request.getDependenciesList(), ...(provider === "" ? [] : [provider])],
    };
    const [type, name] = [request.getType(), request.getName()];
    const properties = request instanceof ReadResourceRequest ? request.getProperties() : request.getObject();
    const inputs = mask(properties ? pulumi.runtime.deserializeProperties(properties) : {}) as Rendered["inputs"];
    if (request instanceof ReadResourceRequest) {
        const resource = { type, name, protect: false, retainOnDelete: false, inputs };
        return { ...common, ignoreChanges: [], resource };
    }
    const [protect, retainOnDelete] = [request.getProtect() ?? false, request.getRetainondelete() ?? false];
    const formerly = formerUrns(request, urn, former);
    former.set(urn, formerly);
    return {
        ...common,
        ...(formerly.length > 0 && { formerly }),
        ignoreChanges: request.getIgnorechangesList(),
        resource: request.getCustom() ? { type, name, protect, retainOnDelete, inputs } : undefined,
    };
}
