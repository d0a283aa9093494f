/** A stack file, Pulumi.<stack>.yaml, must exist before its stack is used, and using the stack does not write to it. */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { PROJECT } from "../../infra/conventions/names";
import { embassyHome, repoRoot } from "../../command-line/paths";
import { UserError } from "../../command-line/command";
import { parseArguments, withOptions } from "./arguments";

const ABOUT_RESOURCES = new Set(["preview", "pre", "up", "update", "refresh", "destroy", "watch", "import"]);
const MAKES_STACK = new Set(["init", "new", "create"]);

/** Copies of stack files, into which the CLI may write. */
export const copiesFolder = join(embassyHome, "stacks");

/** The stack files of a home's restore environments, which no project declares. */
export function stampedFolder(home = embassyHome): string {
    return join(home, "restore");
}

/** The folder of a stack's file: that of the restore environments where the file was made for one, otherwise the project. */
export function stackFolder(stack: string, home = embassyHome): string {
    const stamped = stampedFolder(home);
    return existsSync(stackFile(stack, stamped)) ? stamped : repoRoot;
}

export function stackFile(stack: string, folder = stackFolder(stack)): string {
    return join(folder, `Pulumi.${stack}.yaml`);
}

/** Every stack that has a file: in the project, or as a restore environment. */
export function knownStacks(): string[] {
    return [...new Set([...declaredStacks(), ...declaredStacks(stampedFolder())])];
}

/** Every stack that has a file in a folder, the project's by default. */
export function declaredStacks(root = repoRoot): string[] {
    return (existsSync(root) ? readdirSync(root) : [])
        .map((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1])
        .filter((stack) => stack !== undefined)
        .sort();
}

/** The command of a command line; "" where there is none. */
export function commandOf(args: readonly string[]): string {
    return parseArguments(args).words[0] ?? "";
}

/** True for the commands that deal with a stack's resources: they need its configuration, and providers. */
export function isAboutResources(args: readonly string[]): boolean {
    return ABOUT_RESOURCES.has(commandOf(args));
}

/** The stack that a command line names with -s or --stack, without organization and project. */
export function namedStack(args: readonly string[]): string | undefined {
    return parseArguments(args).options.get("stack")?.split("/").at(-1);
}

/** The stack that `stack init` and similar commands make. */
export function stackToMake(args: readonly string[]): string | undefined {
    const { words, options } = parseArguments(args);
    const [command = "", subcommand = "", named] = words;
    const makes =
        command === "stack" && (MAKES_STACK.has(subcommand) || (subcommand === "select" && options.has("create")));
    return makes ? (named ?? options.get("stack"))?.split("/").at(-1) : undefined;
}

/** True where the user names a file of their own, or another project. */
function namesConfig(args: readonly string[]): boolean {
    return parseArguments(args).options.has("config-file") || isElsewhere(args);
}

/** True where the user names a folder with another project. */
export function isElsewhere(args: readonly string[]): boolean {
    const folder = parseArguments(args).options.get("cwd");
    return folder !== undefined && resolve(repoRoot, folder) !== repoRoot;
}

/** @throws UserError where a command needs the configuration of a stack that has none */
export function checkStackFile(args: readonly string[], root?: string): void {
    const stack = namedStack(args);
    if (stack === undefined || !isAboutResources(args) || namesConfig(args) || existsSync(stackFile(stack, root))) {
        return;
    }
    throw new UserError(
        `Stack "${stack}" has no file Pulumi.${stack}.yaml; stacks with one are ${declaredStacks(root).join(", ")}.\n` +
            `Name one of those, or copy Pulumi.restore.yaml to Pulumi.${stack}.yaml and give it a site and a network of its own.`,
    );
}

/**
 * The command line as the CLI gets it: it names copies of the stack files, so that those in git stay as they were committed.
 *
 * The CLI writes the salt of a passphrase into the file that it reads. The salt belongs to one home's passphrase, is in
 * the state as well, and is found there; in a file that all clones and homes share it would be wrong for all but one.
 *
 * @param copies a folder of this home
 */
export function withStackCopies(args: readonly string[], copies = copiesFolder, root?: string): string[] {
    const [command = "", subcommand = ""] = parseArguments(args).words;
    mkdirSync(copies, { recursive: true });
    if (command === "stack" && MAKES_STACK.has(subcommand)) {
        writeFileSync(join(copies, "Pulumi.yaml"), `name: ${PROJECT}\nruntime: nodejs\n`);
        return ["-C", copies, ...args];
    }
    const stack = namedStack(args);
    if (stack === undefined || !isAboutResources(args) || namesConfig(args)) {
        return [...args];
    }
    const copy = stackFile(stack, copies);
    writeFileSync(copy, withoutSalt(readFileSync(stackFile(stack, root), "utf8")));
    return withOptions(args, "--config-file", copy);
}

/**
 * Removes what other commands (`stack output`, `stack history`) have put into the stack files themselves, because they have no option for a
 * copy.
 */
export function removeSalts(root = repoRoot): void {
    for (const stack of declaredStacks(root)) {
        const file = stackFile(stack, root);
        const text = readFileSync(file, "utf8");
        const without = withoutSalt(text);
        if (without !== text) {
            writeFileSync(file, without);
        }
    }
}

/** A file with secrets of its own (`secure:`) needs its salt, and keeps it. */
function withoutSalt(text: string): string {
    return /^\s+secure: /m.test(text) ? text : text.replace(/^encryptionsalt: .*\n?/m, "");
}
