/**
 * The back end of a run that changes resources is `pulumi-journal`, beside the CLI, which notes each step in a line of its own. The CLI itself
 * would write the whole state into its folder twice for each step. Before the run and after it the state is in that folder, where
 * every other run reads it. See toolchain/modules/pulumi and docs/decisions/journal.md.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { UserError } from "../../command-line/command";
import { embassyHome } from "../../command-line/paths";
import type { Companion } from "./companion";
import { commandOf, namedStack } from "./stack-file";
import { folderUrl, hasState } from "./states";

const CHANGES_RESOURCES = new Set(["up", "update", "refresh", "destroy", "import"]);

/**
 * @param args the CLI's own
 * @param environment the CLI's own, as {@link pulumiEnvironment} makes it
 * @returns undefined where the command changes no resources of an existing stack, or the user has another back end
 */
export async function startJournal(
    args: readonly string[],
    environment: NodeJS.ProcessEnv,
): Promise<Companion | undefined> {
    const { EMBASSY_HOME: home = embassyHome, PULUMI_BACKEND_URL: backEnd } = environment;
    const stack = namedStack(args);
    const program = programOf(home);
    if (
        backEnd !== folderUrl(home) ||
        !CHANGES_RESOURCES.has(commandOf(args)) ||
        stack === undefined ||
        !hasState(stack, home) ||
        !existsSync(program)
    ) {
        return undefined;
    }
    // The CLI reads the token in this folder, and leaves nothing in the folder of its other back ends.
    const credentials = mkdtempSync(join(home, "journal-"));
    const child = spawn(program, ["serve", join(home, "state"), credentials], { stdio: ["pipe", "pipe", "inherit"] });
    const ended = once(child, "exit");
    const [url] = (await Promise.race([once(createInterface(child.stdout), "line"), ended])) as [unknown];
    if (typeof url !== "string") {
        rmSync(credentials, { recursive: true, force: true });
        throw new UserError(`${program}, which keeps the state of this run, did not start: see above.`);
    }
    let stopping = false;
    const lost = new Promise<void>((resolve) => {
        void ended.then(([code, signal]) => {
            // Exit code 0 means that its leash was let go of, most likely because the CLI has ended.
            if (!stopping && code !== 0) {
                process.stderr.write(
                    `${program} ended with ${String(signal ?? code)} while it was in use: this run ends too, and the next ` +
                        "command finds what was noted until then.\n",
                );
            }
            resolve();
        });
    });
    return {
        lost,
        environment: {
            PULUMI_BACKEND_URL: url,
            PULUMI_CREDENTIALS_PATH: credentials,
            // A step waits this many milliseconds for others, so that they are noted together.
            PULUMI_JOURNALING_BATCH_PERIOD: "5",
        },
        pid: child.pid ?? 0,
        leash: child.stdin,
        stop: async () => {
            stopping = true;
            child.kill();
            await ended;
            rmSync(credentials, { recursive: true, force: true });
        },
    };
}

/**
 * Puts the steps of runs that were killed into the states.
 *
 * @throws UserError where that fails, and going on would forget the steps
 */
export function recoverJournals(home = embassyHome): void {
    const journals = join(home, "state", "journals");
    const left = existsSync(journals) && readdirSync(journals, { recursive: true, encoding: "utf8" });
    if (!left || !left.some((file) => file.endsWith(".jsonl"))) {
        return;
    }
    const program = programOf(home);
    if (!existsSync(program)) {
        throw new UserError(
            `${journals} has steps that a killed run recorded, and ${program}, which reads them, is not there: run npm run toolchain`,
        );
    }
    const { status } = spawnSync(program, ["recover", join(home, "state")], {
        stdio: ["ignore", "inherit", "inherit"],
    });
    if (status !== 0) {
        throw new UserError("The state lacks steps that a killed run recorded (see above), so nothing was started.");
    }
}

function programOf(home: string): string {
    return join(home, "bin", "pulumi-journal");
}
