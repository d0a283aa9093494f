/** `EMBASSY_TOOLCHAIN` chooses whose toolchain runs the program. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { ToolchainError } from "./errors";

/** `modules` is built from pinned modules; `system` is the user's own Pulumi CLI and official plugins. */
export type ToolchainChoice = "modules" | "system";

/** @throws ToolchainError where `EMBASSY_TOOLCHAIN` is neither */
export function toolchainChoice(env: NodeJS.ProcessEnv = process.env): ToolchainChoice {
    const value = env.EMBASSY_TOOLCHAIN ?? "";
    switch (value) {
        case "":
        case "modules":
            return "modules";
        case "system":
            return "system";
        default:
            throw new ToolchainError(
                `EMBASSY_TOOLCHAIN is "${value}": it must be "modules" (built here from pinned modules, the default) ` +
                    `or "system" (the Pulumi CLI and plugins that are installed on this machine).`,
            );
    }
}

/**
 * The user's own Pulumi CLI.
 *
 * @throws ToolchainError where there is none on PATH
 */
export function systemPulumi(env: NodeJS.ProcessEnv = process.env): string {
    const found = findExecutable("pulumi", env);
    if (found === undefined) {
        throw new ToolchainError(
            "EMBASSY_TOOLCHAIN is system, but there is no pulumi on PATH. Install it (https://www.pulumi.com/docs/install/; " +
                "on a connected machine npx pulumi runs it without an installation), or unset EMBASSY_TOOLCHAIN to have " +
                "it built here from pinned modules.",
        );
    }
    return found;
}

/** The first executable of that name on PATH. */
export function findExecutable(name: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
    const candidates = (env.PATH ?? "").split(delimiter).map((folder) => join(folder, name));
    return candidates.find((candidate) => {
        try {
            accessSync(candidate, constants.X_OK);
            return true;
        } catch {
            return false;
        }
    });
}
