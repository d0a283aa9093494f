import { existsSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { ConfigError, type EmbassyConfig, parseConfig } from "../../infra/site/config";
import { UserError } from "../../command-line/command";
import { knownStacks, stackFile, stackFolder } from "./stack-file";

/** What the stack file of a site declares. @throws UserError where there is none, or it is wrong */
export function stackConfig(stack: string, folder = stackFolder(stack)): EmbassyConfig {
    const file = stackFile(stack, folder);
    if (!existsSync(file)) {
        throw new UserError(
            `There is no site "${stack}": no file Pulumi.${stack}.yaml. Sites are ${knownStacks().join(", ")}.`,
        );
    }
    const { config = {} } = parse(readFileSync(file, "utf8")) as { config?: Record<string, unknown> };
    try {
        return parseConfig(stack, config);
    } catch (error) {
        throw error instanceof ConfigError ? new UserError(error.message) : error;
    }
}
