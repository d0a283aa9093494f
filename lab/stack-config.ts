/** What a stack file declares, checked. */
import { existsSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { ConfigError, type EmbassyConfig, parseConfig } from "../infra/config";
import { declaredStacks, stackFile } from "../toolchain/cli/stack-file";
import { LabError } from "./errors";

/** @throws LabError for a stack without a file, or with a wrong one */
export function stackConfig(stack: string): EmbassyConfig {
    const file = stackFile(stack);
    if (!existsSync(file)) {
        throw new LabError(
            `There is no site "${stack}": no file Pulumi.${stack}.yaml. Sites are ${declaredStacks().join(", ")}.`,
        );
    }
    const { config = {} } = parse(readFileSync(file, "utf8")) as { config?: Record<string, unknown> };
    try {
        return parseConfig(stack, config);
    } catch (error) {
        throw error instanceof ConfigError ? new LabError(error.message) : error;
    }
}
