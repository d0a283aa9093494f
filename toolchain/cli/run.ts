/** Runs the Pulumi CLI with this project's environment. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { embassyHome, repoRoot, stateDir } from "../paths";
import { type Toolchain, pulumiEnvironment } from "./environment";
import { removeStaleLocks } from "./locks";
import { ensurePassphrase } from "./passphrase";
import { checkStackFile, declaredStacks, withStackCopies } from "./stack-file";

export interface PulumiRun {
    readonly code: number;
    /** What the CLI wrote, both streams in order; empty where it went to the terminal. */
    readonly output: string;
}

export interface RunOptions {
    readonly toolchain: Toolchain;
    /** Keep what it prints, instead of passing it to the terminal. */
    readonly capture?: boolean;
    /** Over the project's own. */
    readonly environment?: NodeJS.ProcessEnv;
}

/**
 * @param args the CLI's own, `["up", "-s", "tallinn"]`
 * @throws UserError where the command cannot work: no stack file, no passphrase
 */
export async function runPulumi(
    args: readonly string[],
    { toolchain, capture = false, environment = {} }: RunOptions,
): Promise<PulumiRun> {
    checkStackFile(args);
    ensurePassphrase(process.env);
    mkdirSync(stateDir, { recursive: true });
    for (const stack of removeStaleLocks()) {
        process.stderr.write(`The run that had locked ${stack} is gone; its lock was removed.\n`);
    }
    const child = spawn("pulumi", withStackCopies(args, join(embassyHome, "stacks")), {
        cwd: repoRoot,
        env: { ...pulumiEnvironment(process.env, toolchain, declaredStacks()), ...environment },
        stdio: capture ? ["ignore", "pipe", "pipe"] : "inherit",
    });
    // Ctrl-C reaches the CLI from the terminal, and it ends in its own time: what it has begun must reach the state.
    const ignore = (): void => undefined;
    const terminate = (): void => void child.kill("SIGTERM");
    process.on("SIGINT", ignore).on("SIGTERM", terminate);
    let output = "";
    const keep = (chunk: Buffer): void => void (output += chunk.toString());
    child.stdout?.on("data", keep);
    child.stderr?.on("data", keep);
    try {
        const code = await new Promise<number>((resolve, reject) => {
            child.once("error", reject);
            child.once("close", (status) => resolve(status ?? 1));
        });
        return { code, output };
    } finally {
        process.off("SIGINT", ignore).off("SIGTERM", terminate);
    }
}

/** State files that are no JSON: a disk that failed, or an editor. The CLI itself only says that it cannot parse. */
export function corruptStates(stacks = join(stateDir, ".pulumi", "stacks", "data-embassy")): string[] {
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
