/** The engine's own events, as its CLI writes them: https://pkg.go.dev/github.com/pulumi/pulumi/sdk/v3/go/common/apitype#EngineEvent */
import { readFileSync } from "node:fs";

/** A resource on one side of a step. Secrets are marked and have no values: the CLI never writes those here. */
export interface StepState {
    readonly type: string;
    /** False for a component. */
    readonly custom?: boolean;
    /** Id of the resource in the cluster; "" where it does not exist yet. */
    readonly id: string;
    readonly parent: string;
    readonly provider?: string;
    readonly protect?: boolean;
    readonly retainOnDelete?: boolean;
    readonly inputs?: Readonly<Record<string, unknown>>;
    readonly outputs?: Readonly<Record<string, unknown>>;
}

export interface Step {
    readonly op: string;
    readonly urn: string;
    readonly type: string;
    readonly old?: StepState | null;
    readonly new?: StepState | null;
    /** Properties for which it is replaced. */
    readonly keys?: readonly string[] | null;
    /** Top-level properties that differ, where the provider gives no details. */
    readonly diffs?: readonly string[] | null;
    readonly detailedDiff?: Readonly<Record<string, { readonly diffKind: string; readonly inputDiff: boolean }>> | null;
}

export interface Diagnostic {
    readonly urn?: string;
    readonly message: string;
    readonly severity: string;
}

export interface PolicyEvent {
    readonly resourceUrn?: string;
    readonly message: string;
    readonly policyName: string;
    /** All of the pack's rules are mandatory; its library uses an advisory one for what it cannot judge yet. */
    readonly enforcementLevel: string;
}

export interface EngineEvent {
    readonly resourcePreEvent?: { readonly metadata: Step };
    readonly resOutputsEvent?: { readonly metadata: Step };
    readonly diagnosticEvent?: Diagnostic;
    readonly policyEvent?: PolicyEvent;
    readonly summaryEvent?: { readonly result?: string; readonly resourceChanges?: Readonly<Record<string, number>> };
}

/** @param file has one event in each line; the last line may be cut off where the CLI was killed */
export function readEvents(file: string): EngineEvent[] {
    const lines = readFileSync(file, "utf8").split("\n");
    return lines.slice(0, -1).map((line) => JSON.parse(line) as EngineEvent);
}
