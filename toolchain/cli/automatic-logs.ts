/** The engine's automatic logs: every call with every property, written to PULUMI_HOME/logs at any verbosity. */
import { mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const NOTE = `The engine writes no logs of its own here: they are a third of its work, and hold what the registries' keys are made of,
encrypted only once the stack's passphrase is known. Ask for a log where one is wanted: --logtostderr -v=9.
`;

/**
 * Turns them off in `pulumiHome`, which must be this project's own. There is no setting for it: the engine goes without logs where it cannot
 * make the folder (pkg/v3/logging, StartLogging), and it cannot where a file has that name.
 */
export function turnOffAutomaticLogs(pulumiHome: string): void {
    const logs = join(pulumiHome, "logs");
    if (statSync(logs, { throwIfNoEntry: false })?.isFile()) {
        return;
    }
    rmSync(logs, { recursive: true, force: true });
    mkdirSync(pulumiHome, { recursive: true });
    writeFileSync(logs, NOTE);
}
