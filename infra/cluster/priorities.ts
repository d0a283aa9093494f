import { PriorityClass } from "@pulumi/kubernetes/scheduling/v1/priorityClass";
import * as pulumi from "@pulumi/pulumi";
import { PRIORITY } from "../kubernetes/priority";
import { metadata } from "../kubernetes/metadata";

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
