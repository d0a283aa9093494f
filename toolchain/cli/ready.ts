/** Gets the toolchain of a command that runs the engine, and builds it first where it is missing. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { buildToolchain, systemPulumi, toolchainChoice } from "../build";
import { projectLayout } from "../build/layout";
import { allJobs } from "../build/parts";
import { binDir } from "../../command-line/paths";
import type { Toolchain } from "./environment";

export async function readyToolchain(): Promise<Toolchain> {
    const toolchain = toolchainChoice();
    if (toolchain === "system") {
        systemPulumi();
    } else if (!existsSync(join(binDir, "pulumi"))) {
        await buildToolchain({ uses: ["pulumi"] });
    }
    return toolchain;
}

/** @returns the version of the engine, `v3.256.0`; undefined where it is the user's own */
export function engineVersion(toolchain: Toolchain): string | undefined {
    return toolchain === "system"
        ? undefined
        : allJobs(projectLayout).find(({ parts }) => parts.includes("pulumi"))?.version;
}
