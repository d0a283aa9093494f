import { PriorityClass } from "@pulumi/kubernetes/scheduling/v1/priorityClass";
import * as pulumi from "@pulumi/pulumi";
import type { Labels } from "../conventions/names";
import { PRIORITY } from "../kubernetes/priority";
import { metadata } from "../kubernetes/metadata";

export class Priorities extends pulumi.ComponentResource {
    constructor(name: string, { labels }: { readonly labels: Labels }, opts: pulumi.ComponentResourceOptions) {
        super("data-embassy:cluster:Priorities", name, {}, opts);
        for (const priority of Object.values(PRIORITY)) {
            new PriorityClass(
                priority.name,
                {
                    metadata: metadata(priority.name, labels),
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
