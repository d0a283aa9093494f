/** Runs the Pulumi CLI with this project's environment. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../command";
import { pulumiHome, repoRoot, stateDir } from "../paths";
import { turnOffAutomaticLogs } from "./automatic-logs";
import { takeDecisions } from "./decisions";
import { type Toolchain, changingEnvironment, previewEnvironment, pulumiEnvironment } from "./environment";
import { served, startCompanions } from "./companions";
import { recoverJournals } from "./journal";
import { removeStaleLocks } from "./locks";
import { ensurePassphrase } from "./passphrase";
import { settlePending } from "./pending";
import { statesFolder } from "./states";
import {
    checkStackFile,
    commandOf,
    isAboutResources,
    knownStacks,
    namedStack,
    removeSalts,
    withStackCopies,
} from "./stack-file";

export interface PulumiRun {
    readonly code: number;
    /** Standard output; empty where it went to the terminal. */
    readonly output: string;
}

export interface RunOptions {
    readonly toolchain: Toolchain;
    /** Keep what it prints, instead of passing it to the terminal. */
    readonly capture?: boolean;
    /** Over the project's own. */
    readonly environment?: NodeJS.ProcessEnv;
    /** Ends the CLI as Ctrl-C does: what it has begun still reaches the state. */
    readonly signal?: AbortSignal;
}

/**
 * @param given the CLI's own, `["up", "-s", "tallinn"]`, and this project's `--accept-loss`
 * @throws UserError where the command cannot work: no stack file, no passphrase
 */
export async function runPulumi(given: readonly string[], { environment, ...rest }: RunOptions): Promise<PulumiRun> {
    const { args, decided } = takeDecisions(given);
    const options = { ...rest, environment: { ...decided, ...environment } };
    checkStackFile(args);
    ensurePassphrase(process.env);
    mkdirSync(stateDir, { recursive: true });
    if (options.toolchain === "modules") {
        turnOffAutomaticLogs(pulumiHome);
    }
    for (const stack of removeStaleLocks()) {
        process.stderr.write(`The run that had locked ${stack} is gone; its lock was removed.\n`);
    }
    recoverJournals();
    const result = await spawnPulumi(withStackCopies(args), options);
    const stack = namedStack(args);
    if (result.code === 0 && stack !== undefined && commandOf(args) === "up") {
        await settlePending(stack, async (more) => {
            const { code, output } = await spawnPulumi(more, { ...options, capture: true });
            if (code !== 0) {
                throw new UserError(`pulumi ${more.join(" ")} failed; the state is as the update left it`);
            }
            return output;
        });
    }
    return result;
}

async function spawnPulumi(
    args: readonly string[],
    { toolchain, capture = false, environment = {}, signal }: RunOptions,
): Promise<PulumiRun> {
    const debug = args.includes("-d") || args.includes("--debug");
    const env = {
        ...pulumiEnvironment(process.env, toolchain, knownStacks()),
        ...(toolchain === "modules" && previewEnvironment(args)),
        ...changingEnvironment(args),
        ...(debug && { EMBASSY_PROGRAM_DEBUG: "true" }),
        ...environment,
    };
    const companions = toolchain === "modules" && isAboutResources(args) ? await startCompanions(args, env) : [];
    const child = spawn("pulumi", args, {
        cwd: repoRoot,
        env: served(env, companions),
        stdio: [
            capture ? "ignore" : "inherit",
            capture ? "pipe" : "inherit",
            "inherit",
            ...companions.map(({ leash }) => leash),
        ],
    });
    // Held by the CLI alone: they outlive a killed wrapper, whose CLI goes on, and no CLI.
    companions.forEach(({ leash }) => leash.destroy());
    // Ctrl-C reaches the CLI from the terminal, and it ends in its own time: what it has begun must reach the state.
    const ignore = (): void => undefined;
    const terminate = (): void => void child.kill("SIGTERM");
    process.on("SIGINT", ignore).on("SIGTERM", terminate);
    const interrupt = (): void => void child.kill("SIGINT");
    // Else it would wait, minutes long, for things to become ready that it will not make any more.
    companions.forEach(({ lost }) => void lost?.then(interrupt));
    signal?.addEventListener("abort", interrupt);
    if (signal?.aborted) {
        // While the providers were being started.
        interrupt();
    }
    let output = "";
    child.stdout?.on("data", (chunk: Buffer) => (output += chunk.toString()));
    try {
        const code = await new Promise<number>((resolve, reject) => {
            child.once("error", reject);
            child.once("close", (status) => resolve(status ?? 1));
        });
        return { code, output };
    } finally {
        process.off("SIGINT", ignore).off("SIGTERM", terminate);
        signal?.removeEventListener("abort", interrupt);
        await Promise.all(companions.map(({ stop }) => stop()));
        removeSalts();
    }
}

/** State files that are no JSON: a disk that failed, or an editor. The CLI itself only says that it cannot parse. */
export function corruptStates(stacks = statesFolder): string[] {
    if (!existsSync(stacks)) {
        return [];
    }
    return readdirSync(stacks)
        .filter((file) => file.endsWith(".json"))
        .map((file) => join(stacks, file))
        .filter((file) => {
            try {
                JSON.parse(readFileSync(file, "utf8"));
                return false;
            } catch {
                return true;
            }
        });
}
