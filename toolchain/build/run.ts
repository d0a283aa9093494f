/** Runs a command and hands its output over by lines. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

export interface RunOptions {
    readonly cwd: string;
    readonly env: NodeJS.ProcessEnv;
    readonly signal?: AbortSignal | undefined;
    readonly onLine?: ((line: string) => void) | undefined;
}

export interface Outcome {
    readonly code: number | null;
    readonly signal: NodeJS.Signals | null;
    readonly stdout: string;
    /** The last lines of standard error. */
    readonly stderr: string;
}

const KEPT_LINES = 500;

/** @throws an Error with code ENOENT where there is no such command, and an AbortError after `signal` */
export function run(command: string, args: readonly string[], options: RunOptions): Promise<Outcome> {
    const { cwd, env, signal, onLine } = options;
    return new Promise((resolve, reject) => {
        // SIGINT lets go remove its work folder before it ends.
        const child = spawn(command, args, {
            cwd,
            env,
            signal,
            killSignal: "SIGINT",
            stdio: ["ignore", "pipe", "pipe"],
        });
        const stdout: Buffer[] = [];
        const stderr: string[] = [];
        child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
        createInterface(child.stderr).on("line", (line) => {
            stderr.push(line);
            stderr.splice(0, stderr.length - KEPT_LINES);
            onLine?.(line);
        });
        let failure: Error | undefined;
        child.once("error", (error) => {
            failure = error;
            if (child.pid === undefined) {
                reject(error);
            }
        });
        child.once("close", (code, ended) => {
            if (failure) {
                reject(failure);
            } else {
                resolve({
                    code,
                    signal: ended,
                    stdout: Buffer.concat(stdout).toString(),
                    stderr: stderr.join("\n"),
                });
            }
        });
    });
}
