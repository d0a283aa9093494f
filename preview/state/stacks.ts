/** Finds which stacks a command that reads states is about. */
import { pulumiEnvironment } from "../../toolchain/cli/environment";
import { knownStacks } from "../../toolchain/cli/stack-file";
import { folderUrl, hasState } from "../../toolchain/cli/states";
import { UserError } from "../../command-line/command";
import { embassyHome } from "../../command-line/paths";

/**
 * @param only the named stacks; without any, all that have a state in the project's own back end
 * @throws UserError where there is no such stack, or nothing tells which stacks there are
 */
export function existingStacks(only: readonly string[]): readonly string[] {
    if (only.length > 0) {
        checkDeclared(only);
        return only;
    }
    const { PULUMI_BACKEND_URL: backEnd = "" } = pulumiEnvironment(process.env, "modules", []);
    const isOurs = backEnd === folderUrl(embassyHome);
    const found = isOurs ? knownStacks().filter((stack) => hasState(stack, embassyHome)) : [];
    if (found.length === 0) {
        throw new UserError(
            `${isOurs ? "The back end has no state yet" : "The stacks of your own back end are not looked up"}: name what to preview with --stack ` +
                `(${knownStacks().join(", ")}), an export with --state FILE, or a commit to compare with by code alone, --base REF.`,
        );
    }
    return found;
}

/** @throws UserError where a stack is not declared */
export function checkDeclared(stacks: readonly string[], declared = knownStacks()): void {
    const unknown = stacks.filter((stack) => !declared.includes(stack));
    if (unknown.length > 0) {
        throw new UserError(`There is no stack ${unknown.join(", ")}: stacks are ${declared.join(", ")}.`);
    }
}
