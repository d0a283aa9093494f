/** One run of the CLI, with the providers that it uses, from its start to its end. */
import { spawn } from "node:child_process";
import { repoRoot } from "../../command-line/paths";
import { parseArguments } from "./arguments";
import { served, startCompanions } from "./companions";
import { type Toolchain, changingEnvironment, previewEnvironment, pulumiEnvironment } from "./environment";
import { passOn } from "./output";
import type { How } from "./reviewed/now";
import { isAboutResources, knownStacks, removeSalts } from "./stack-file";

export interface PulumiRun {
    readonly code: number;
    /** Standard output; empty where it went to the terminal. */
    readonly output: string;
}

export interface RunOptions {
    readonly toolchain: Toolchain;
    /** Keeps what the CLI prints, instead of passing it to the terminal. */
    readonly capture?: boolean;
    /** Variables over the project's own. */
    readonly environment?: NodeJS.ProcessEnv;
    /** Ends the CLI as Ctrl-C does: what it has begun still reaches the state. */
    readonly signal?: AbortSignal;
}

export async function spawnPulumi(
    args: readonly string[],
    { toolchain, capture = false, environment = {}, signal, redact, redacts }: RunOptions & How,
): Promise<PulumiRun> {
    const debug = parseArguments(args).options.has("debug");
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
            capture || redacts === "both" ? "pipe" : "inherit",
            redact ? "pipe" : "inherit",
            ...companions.map(({ leash }) => leash),
        ],
    });
    // Only the CLI holds the leashes: its companions outlive a killed wrapper, whose CLI goes on, but they do not outlive the CLI.
    companions.forEach(({ leash }) => leash.destroy());
    // Ctrl-C reaches the CLI from the terminal. It ends in its own time, because what it has begun must reach the state.
    const ignore = (): void => undefined;
    const terminate = (): void => void child.kill("SIGTERM");
    process.on("SIGINT", ignore).on("SIGTERM", terminate);
    const interrupt = (): void => void child.kill("SIGINT");
    // Without the signal the CLI would wait for minutes for resources that it can no longer make.
    companions.forEach(({ lost }) => void lost?.then(interrupt));
    signal?.addEventListener("abort", interrupt);
    if (signal?.aborted) {
        // The signal came while the providers were being started.
        interrupt();
    }
    const output = passOn(child, capture, redact);
    try {
        const code = await new Promise<number>((resolve, reject) => {
            child.once("error", reject);
            child.once("close", (status) => resolve(status ?? 1));
        });
        return { code, output: output() };
    } finally {
        process.off("SIGINT", ignore).off("SIGTERM", terminate);
        signal?.removeEventListener("abort", interrupt);
        await Promise.all(companions.map(({ stop }) => stop()));
        removeSalts();
    }
}
