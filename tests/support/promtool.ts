/** promtool, where the toolchain has built it: https://prometheus.io/docs/prometheus/latest/command-line/promtool/ */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { binDir } from "../../command-line/paths";

const PROMTOOL = join(binDir, "promtool");
const isBuilt = existsSync(PROMTOOL);

/** `describe` if promtool is built, and `describe.skip` otherwise; {@link whyNot} is part of the name. */
export const describePromtool = isBuilt ? describe : describe.skip;
export const whyNot = isBuilt ? "" : " (promtool is not built: npm run toolchain -- --parts promtool)";

/** Runs promtool in a folder with these files. @returns its exit code, and everything that it says */
export function promtool(files: Readonly<Record<string, string>>, ...args: readonly string[]): [number | null, string] {
    const folder = mkdtempSync(join(tmpdir(), "promtool-"));
    try {
        for (const [file, content] of Object.entries(files)) {
            writeFileSync(join(folder, file), content);
        }
        const { status, stdout, stderr } = spawnSync(PROMTOOL, args, { cwd: folder, encoding: "utf8" });
        return [status, stdout + stderr];
    } finally {
        rmSync(folder, { recursive: true });
    }
}
