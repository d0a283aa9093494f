/** Finds the machine's Go, checks that it is new enough, and asks where it keeps its caches. */
import { readFileSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { join } from "node:path";
import { ToolchainError } from "./errors";
import { explainGo } from "./go-errors";
import { run } from "./run";

export interface GoTool {
    /** `1.26.8`. */
    readonly version: string;
    /** The folders of the build cache and of the module cache. */
    readonly cache: string;
    readonly modules: string;
}

/**
 * The environment of every `go` that the builder starts. It gives the same binaries whatever the user's settings are; only the places that
 * modules and caches come from (GOPROXY, GOCACHE …) stay the user's.
 */
export function goEnvironment(env: NodeJS.ProcessEnv, temporary?: string): NodeJS.ProcessEnv {
    return {
        ...env,
        CGO_ENABLED: "0",
        GOFLAGS: "-buildvcs=false -trimpath",
        GOWORK: "off",
        // It is in this clone, where the next run removes what a killed one leaves.
        ...(temporary !== undefined && { GOTMPDIR: temporary }),
    };
}

const HOW_TO_INSTALL =
    "Install it from https://go.dev/dl or with your package manager, put its bin folder on PATH, and run the command again: " +
    "what is built already is kept.";

/**
 * @param folder of the module to build; with GOTOOLCHAIN=auto, its go.mod chooses the Go release
 * @throws ToolchainError where Go is missing, or older than the `go` line of go.mod
 */
export async function findGo(folder: string, env: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<GoTool> {
    const wanted = /^go (\S+)/m.exec(readFileSync(join(folder, "go.mod"), "utf8"))?.[1] ?? "1.26";
    const outcome = await run("go", ["env", "-json", "GOVERSION", "GOCACHE", "GOMODCACHE"], {
        cwd: folder,
        env,
        signal,
    }).catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") {
            throw new ToolchainError(
                `Go is not installed, or not on PATH: Go ${wanted} or later builds the toolchain. ${HOW_TO_INSTALL}`,
            );
        }
        throw error;
    });
    // With GOTOOLCHAIN=local go refuses a newer go.mod; with auto it tries to download the release that go.mod names.
    const older = /running go (\S+?)[;)]/.exec(outcome.stderr)?.[1];
    if (older !== undefined || outcome.stderr.includes("golang.org/toolchain@")) {
        throw tooOld(older ?? "on PATH", wanted, folder);
    }
    if (outcome.code !== 0) {
        throw explainGo(outcome, { doing: "go env", folder });
    }
    const { GOVERSION, GOCACHE, GOMODCACHE } = JSON.parse(outcome.stdout) as Record<string, string>;
    const version = GOVERSION?.replace(/^go/, "") ?? "unknown";
    if (isOlder(version, wanted)) {
        throw tooOld(version, wanted, folder);
    }
    return { version, cache: GOCACHE ?? "", modules: GOMODCACHE ?? "" };
}

function tooOld(found: string, wanted: string, folder: string): ToolchainError {
    return new ToolchainError(
        `Go ${found} is too old: ${join(folder, "go.mod")} needs Go ${wanted} or later. ${HOW_TO_INSTALL}`,
    );
}

function isOlder(found: string, wanted: string): boolean {
    const [a, b] = [found, wanted].map((version) => version.split(/[.\-r ]/).map((part) => Number.parseInt(part, 10)));
    for (let i = 0; i < 3; i++) {
        const difference = (a?.[i] ?? 0) - (b?.[i] ?? 0);
        if (difference !== 0) {
            return difference < 0;
        }
    }
    return false;
}

/** Returns `1.26` of `1.26.8`: a new patch release of Go does not make the parts be built again. */
export function goRelease(version: string): string {
    return version.split(".").slice(0, 2).join(".");
}

/** The largest compile and link steps of these modules take between 1 and 2 GiB each. */
const BYTES_PER_JOB = 2 * 1024 ** 3;

/**
 * How many packages to compile at a time (`go build -p`): one per processor, or fewer where memory is short.
 * `EMBASSY_BUILD_JOBS` overrides.
 *
 * @throws ToolchainError where `EMBASSY_BUILD_JOBS` is not a whole number from 1
 */
export function parallelism(env: NodeJS.ProcessEnv, memory = availableMemory(), cpus = availableParallelism()): number {
    const chosen = env.EMBASSY_BUILD_JOBS ?? "";
    if (chosen !== "") {
        if (!/^[1-9]\d*$/.test(chosen)) {
            throw new ToolchainError(`EMBASSY_BUILD_JOBS is "${chosen}": it must be a whole number, 1 or more.`);
        }
        return Number(chosen);
    }
    return Math.max(1, Math.min(cpus, Math.floor(memory / BYTES_PER_JOB)));
}

/** Memory of the machine, or of the container that this runs in. */
function availableMemory(): number {
    return Math.min(totalmem(), process.constrainedMemory() || Infinity);
}
