/** Reads what a command line asks for about reviewed plans. Pure. */
import { UserError } from "../../../command-line/command";
import { parseArguments } from "../arguments";
import { isElsewhere } from "../stack-file";

export interface Asked {
    readonly does: "save" | "apply";
    readonly stack: string;
    readonly file: string;
}

const PREVIEW = new Set(["preview", "pre"]);
const UP = new Set(["up", "update"]);
/** Options that change what is planned. */
const SHAPING = new Set([
    ...["exclude", "exclude-dependents", "ignore-protect", "override-env", "policy-pack", "policy-pack-config", "r"],
    ...["refresh", "replace", "run-program", "target", "target-dependents", "target-replace"],
]);
/** Option → why it does not go with a plan. */
const REFUSED: Readonly<Record<string, string>> = {
    config: "it writes into the stack file while it runs: put the value there first",
    remote: "a plan is made and applied here",
    "show-secrets": "it would write secrets into the plan in the clear",
    "skip-preview": "the update would be held to the plan only once it has begun",
};

/**
 * @param args the CLI's own, with the stack by name where it is known
 * @returns undefined where nothing is asked for, or the command is about another project, whose plans are left to the CLI
 * @throws UserError where the options do not go together
 */
export function askedOf(args: readonly string[]): Asked | undefined {
    const { words, options, given } = parseArguments(args);
    const [command = ""] = words;
    const option = PREVIEW.has(command) ? "save-plan" : UP.has(command) ? "plan" : "";
    const file = options.get(option);
    if (file === undefined || isElsewhere(args)) {
        return undefined;
    }
    const stack = options.get("stack")?.split("/").at(-1);
    if (stack === undefined) {
        throw new UserError(`--${option} needs the stack by name: add --stack NAME.`);
    }
    if (file.trim() === "" || given.filter(([name]) => name === option).length > 1) {
        throw new UserError(`--${option} takes one file, and is given ${file.trim() === "" ? "none" : "several"}.`);
    }
    for (const [name, why] of Object.entries(REFUSED)) {
        if (options.has(name) && options.get(name) !== "false") {
            throw new UserError(`--${name} does not go with --${option}: ${why}.`);
        }
    }
    if (option === "plan" && !options.has("yes") && !options.has("y")) {
        throw new UserError("up --plan applies a plan that was reviewed and asks nobody again: add --yes.");
    }
    return { does: option === "plan" ? "apply" : "save", stack, file };
}

/** The options of a command line that decide what is planned: the same for a preview and its update, and in one order. */
export function shapingOptions(args: readonly string[]): string[] {
    return parseArguments(args)
        .given.filter(([name, value]) => SHAPING.has(name) && value !== "false")
        .map(([name, value]) => {
            const long = name === "r" ? "refresh" : name;
            return value === "" || value === "true" ? `--${long}` : `--${long}=${value}`;
        })
        .sort();
}
