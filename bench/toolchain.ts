/** Compares a cold build of the toolchain with a plain `go build` of the same packages, each with empty caches. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { buildArguments } from "../toolchain/build/go-build";
import { goEnvironment } from "../toolchain/build/go-tool";
import { projectLayout } from "../toolchain/build/layout";
import { type GoJob, allJobs } from "../toolchain/build/parts";
import { embassyHome, repoRoot } from "../command-line/paths";
import { type Figure, ratio } from "./figure";
import { measure } from "./process";
import { TYPESCRIPT } from "../command-line/typescript";

/** It takes minutes of work twice, so it runs with `npm run bench -- toolchain` and not with the rest. */
export async function toolchain(): Promise<Figure[]> {
    const ours = await withEmptyCaches(async (env, home) => {
        const { seconds } = await measure(process.execPath, [...TYPESCRIPT, "toolchain/build/main.ts"], {
            cwd: repoRoot,
            env: { ...env, EMBASSY_HOME: home },
        });
        return seconds;
    });
    const bare = await withEmptyCaches(async (env, home) => {
        let seconds = 0;
        const out = join(home, "bin");
        mkdirSync(out, { recursive: true });
        for (const job of allJobs(projectLayout).filter((one): one is GoJob => one.kind === "go")) {
            const args = ["build", "-o", `${out}/`, ...buildArguments(job, job.parts)];
            seconds += (await measure("go", args, { cwd: job.folder, env })).seconds;
        }
        return seconds;
    });
    const detail = `${ours.toFixed(0)} s ÷ ${bare.toFixed(0)} s`;
    return [ratio("cold toolchain ÷ bare go build of the same packages", ours, bare, 1.15, detail)];
}

async function withEmptyCaches<T>(work: (env: NodeJS.ProcessEnv, home: string) => Promise<T>): Promise<T> {
    mkdirSync(join(embassyHome, "tests"), { recursive: true });
    const home = mkdtempSync(join(embassyHome, "tests", "cold-"));
    const env = {
        ...goEnvironment(process.env),
        GOCACHE: join(home, "build-cache"),
        GOMODCACHE: join(home, "modules"),
    };
    try {
        return await work(env, home);
    } finally {
        // Go makes its module cache read-only, so only Go can remove it.
        await measure("go", ["clean", "-modcache"], { cwd: repoRoot, env });
        rmSync(home, { recursive: true, force: true });
    }
}
