import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { buildToolchain, silent } from "../../../toolchain/build";
import { type Layout, projectLayout } from "../../../toolchain/build/layout";
import { allJobs } from "../../../toolchain/build/parts";

jest.setTimeout(120_000);

const home = mkdtempSync(join(tmpdir(), "bundles-"));
const layout: Layout = {
    ...projectLayout,
    home,
    bin: join(home, "bin"),
    plugins: join(home, "pulumi", "plugins"),
};
// The host of the providers is left out, because the project starts it and passes connections to it: tests/toolchain/cli/providers.integration.test.ts.
const bundles = allJobs(layout)
    .filter((job) => job.kind === "bundle")
    .filter(({ entryPoint }) => entryPoint.endsWith("index.ts"));

afterAll(() => {
    rmSync(home, { recursive: true });
});

it.each(bundles)("$parts starts by itself, as the engine starts it, and says on which port", async (job) => {
    await buildToolchain({ layout, parts: job.parts, progress: silent });
    expect(existsSync(job.executable)).toBe(true);
    const plugin = spawn(job.executable, ["127.0.0.1:1"], { cwd: "/", stdio: ["pipe", "pipe", "inherit"] });
    try {
        // Waiting ends after half of a test's time, so that no process is left behind.
        const patience = AbortSignal.timeout(60_000);
        const [firstLine] = (await once(createInterface(plugin.stdout), "line", { signal: patience })) as [string];
        expect(Number(firstLine)).toBeGreaterThan(1023);
    } finally {
        plugin.kill();
    }
});
