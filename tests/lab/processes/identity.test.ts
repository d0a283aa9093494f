import { ChildProcess, spawn } from "node:child_process";
import {
    identityOf,
    isAlive,
    isGone,
    memoryOf,
    parseStat,
    runningCommands,
    signal,
} from "../../../lab/processes/identity";

type Child = ChildProcess & { pid: number };
const children: Child[] = [];

/** Starts a process that does nothing, and waits until it is up. */
async function sleeper(): Promise<Child> {
    const program = "process.stdout.write('up'); setInterval(() => {}, 1000)";
    const child = spawn(process.execPath, ["-e", program, "embassy-sleeper"], { stdio: ["ignore", "pipe", "ignore"] });
    children.push(child as unknown as Child);
    await new Promise((resolve) => child.stdout.once("data", resolve));
    return child as unknown as Child;
}

afterEach(() => {
    for (const child of children.splice(0)) {
        child.kill("SIGKILL");
    }
});

function ended(child: ChildProcess): Promise<NodeJS.Signals | null> {
    return new Promise((resolve) => child.once("exit", (_code, by) => resolve(by)));
}

test("a command name with spaces and parentheses does not shift the fields", () => {
    const after = Array.from({ length: 30 }, (_, index) => String(index + 4));
    expect(parseStat(`12 (a) b (c) S ${after.join(" ")}`)).toEqual({ state: "S", threads: 20, startTicks: "22" });
});

test.each([
    ["S", 9, false],
    ["Z", 3, false],
    ["Z", 1, true],
    ["X", 1, true],
])("state %s with %i threads: gone is %s", (state, threads, gone) => {
    expect(isGone({ state, threads, startTicks: "1" })).toBe(gone);
});

test("a process is itself until it ends", async () => {
    const child = await sleeper();
    const identity = (await identityOf(child.pid)) ?? "";
    const self = { pid: child.pid, identity };
    expect(identity).not.toBe("");
    expect(await isAlive(self)).toBe(true);
    expect(await memoryOf(child.pid)).toBeGreaterThan(1024 * 1024);
    const exit = ended(child);
    await signal(self, "SIGKILL");
    expect(await exit).toBe("SIGKILL");
    expect(await isAlive(self)).toBe(false);
});

test("another process under a remembered pid is neither taken for ours nor killed", async () => {
    const child = await sleeper();
    const reused = { pid: child.pid, identity: "another boot:1" };
    expect(await isAlive(reused)).toBe(false);
    await signal(reused, "SIGKILL");
    const exit = ended(child);
    child.kill("SIGTERM");
    expect(await exit).toBe("SIGTERM");
});

test("command lines are found by their arguments", async () => {
    const child = await sleeper();
    const commands = await runningCommands();
    expect(commands.find(({ pid }) => pid === child.pid)?.argv).toContain("embassy-sleeper");
});
