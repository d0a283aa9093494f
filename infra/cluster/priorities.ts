import { PriorityClass } from "@pulumi/kubernetes/scheduling/v1/priorityClass";
import * as pulumi from "@pulumi/pulumi";
import { metadata } from "./metadata";

/** Who stays when there is no room for all: the data first, then what serves it. */
export const PRIORITY = {
    registry: { name: "embassy-registry", value: 1_000_000, description: "The databases of the seven registries" },
    service: { name: "embassy-service", value: 100_000, description: "What serves the registries to others" },
} as const;

export class Priorities extends pulumi.ComponentResource {
    constructor(
        name: string,
        args: { labels: Readonly<Record<string, string>> },
        opts: pulumi.ComponentResourceOptions,
    ) {
        super("data-embassy:cluster:Priorities", name, args, opts);
        for (const priority of Object.values(PRIORITY)) {
            new PriorityClass(
                priority.name,
                {
                    metadata: metadata(priority.name, args.labels),
                    value: priority.value,
                    description: priority.description,
                    globalDefault: false,
                },
                { parent: this },
            );
        }
        this.registerOutputs();
    }
}
