import type { input } from "@pulumi/kubernetes/types";
import type * as pulumi from "@pulumi/pulumi";
import { type Identity, guaranteed, hardenedContainer } from "./workload";

type Container = input.core.v1.Container;

/** The user of the image `agents`, and of `object-store` beside it. */
export const AGENT_USER: Identity = { uid: 65532, gid: 65532 };
/** Heap of an agent that asks for no other. */
const HEAP_MIB = 48;

export interface AgentArgs {
    readonly image: string;
    readonly resources: { readonly cpu: string; readonly memory: string };
    readonly arguments?: readonly string[];
    readonly env?: Readonly<Record<string, pulumi.Input<string>>>;
    readonly mounts?: Container["volumeMounts"];
    /** As {@link hardenedContainer} has it. */
    readonly user?: Identity;
    /** What Node.js may collect before it clears up: it does not look at the container's limit by itself. */
    readonly heapMebibytes?: number;
}

/** A container that runs one of our own programs, by the name of its folder in `agents`. */
export function agentContainer(agent: string, args: AgentArgs): Container {
    const container: Container = {
        name: agent,
        image: args.image,
        args: [
            `--max-old-space-size=${args.heapMebibytes ?? HEAP_MIB}`,
            `/usr/lib/agents/${agent}.cjs`,
            ...(args.arguments ?? []),
        ],
        env: Object.entries(args.env ?? {}).map(([name, value]) => ({ name, value })),
        resources: guaranteed(args.resources.cpu, args.resources.memory),
        volumeMounts: args.mounts ?? [],
    };
    return hardenedContainer(container, args.user);
}
