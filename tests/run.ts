/**
 * `npm test` runs every check, also from a fresh clone. `npm run test:unit` runs the part that needs no toolchain.
 *
 * Arguments after `unit` go to Jest: `npm run test:unit -- --watch tests/infra`.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { hostProblems } from "../lab/nodes/host";
import { ensureImages } from "../lab/nodes/registry";
import { buildToolchain } from "../toolchain/build";
import { runCommand } from "../command-line/command";
import { binDir, embassyHome, repoRoot } from "../command-line/paths";

const BIN = join(repoRoot, "node_modules", ".bin");

interface Summary {
    readonly numPassedTests: number;
    readonly numFailedTests: number;
    readonly numPendingTests: number;
    readonly numRuntimeErrorTestSuites: number;
}

/** True if the tool found nothing wrong. */
function run(tool: string, args: readonly string[]): boolean {
    const environment = { ...process.env, PATH: `${BIN}:${binDir}:${process.env["PATH"] ?? ""}` };
    return spawnSync(join(BIN, tool), args, { cwd: repoRoot, stdio: "inherit", env: environment }).status === 0;
}

async function main([mode, ...rest]: readonly string[]): Promise<boolean> {
    if (mode === "unit") {
        // The option is last, because it takes every word that follows it for a project.
        return run("jest", [...rest, "--selectProjects", "unit"]);
    }
    const checks: [string, boolean][] = [
        ["types", run("tsc", ["-p", "."])],
        ["lint", run("eslint", ["."])],
        ["imports", run("depcruise", ["--config", "toolchain/lint/imports.cjs", "."])],
        ["format", run("prettier", ["--check", "--log-level", "warn", "."])],
    ];
    await buildToolchain();
    mkdirSync(embassyHome, { recursive: true });
    if (hostProblems().length === 0) {
        // Images come before any test: a stack names an image by digest once it exists, and this must not change between tests.
        await ensureImages(embassyHome, (message) => process.stderr.write(`${message}\n`));
    }
    const report = join(embassyHome, "jest.json");
    // Each integration test runs its own servers, and two cores are soon busy.
    checks.push(["tests", run("jest", ["--maxWorkers", "2", "--json", "--outputFile", report])]);
    const { numPassedTests, numFailedTests, numPendingTests, numRuntimeErrorTestSuites } = JSON.parse(
        readFileSync(report, "utf8"),
    ) as Summary;
    const failed = checks.filter(([, passed]) => !passed).map(([name]) => name);
    if (failed.length > 0) {
        process.stdout.write(`failed: ${failed.join(", ")}\n`);
    }
    process.stdout.write(
        `tests: ${numPassedTests} passed, ${numFailedTests + numRuntimeErrorTestSuites} failed, ${numPendingTests} skipped\n`,
    );
    return failed.length === 0;
}

runCommand(async () => ((await main(process.argv.slice(2))) ? 0 : 1));
