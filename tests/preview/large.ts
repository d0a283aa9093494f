/** Reports of a stack with 350 registries that all change, and of a stack in which nothing changes. */
import type { StackReport } from "../../preview/report";

/** Names of 350 registries whose namespaces have the greatest length. */
export const REGISTRIES = Array.from(
    { length: 350 },
    (_, index) => `registry-${String(index).padStart(4, "n").padEnd(54, "x")}`,
);

export function emptyStack(stack: string): StackReport {
    return {
        stack,
        state: "compared",
        problems: [],
        dangers: [],
        restarts: [],
        flows: { opened: [], closed: [] },
        rights: { gained: [], lost: [] },
        certificates: [],
        settings: [],
        policies: [],
        counts: [],
        objects: [],
        noise: [],
        facility: { told: [] },
        notes: [],
    };
}

/** @param registries that change dangerously */
export function everyRegistry(stack = "luxembourg", registries: readonly string[] = REGISTRIES): StackReport {
    const change = { path: "spec.template.spec", replaces: false, before: "old ".repeat(50), after: "new ".repeat(50) };
    return {
        ...emptyStack(stack),
        dangers: ["StatefulSet", "Job", "PersistentVolumeClaim", "Certificate"].map((kind) => ({
            kind: "replaced" as const,
            text: `${kind} is replaced for spec.template`,
            objects: registries.flatMap((name) => [`${name}/database`, `${name}/store-first-own`]),
        })),
        flows: { opened: ["everybody → a registry's database : 5432/TCP"], closed: [] },
        rights: {
            gained: registries.map((name) => `ServiceAccount ${name}/reader may get secrets in ${name}`),
            lost: [],
        },
        counts: registries.flatMap((name) => [
            { subject: name, operation: "replace", count: 1 },
            { subject: name, operation: "update", count: 4 },
        ]),
        objects: registries.flatMap((name) =>
            Array.from({ length: 5 }, (_, index) => ({
                operation: index === 0 ? ("replace" as const) : ("update" as const),
                kind: "ConfigMap",
                name: `${name}/files-${index}`,
                subject: name,
                changes: [change],
            })),
        ),
    };
}
