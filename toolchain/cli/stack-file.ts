/** Pulumi.<stack>.yaml: there before a stack is used, and as it was committed afterwards. */
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repoRoot } from "../paths";
import { UserError } from "../command";

const NEEDS_CONFIG = new Set(["preview", "pre", "up", "update", "refresh", "destroy", "watch", "import"]);

export function stackFile(stack: string, root = repoRoot): string {
    return join(root, `Pulumi.${stack}.yaml`);
}

/** Every stack that has a file. */
export function declaredStacks(root = repoRoot): string[] {
    return readdirSync(root)
        .map((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1])
        .filter((stack) => stack !== undefined)
        .sort();
}

/** The stack that a command line names with -s or --stack, without organization and project. */
export function namedStack(args: readonly string[]): string | undefined {
    const joined = args.map((argument) => /^(?:--stack|-s)=(.+)$/.exec(argument)?.[1]).find(Boolean);
    const index = args.findIndex((argument) => argument === "-s" || argument === "--stack");
    return (joined ?? (index >= 0 ? args[index + 1] : undefined))?.split("/").at(-1);
}

/** @throws UserError where a command needs the configuration of a stack that has none */
export function checkStackFile(args: readonly string[], root = repoRoot): void {
    const command = args.find((argument) => !argument.startsWith("-")) ?? "";
    const stack = namedStack(args);
    if (stack === undefined || !NEEDS_CONFIG.has(command) || existsSync(stackFile(stack, root))) {
        return;
    }
    throw new UserError(
        `Stack "${stack}" has no file Pulumi.${stack}.yaml; stacks with one are ${declaredStacks(root).join(", ")}.\n` +
            `Name one of those, or copy Pulumi.restore.yaml to Pulumi.${stack}.yaml and give it a site and a network of its own.`,
    );
}

/**
 * Takes the salt out of stack files again that the CLI has written it into.
 *
 * The salt belongs to one lab's passphrase and is in the stack's state as well, where the CLI finds it. In the file it
 * would make each clone's tree differ from the commit. A file with secrets of its own (`secure:`) keeps it.
 */
export function removeSalts(root = repoRoot): void {
    for (const stack of declaredStacks(root)) {
        const file = stackFile(stack, root);
        const text = readFileSync(file, "utf8");
        if (/^encryptionsalt: /m.test(text) && !/^\s+secure: /m.test(text)) {
            writeFileSync(file, text.replace(/^encryptionsalt: .*\n?/m, ""));
        }
    }
}
