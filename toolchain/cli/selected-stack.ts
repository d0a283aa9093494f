/** Finds the stack that a command is about where its arguments name none, as the CLI does. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT } from "../../infra/conventions/names";
import { repoRoot } from "../../command-line/paths";
import { parseArguments, withOptions } from "./arguments";
import { isAboutResources } from "./stack-file";

interface Workspace {
    readonly stack?: string;
    /** URL of a back end → the stack that was selected in it. */
    readonly stacks?: Readonly<Record<string, string>>;
}

/**
 * Puts the stack's name into a command about resources, so that everything else that reads the command line knows it too.
 *
 * @param environment the CLI's own, as {@link pulumiEnvironment} makes it
 */
export function withSelectedStack(args: readonly string[], environment: NodeJS.ProcessEnv): string[] {
    const { options } = parseArguments(args);
    const selected = selectedStack(environment);
    return isAboutResources(args) && !options.has("stack") && !options.has("cwd") && selected
        ? withOptions(args, "--stack", selected)
        : [...args];
}

/** It follows pkg/v3/backend/state, CurrentStack; PULUMI_OPTION_STACK stands for the option in any command. */
function selectedStack(environment: NodeJS.ProcessEnv): string | undefined {
    const named = environment["PULUMI_OPTION_STACK"] ?? environment["PULUMI_STACK"];
    const { PULUMI_HOME: home, PULUMI_BACKEND_URL: backEnd = "" } = environment;
    if (named !== undefined || home === undefined) {
        return named;
    }
    const project = createHash("sha1").update(join(repoRoot, "Pulumi.yaml")).digest("hex");
    const file = join(home, "workspaces", `${PROJECT}-${project}-workspace.json`);
    if (!existsSync(file)) {
        return undefined;
    }
    const { stack, stacks } = JSON.parse(readFileSync(file, "utf8")) as Workspace;
    return stacks === undefined ? stack : stacks[backEnd];
}
