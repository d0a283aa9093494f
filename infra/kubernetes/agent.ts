import type { input } from "@pulumi/kubernetes/types";
import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { type AgentName, SETTINGS, type Settings } from "../conventions/agents";
import { agentProgram } from "../conventions/programs";
import type { Identity } from "../conventions/users";
import { guaranteed, hardenedContainer } from "./workload";

type Container = input.core.v1.Container;
type EnvVar = input.core.v1.EnvVar;

/** Heap of an agent that asks for no other. */
const HEAP_MIB = 48;

/** The value of a field of the agent's own pod, such as `metadata.name`. */
export interface PodField {
    readonly fieldPath: string;
}

export interface AgentArgs<Agent extends AgentName> {
    readonly image: string;
    readonly resources: { readonly cpu: string; readonly memory: string };
    readonly arguments?: readonly string[];
    /** Everything that the agent is told, as infra/conventions/agents.ts defines it. */
    readonly settings: { readonly [Name in keyof Settings<Agent>]: pulumi.Input<Settings<Agent>[Name]> | PodField };
    readonly mounts?: Container["volumeMounts"];
    /** As in {@link hardenedContainer}. */
    readonly user?: Identity;
    /** Heap that Node.js may fill before it clears up. By itself it does not look at the container's limit. */
    readonly heapMebibytes?: number;
}

/** A container that runs one of our own programs. */
export function agentContainer<Agent extends AgentName>(agent: Agent, args: AgentArgs<Agent>): Container {
    const container: Container = {
        name: agent,
        image: args.image,
        args: [
            `--max-old-space-size=${args.heapMebibytes ?? HEAP_MIB}`,
            agentProgram(agent),
            ...(args.arguments ?? []),
        ],
        env: environment(agent, args.settings),
        resources: guaranteed(args.resources.cpu, args.resources.memory),
        volumeMounts: args.mounts ?? [],
    };
    return hardenedContainer(container, args.user);
}

/** @throws Error for a setting that the agent does not know; ZodError for a value that it would refuse */
function environment(agent: AgentName, settings: Readonly<Record<string, unknown>>): EnvVar[] {
    const shape: Readonly<Record<string, z.ZodType<unknown, string>>> = SETTINGS[agent].shape;
    const unknown = Object.keys(settings).filter((name) => !(name in shape));
    if (unknown.length > 0) {
        throw new Error(`${agent} knows no ${unknown.join(", ")}: add it in infra/conventions/agents.ts`);
    }
    return Object.entries(shape).map(([name, schema]): EnvVar => {
        const value = settings[name];
        const text = (given: unknown): string => schema.encode(given);
        return isField(value)
            ? { name, valueFrom: { fieldRef: { fieldPath: value.fieldPath } } }
            : { name, value: pulumi.Output.isInstance(value) ? value.apply(text) : text(value) };
    });
}

function isField(value: unknown): value is PodField {
    return typeof value === "object" && value !== null && "fieldPath" in value;
}
