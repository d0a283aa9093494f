import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { endHolders, removeStaleLocks } from "../../../toolchain/cli/locks";

describe("locks of a killed run", () => {
    let locks: string;
    beforeEach(() => {
        locks = mkdtempSync(join(tmpdir(), "locks-"));
        mkdirSync(join(locks, "organization", "data-embassy", "tallinn"), { recursive: true });
    });
    afterEach(() => rmSync(locks, { recursive: true }));

    function lock(name: string, content: unknown): string {
        const file = join(locks, "organization", "data-embassy", "tallinn", `${name}.json`);
        writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
        return file;
    }

    /** The ID of a process that has ended and was waited for. */
    function gone(): number {
        return spawnSync("true").pid;
    }

    it("are removed where the process is gone, or is another program by now", () => {
        const files = [
            lock("a", { pid: gone(), hostname: hostname() }),
            lock("b", { pid: process.pid, hostname: hostname() }),
        ];
        expect(removeStaleLocks(locks)).toEqual(["data-embassy/tallinn"]);
        expect(files.map(existsSync)).toEqual([false, false]);
    });

    it("stay where another machine holds them, or they cannot be read", () => {
        const files = [lock("a", { pid: gone(), hostname: "elsewhere" }), lock("b", "{")];
        expect(removeStaleLocks(locks)).toEqual([]);
        expect(files.map(existsSync)).toEqual([true, true]);
    });

    it("are let go of where the stack is given up, by ending the CLI that a killed run has left at it, and no other", async () => {
        const file = lock("a", { pid: 0, hostname: hostname() });
        copyFileSync("/bin/sleep", join(locks, "pulumi"));
        const [orphan, other] = ["60", "61"].map((seconds) => spawn(join(locks, "pulumi"), [seconds]));
        const ended = once(orphan as ChildProcess, "exit");
        lock("a", { pid: orphan?.pid, hostname: hostname() });
        const elsewhere = lock("b", { pid: other?.pid, hostname: "elsewhere" });
        await Promise.all([orphan, other].map((each) => once(each as ChildProcess, "spawn")));
        await endHolders("luxembourg", locks);
        expect(existsSync(file)).toBe(true);
        await endHolders("tallinn", locks);
        expect(await ended).toEqual([null, "SIGKILL"]);
        expect([file, elsewhere].map(existsSync)).toEqual([false, true]);
        expect(other?.exitCode ?? other?.signalCode).toBeNull();
        other?.kill();
    });

    it("are none where nothing has run yet", () => {
        expect(removeStaleLocks(join(locks, "nothing"))).toEqual([]);
    });
});
