/** Finds what differs between each site's cluster and its state. The engine's own refresh does that, and here it only reads. */
import { FIELD_MANAGER } from "../../infra/conventions/names";
import type { Toolchain } from "../../toolchain/cli/environment";
import { readyToolchain } from "../../toolchain/cli/ready";
import { withThrowaway } from "../../toolchain/cli/throwaway";
import type { Pair } from "../compare/objects";
import { shownPair } from "../compare/show";
import { groupBy } from "../group";
import { compareStack } from "../compare-stack";
import { type Change, type Report, type StackReport, VERSION } from "../report";
import { factsOf, titleOf } from "../show/title";
import { NO_FILE } from "../stack-file";
import { engineEvents } from "../state/engine";
import type { EngineEvent, Step } from "../state/events";
import { problemsTold, warnings } from "../state/findings";
import { sidesOf } from "../state/sides";
import { existingStacks } from "../state/stacks";
import { addedObjects } from "./added";
import { type Witness, clusterOf, witnessOf } from "./witness";

const LEFT_OUT = [
    "what others have added in fields that the program does not declare",
    "objects that others have added, save network policies, roles and role bindings in namespaces of the site",
    "who removed a field or an object: a cluster does not remember that",
];

/** @param only stacks; without any, all that have a state */
export async function drift(only: readonly string[]): Promise<Report> {
    const toolchain = await readyToolchain();
    const stacks: StackReport[] = [];
    for (const stack of existingStacks(only)) {
        stacks.push(await driftOf(stack, toolchain));
    }
    const title = stacks.some((stack) => factsOf(stack).length > 0) ? `drift in ${titleOf(stacks)}` : "no drift";
    return { version: VERSION, title, against: { what: "clusters" }, stacks, leftOut: LEFT_OUT };
}

async function driftOf(stack: string, toolchain: Toolchain): Promise<StackReport> {
    const events = await withThrowaway(({ folder }) =>
        engineEvents(stack, ["refresh", "--preview-only"], { toolchain, folder, environment: {} }),
    );
    const cluster = clusterOf(stack);
    // Where the engine got no answers, other questions would get none either.
    const added = hasErrors(events) ? [] : await addedObjects(stack, foundIn(events), () => cluster.connect());
    return driftReport(stack, [...events, ...added], witnessOf(cluster));
}

function hasErrors(events: readonly EngineEvent[]): boolean {
    return events.some(({ diagnosticEvent }) => diagnosticEvent?.severity === "error");
}

/** The engine reports what it has found once it has read an object, not before. */
function foundIn(events: readonly EngineEvent[]): Step[] {
    return events.flatMap(({ resOutputsEvent }) => resOutputsEvent?.metadata ?? []);
}

/** @param witness is asked about each object that differs */
export async function driftReport(
    stack: string,
    events: readonly EngineEvent[],
    witness: Witness,
): Promise<StackReport> {
    const found = foundIn(events);
    const { before, after, pairs } = sidesOf(found.map((metadata) => ({ resourcePreEvent: { metadata } })));
    const byUrn = groupBy(found, ({ urn }) => urn);
    const told = await Promise.all(
        pairs.map(async (pair) => {
            const step = byUrn.get(pair.urn)?.[0];
            const differs = pair.operation === "update" || pair.operation === "create";
            const writers = differs && step ? await witness(step) : undefined;
            const changes = [...pair.changes, ...contentOf(pair)].map((change) => ({
                ...change,
                replaces: false,
                ...(writers && { writers: writers(change.path, FIELD_MANAGER) }),
            }));
            return { ...pair, changes };
        }),
    );
    const side = { outside: {}, file: NO_FILE };
    const compared = compareStack(
        stack,
        "compared",
        { ...side, resources: before },
        { ...side, resources: after },
        told,
    );
    const problems = problemsTold(stack, events, NO_FILE);
    return {
        ...compared,
        problems,
        state: problems.length > 0 && pairs.length === 0 ? "not compared" : "compared",
        // A danger is something that may happen, and this has happened already.
        dangers: compared.dangers
            .filter(({ kind }) => kind === "deleted")
            .map((one) => ({ ...one, text: `${one.text.split(" ")[0] ?? ""} is not in the cluster any more` })),
        restarts: [],
        certificates: [],
        notes: warnings(events),
    };
}

/** The content of an object that somebody has added, so that the report can tell who wrote it. */
function contentOf({ operation, after }: Pair): Change[] {
    const content = operation === "create" && after ? Object.entries(after.inputs) : [];
    return content
        .filter(([key]) => !["apiVersion", "kind", "metadata"].includes(key))
        .map(([path, value]) => ({ path, replaces: false, ...shownPair(path, undefined, value) }));
}
