/**
 * Runs checkov, a public scanner of declared infrastructure (https://www.checkov.io), in its own Python environment, which is kept between runs.
 * None of its checks is left out.
 */
import { execFile, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import writeFileAtomic from "write-file-atomic";
import { withLock } from "../../command-line/lock.js";
import { embassyHome } from "../../command-line/paths";

const run = promisify(execFile);

const REQUIREMENTS = join(__dirname, "checkov-requirements.txt");
const ENVIRONMENT = join(embassyHome, "cache", "checkov");
const MOST_BYTES = 2 ** 28;

/** Whether this machine has Python and the modules that create an environment, which Debian ships in python3-venv. */
export function hasPython(): boolean {
    return spawnSync("python3", ["-c", "import venv, ensurepip"]).status === 0;
}

export interface Scan {
    readonly passed: number;
    /** The number of checks that an annotation on an object skips. */
    readonly skipped: number;
    /** One sentence for each failure, with the check and the object. */
    readonly failed: string[];
}

/** @param objects by unique names, which failures are reported under */
export async function scan(objects: Readonly<Record<string, unknown>>): Promise<Scan> {
    const program = await installed();
    const folder = mkdtempSync(join(tmpdir(), "checkov-"));
    try {
        for (const [name, object] of Object.entries(objects)) {
            writeFileSync(join(folder, `${name}.json`), JSON.stringify(object));
        }
        const options = [
            "--framework",
            "kubernetes",
            "--output",
            "json",
            "--compact",
            "--soft-fail",
            "--skip-download",
        ];
        const { stdout } = await run(program, ["--directory", folder, ...options], {
            maxBuffer: MOST_BYTES,
            cwd: folder,
        });
        return found(JSON.parse(stdout) as Report);
    } finally {
        rmSync(folder, { recursive: true });
    }
}

interface Report {
    readonly summary: { readonly passed: number; readonly skipped: number; readonly parsing_errors: number };
    readonly results: {
        readonly failed_checks: readonly {
            readonly check_id: string;
            readonly check_name: string;
            readonly file_path: string;
        }[];
    };
}

function found({ summary, results }: Report): Scan {
    if (summary.parsing_errors > 0) {
        throw new Error(`checkov could not read ${summary.parsing_errors} of the objects`);
    }
    const failed = results.failed_checks.map(
        ({ check_id: check, check_name: name, file_path: file }) => `${check} ${name}: ${file}`,
    );
    return { passed: summary.passed, skipped: summary.skipped, failed };
}

async function installed(): Promise<string> {
    const program = join(ENVIRONMENT, "bin", "checkov");
    mkdirSync(join(embassyHome, "cache"), { recursive: true });
    await withLock(`${ENVIRONMENT}.lock`, async () => {
        const whole = join(ENVIRONMENT, "requirements.txt");
        const requirements = readFileSync(REQUIREMENTS, "utf8");
        if (existsSync(whole) && readFileSync(whole, "utf8") === requirements) {
            return;
        }
        // An environment contains its own path, so it is created in its final place. The file that marks it as complete is written last.
        rmSync(ENVIRONMENT, { recursive: true, force: true });
        await run("python3", ["-m", "venv", ENVIRONMENT]);
        await run(join(ENVIRONMENT, "bin", "pip"), ["install", "--quiet", "--requirement", REQUIREMENTS]);
        writeFileAtomic.sync(whole, requirements);
    });
    return program;
}
