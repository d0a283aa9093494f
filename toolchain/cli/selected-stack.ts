/** The stack that a command is about where its arguments name none, as the CLI finds it. */
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
 * A command about resources with its stack by name: whoever else reads the command line then knows it too.
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

/** pkg/v3/backend/state, CurrentStack; the first is what stands for an option of any command. */
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
