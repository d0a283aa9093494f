/**
 * `npm test` runs every check, also from a fresh clone. `npm run test:unit` runs the part that needs no toolchain.
 *
 * Arguments after `unit` go to Jest: `npm run test:unit -- --watch tests/infra`.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { hostProblems } from "../lab/nodes/host";
import { ensureGroup, joinGroup, removeGroups } from "../lab/processes/groups";
import { catalogue } from "../images/catalogue";
import { ensureImages } from "../lab/nodes/registry";
import { buildToolchain } from "../toolchain/build";
import { runCommand } from "../command-line/command";
import { together } from "../command-line/together";
import { binDir, embassyHome, repoRoot } from "../command-line/paths";
import { TYPESCRIPT } from "../command-line/typescript";

const BIN = join(repoRoot, "node_modules", ".bin");

interface Summary {
    readonly numPassedTests: number;
    readonly numFailedTests: number;
    readonly numPendingTests: number;
    readonly numRuntimeErrorTestSuites: number;
    /** Whether Jest found nothing wrong. */
    readonly passed: boolean;
}

/** A lab of one registry in two sites, with the engine beside it (start/fit.ts). */
const WORKER_BYTES = 4.5 * 2 ** 30;

/** One a core, where memory has room for as many labs at once, and at least the two of the smallest computer that this runs on. */
function workers(): number {
    const room = Math.floor(process.availableMemory() / WORKER_BYTES);
    return Math.max(2, Math.min(availableParallelism(), room));
}

const environment = { ...process.env, PATH: `${BIN}:${binDir}:${process.env["PATH"] ?? ""}` };

/** True if the tool found nothing wrong. */
function run(tool: string, args: readonly string[]): boolean {
    return spawnSync(join(BIN, tool), args, { cwd: repoRoot, stdio: "inherit", env: environment }).status === 0;
}

/** The same, beside others: what it says is shown in one piece, at its end. */
async function check(tool: string, ...args: string[]): Promise<boolean> {
    const child = spawn(join(BIN, tool), args, { cwd: repoRoot, stdio: ["ignore", "pipe", "pipe"], env: environment });
    const [output, problems] = await together([text(child.stdout), text(child.stderr), once(child, "exit")] as const);
    process.stdout.write(output + problems);
    return child.exitCode === 0;
}

/** Runs a project of Jest's. It writes on standard error, and draws nothing there that another would write into, as standard output is no terminal. */
async function jest(project: string, workers: number, ...options: string[]): Promise<Summary> {
    const report = join(embassyHome, `jest-${[project, ...options].join("").replace(/\W+/g, "-")}.json`);
    rmSync(report, { force: true });
    const output = ["--json", "--outputFile", report];
    const args = ["--maxWorkers", String(workers), ...output, ...options, "--selectProjects", project];
    const colors = process.stderr.isTTY ? ["--colors"] : [];
    const child = spawn(join(BIN, "jest"), [...colors, ...args], {
        cwd: repoRoot,
        stdio: ["ignore", "ignore", "inherit"],
        env: environment,
    });
    await once(child, "exit");
    return { ...(JSON.parse(readFileSync(report, "utf8")) as Omit<Summary, "passed">), passed: child.exitCode === 0 };
}

/** Parts of the integration tests, each as many files. */
const PARTS = 8;

/**
 * Sites with real nodes come one after the other, beside everything else: two pairs of them on two cores take longer together than in turn,
 * because leases end, and members come up again and again. Unit tests come before them, because they fail soonest. Whoever has done with that
 * takes parts of what is beside it.
 */
async function tests(): Promise<Summary[]> {
    const all = workers();
    const labs = Math.ceil(all / 3);
    const parts = Array.from({ length: PARTS }, (_, index) => `--shard=${index + 1}/${PARTS}`);
    const beside = async (workers: number): Promise<Summary[]> => {
        const done: Summary[] = [];
        for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
            done.push(await jest("integration", workers, part));
        }
        return done;
    };
    const inTurn = async (): Promise<Summary[]> => {
        const done = [await jest("unit", labs), await jest("real-nodes", labs)];
        return [...done, ...(await beside(labs))];
    };
    return (await together([inTurn(), beside(all - labs)])).flat();
}

/** The threads of the host as which tests weigh: fewer than a site's, which must not wait for them, and more than one, because tests have limits of time. */
const TESTS_THREADS = 16;

/** Does work in a control group of its own. */
async function sharing<T>(work: () => Promise<T>): Promise<T> {
    const group = `embassy-tests-${process.pid}`;
    await ensureGroup(group, TESTS_THREADS);
    await joinGroup(group, process.pid);
    try {
        return await work();
    } finally {
        await joinGroup("", process.pid);
        await removeGroups(group);
    }
}

type Result = readonly [name: string, passed: boolean];

/** What needs nothing built. ESLint takes as long as the others together. */
async function checks(): Promise<Result[]> {
    const others = async (): Promise<Result[]> => [
        ["types", await check("tsc", "-p", ".")],
        ["imports", await check("depcruise", "--config", "toolchain/lint/imports.cjs", ".")],
        ["format", await check("prettier", "--check", "--log-level", "warn", ".")],
    ];
    const [lint, rest] = await together([check("eslint", "."), others()] as const);
    return [["lint", lint], ...rest];
}

/** The same, by a process of its own, which takes what others leave of the processors: it is not in the tests' group. @returns whether all passed */
async function checksBeside(): Promise<boolean> {
    const child = spawn(process.execPath, [...TYPESCRIPT, __filename, "checks"], {
        stdio: ["ignore", "inherit", "inherit"],
    });
    await once(child, "exit");
    return child.exitCode === 0;
}

/** Builds what tests need, and runs them all. */
async function builtAndTested(): Promise<Summary[]> {
    await buildToolchain();
    mkdirSync(embassyHome, { recursive: true });
    if (hostProblems().length > 0) {
        return tests();
    }
    // Images come before any test: a stack names an image by digest once it exists, and this must not change between tests.
    // A test declares what no stack file does, so that it needs all of them.
    await ensureImages(embassyHome, (message) => process.stderr.write(`${message}\n`), catalogue);
    return sharing(tests);
}

/** Names what failed. @returns whether nothing did */
function told(results: readonly Result[]): boolean {
    const failed = results.filter(([, passed]) => !passed).map(([name]) => name);
    if (failed.length > 0) {
        process.stdout.write(`failed: ${failed.join(", ")}\n`);
    }
    return failed.length === 0;
}

async function main([mode, ...rest]: readonly string[]): Promise<boolean> {
    if (mode === "unit") {
        // The option is last, because it takes every word that follows it for a project.
        return run("jest", [...rest, "--selectProjects", "unit"]);
    }
    if (mode === "checks") {
        return told(await checks());
    }
    const [checked, ended] = await together([checksBeside(), builtAndTested()] as const);
    const sum = (count: (summary: Summary) => number): number => ended.reduce((all, each) => all + count(each), 0);
    const failures = sum((each) => each.numFailedTests + each.numRuntimeErrorTestSuites);
    const passed = told([
        ["checks", checked],
        ["tests", ended.every((each) => each.passed)],
    ]);
    process.stdout.write(
        `tests: ${sum((each) => each.numPassedTests)} passed, ${failures} failed, ${sum((each) => each.numPendingTests)} skipped\n`,
    );
    return passed;
}

runCommand(async () => ((await main(process.argv.slice(2))) ? 0 : 1));
