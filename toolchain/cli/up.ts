/** Runs `pulumi up` of one stack, and makes the stack first where it does not exist. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { embassyHome } from "../../command-line/paths";
import type { Toolchain } from "./environment";
import { refuseLostStates } from "./check-states";
import { runPulumi } from "./run";
import { stateFile } from "./states";

export interface UpResult {
    readonly stack: string;
    /** The CLI's exit code. */
    readonly code: number;
    /** What the CLI printed; empty where that went to the terminal. */
    readonly output: string;
    /** Resources in the stack afterwards. */
    readonly resources: number;
    /** Resources created, updated, replaced or deleted. */
    readonly changed: number;
}

interface EngineEvent {
    readonly summaryEvent?: { readonly resourceChanges?: Readonly<Record<string, number>> };
}

export interface UpOptions {
    /** Keeps what the CLI prints for {@link UpResult.output}, instead of passing it to the terminal. */
    readonly capture?: boolean;
    /** The variables are also the program's. */
    readonly environment?: NodeJS.ProcessEnv;
    readonly signal?: AbortSignal;
}

export async function upStack(stack: string, toolchain: Toolchain, run: UpOptions = {}): Promise<UpResult> {
    const isNew = !existsSync(stateFile(stack));
    if (isNew) {
        refuseLostStates([stack], toolchain);
        const made = await runPulumi(["stack", "init", stack, "--no-select"], { ...run, toolchain });
        if (made.code !== 0) {
            return { stack, code: made.code, output: made.output, resources: 0, changed: 0 };
        }
    }
    const log = join(embassyHome, `up-${stack}-${process.pid}.json`);
    try {
        const args = ["up", "--stack", stack, "--yes", "--skip-preview", "--suppress-outputs", "--event-log", log];
        // The CLI takes --event-log only with its debugging commands switched on; the Automation API does the same.
        const environment = { ...run.environment, PULUMI_DEBUG_COMMANDS: "true" };
        const { code, output } = await runPulumi(args, { ...run, toolchain, environment });
        // Where the run failed, the log may be incomplete too.
        const changes = code === 0 ? Object.entries(summary(log)) : [];
        const total = (entries: typeof changes): number => entries.reduce((sum, [, count]) => sum + count, 0);
        return {
            stack,
            code,
            output,
            resources: total(changes.filter(([operation]) => operation !== "delete")),
            changed: total(changes.filter(([operation]) => operation !== "same")),
        };
    } finally {
        rmSync(log, { force: true });
    }
}

/** Operation → number of resources, from the engine's own events. */
function summary(log: string): Readonly<Record<string, number>> {
    if (!existsSync(log)) {
        return {};
    }
    const events = readFileSync(log, "utf8").trim().split("\n");
    const summaries = events.map((line) => (JSON.parse(line) as EngineEvent).summaryEvent?.resourceChanges);
    return summaries.findLast((changes) => changes !== undefined) ?? {};
}
