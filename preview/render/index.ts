/** Renders a tree in a process of its own, so that its code does not mix with another tree's. */
import { fork } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { SHORT_LIVED } from "../../toolchain/build/bundle";
import { UserError } from "../../command-line/command";
import { TYPESCRIPT } from "../../command-line/typescript";
import type { Outcome } from "./stack";

/** Keeps the SDK from work that only an engine needs, which is half of a program's time. */
const PRELOAD = require.resolve("../../toolchain/language-host/preload");
/** The most characters of a child's output that are shown. */
const SHOWN = 2000;

/** @returns the outcomes by stack; for a stack that the tree's code cannot render it has the reason */
export async function renderStacks(root: string, stacks: readonly string[]): Promise<Map<string, Outcome>> {
    const program = programOf(root);
    const found = new Map<string, Outcome>();
    if (program === undefined) {
        stacks.forEach((stack) => found.set(stack, { stack, problem: "there is no program: no infra/index.ts" }));
        return found;
    }
    const child = fork(join(__dirname, "main.ts"), [root, program, ...stacks], {
        cwd: root,
        execArgv: [...SHORT_LIVED, ...TYPESCRIPT, "--require", PRELOAD],
        stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    let said = "";
    child.stderr?.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-SHOWN)));
    child.on("message", (message) => {
        const outcome = message as Outcome;
        found.set(outcome.stack, outcome);
    });
    await new Promise<void>((ended, failed) => child.on("error", failed).on("close", () => ended()));
    for (const stack of stacks.filter((name) => !found.has(name))) {
        found.set(stack, { stack, problem: `the program ended before it was rendered: ${said.trim()}` });
    }
    return found;
}

/** The folder that a project names as its program. */
function programOf(root: string): string | undefined {
    const project = join(root, "Pulumi.yaml");
    if (!existsSync(project)) {
        return undefined;
    }
    const { main } = parse(readFileSync(project, "utf8")) as { main?: unknown };
    if (typeof main !== "string") {
        throw new UserError(`${project} names no program: main is ${String(main)}; it must be a folder such as infra`);
    }
    return existsSync(join(root, main, "index.ts")) ? main : undefined;
}
