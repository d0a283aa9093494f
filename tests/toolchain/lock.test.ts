import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { acquire } from "../../command-line/lock.js";

let folder: string;
let file: string;
beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "lock-"));
    file = join(folder, "sub", "lock");
});
afterEach(() => {
    rmSync(folder, { recursive: true });
});

it("is held by one, then by the next", async () => {
    const order: string[] = [];
    const release = await acquire(file);
    const waiting = acquire(file, (pid) => order.push(`waits for ${pid}`)).then((next) => {
        order.push("second");
        next();
    });
    while (order.length === 0) {
        await new Promise((resolve) => setTimeout(resolve, 10));
    }
    order.push("first releases");
    release();
    await waiting;
    expect(order).toEqual([`waits for ${process.pid}`, "first releases", "second"]);
    expect(readdirSync(join(folder, "sub"))).toEqual([]);
});

it("is taken over at once from a process that is gone", async () => {
    const program = `require(${JSON.stringify(require.resolve("../../command-line/lock.js"))}).acquire(process.argv[1])`;
    spawnSync(process.execPath, ["-e", program, file]);
    expect(existsSync(file)).toBe(true);
    const told: number[] = [];
    (await acquire(file, (pid) => told.push(pid)))();
    expect(told).toEqual([]);
});

it("is taken over where the holder's number belongs to another process by now", async () => {
    (await acquire(file))();
    writeFileSync(file, `${process.pid} 1`);
    const release = await acquire(file);
    expect(readFileSync(file, "utf8")).not.toBe(`${process.pid} 1`);
    release();
});
