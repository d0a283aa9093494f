import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withEngineFile } from "../../../../toolchain/cli/reviewed/engine-file";

it("the engine's file is its owner's alone, gone afterwards, and what a killed run left of one with it", async () => {
    const home = mkdtempSync(join(tmpdir(), "engine-file-"));
    const { pid: gone } = spawnSync("true");
    for (const name of [`plan-${gone}.json`, `plan-${process.ppid}.json`, "plan-of-mine.json"]) {
        writeFileSync(join(home, name), "{}");
    }
    const failing = withEngineFile((file) => {
        expect(statSync(file).mode & 0o777).toBe(0o600);
        return Promise.reject(new Error("it failed"));
    }, home);
    await expect(failing).rejects.toThrow("it failed");
    expect(readdirSync(home).sort()).toEqual([`plan-${process.ppid}.json`, "plan-of-mine.json"].sort());
    rmSync(home, { recursive: true });
});
