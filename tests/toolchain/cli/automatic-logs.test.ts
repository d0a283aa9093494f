import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { turnOffAutomaticLogs } from "../../../toolchain/cli/automatic-logs";

describe("the engine's automatic logs", () => {
    const home = mkdtempSync(join(tmpdir(), "automatic-logs-"));
    const logs = join(home, "pulumi", "logs");
    afterAll(() => {
        rmSync(home, { recursive: true });
    });

    it("are off once a file stands where their folder would be, which says how to get a log", () => {
        turnOffAutomaticLogs(join(home, "pulumi"));
        expect(statSync(logs).isFile()).toBe(true);
        expect(readFileSync(logs, "utf8")).toContain("--logtostderr");
    });

    it("of earlier runs are removed", () => {
        rmSync(logs);
        mkdirSync(logs);
        writeFileSync(join(logs, "pulumi-1.log"), "");
        turnOffAutomaticLogs(join(home, "pulumi"));
        expect(existsSync(join(logs, "pulumi-1.log"))).toBe(false);
    });
});
