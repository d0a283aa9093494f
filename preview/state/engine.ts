/** Runs the engine once, to get its events. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Toolchain } from "../../toolchain/cli/environment";
import { runPulumi } from "../../toolchain/cli/run";
import { UserError } from "../../command-line/command";
import { type EngineEvent, readEvents } from "./events";

export interface EngineRun {
    readonly toolchain: Toolchain;
    /** Holds the events while they are read; nobody else reads it. */
    readonly folder: string;
    readonly environment: NodeJS.ProcessEnv;
}

/**
 * @param command `preview` or another command that changes nothing, with its options
 * @throws UserError where the engine reports nothing; the CLI has then said why
 */
export async function engineEvents(
    stack: string,
    command: readonly string[],
    { toolchain, folder, environment }: EngineRun,
): Promise<EngineEvent[]> {
    const log = join(folder, `${stack}.events`);
    const args = [...command, "--stack", stack, "--event-log", log, "--color", "never", "--non-interactive"];
    const { code } = await runPulumi(args, {
        toolchain,
        capture: true,
        // The CLI takes --event-log only with its debugging commands switched on; the Automation API does the same.
        environment: { ...environment, PULUMI_DEBUG_COMMANDS: "true" },
    });
    const events = existsSync(log) ? readEvents(log) : [];
    const ended = events.find(({ summaryEvent }) => summaryEvent !== undefined);
    const told = events.some(({ diagnosticEvent }) => diagnosticEvent?.severity === "error");
    if (ended === undefined && !told) {
        throw new UserError(
            `The engine did not come to a preview of ${stack} (exit code ${code}), and nothing was changed. The engine says why above.`,
        );
    }
    return events;
}
