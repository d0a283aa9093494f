/** Runs `preview` of a stack without a state against an empty state, and leaves nothing of it behind. */
import { randomBytes } from "node:crypto";
import { copyFileSync, existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { embassyHome, repoRoot } from "../../command-line/paths";
import { parseArguments, withOptions } from "./arguments";
import { ensurePassphrase, passphraseFile } from "./passphrase";
import { commandOf, isElsewhere, knownStacks, namedStack } from "./stack-file";
import { folderUrl, isPacked, stateFile } from "./states";
import { addOthers, addState, withThrowaway } from "./throwaway";

const PREVIEWS = new Set(["preview", "pre"]);

export function isPreview(args: readonly string[]): boolean {
    return PREVIEWS.has(commandOf(args));
}

/**
 * @param cli the environment of the CLI
 * @returns the stack that a command previews and that has no state in the project's own back end; undefined for any other back end
 */
export function previewedWithoutState(args: readonly string[], cli: NodeJS.ProcessEnv): string | undefined {
    const { PULUMI_BACKEND_URL: backEnd } = cli;
    const stack = namedStack(args);
    const isOurs = backEnd === folderUrl(embassyHome) && !isElsewhere(args);
    return stack !== undefined &&
        isOurs &&
        isPreview(args) &&
        !existsSync(stateFile(stack)) &&
        !isPacked(stateFile(stack))
        ? stack
        : undefined;
}

/**
 * @param args the CLI's arguments, with the options that every command gets
 * @param run the preview itself, with arguments and variables of its own
 */
export async function againstNothing<T>(
    stack: string,
    args: readonly string[],
    run: (args: readonly string[], environment: NodeJS.ProcessEnv) => Promise<T>,
): Promise<T> {
    return withThrowaway(async (throwaway) => {
        addState(throwaway, stack, []);
        const { known, unknown } = addOthers(throwaway, stack, knownStacks());
        const later =
            unknown.length === 0
                ? ""
                : `; what it would be handed by ${unknown.join(" or ")}, without one either, is not known`;
        process.stderr.write(
            `Stack ${stack} has no state, so it is previewed against an empty one, of which nothing is kept${later}.\n`,
        );
        const environment = { ...throwaway.environment, ...passphrase(known) };
        return run(withOwnFile(args, throwaway.folder), environment);
    });
}

/** The CLI writes the salt of a passphrase into the file that it reads, where no state has one. */
function withOwnFile(args: readonly string[], folder: string): string[] {
    const named = parseArguments(args).options.get("config-file");
    if (named === undefined || !existsSync(resolve(repoRoot, named))) {
        return [...args];
    }
    const copy = join(folder, basename(named));
    copyFileSync(resolve(repoRoot, named), copy);
    return withOptions(args, "--config-file", copy);
}

/** Gives the preview a passphrase of its own where nothing needs a certain one; otherwise makes sure that the project's is there. */
function passphrase(known: readonly string[]): NodeJS.ProcessEnv {
    const { PULUMI_CONFIG_PASSPHRASE: given, PULUMI_CONFIG_PASSPHRASE_FILE: file } = process.env;
    if (known.length === 0 && given === undefined && file === undefined && !existsSync(passphraseFile)) {
        return { PULUMI_CONFIG_PASSPHRASE: randomBytes(32).toString("base64url") };
    }
    ensurePassphrase(process.env);
    return {};
}
