/** Renders both trees and compares them. */
import { existsSync } from "node:fs";
import { declaredStacks, stackFile } from "../toolchain/cli/stack-file";
import { UserError } from "../command-line/command";
import { alikeStacks, sharedOut } from "./alike";
import { type Place, changedSince, withBase } from "./base";
import { NOTHING, compareStack } from "./compare-stack";
import type { Side } from "./side";
import { renderStacks } from "./render";
import type { Outcome } from "./render/stack";
import { type Problem, type Report, type StackReport, VERSION } from "./report";
import { titleOf } from "./show/title";
import { checkDeclared } from "./state/stacks";
import { NO_FILE, type StackFile, keyNamed, readStackFile } from "./stack-file";

/** What a reader might look for in vain. */
const LEFT_OUT = ["what is in a state or a cluster"];

/** @throws UserError where there is no such base or stack */
export async function preview(place: Place, ref: string, only: readonly string[]): Promise<Report> {
    return withBase(place, ref, async (base) => {
        const declared = [...new Set([...declaredStacks(place.repo), ...declaredStacks(base.root)])].sort();
        checkDeclared(only, declared);
        const stacks = declared.filter((stack) => only.length === 0 || only.includes(stack));
        const alike = alikeStacks(stacks, changedSince(place, base));
        const shares = sharedOut(stacks, alike);
        const [before, after] = await Promise.all(
            [
                { root: base.root, share: shares.base },
                { root: place.repo, share: shares.head },
            ].map(({ root, share }) =>
                renderStacks(
                    root,
                    share.filter((stack) => existsSync(stackFile(stack, root))),
                ),
            ),
        );
        const outcomeOf = (tree: typeof before, stack: string): Outcome | undefined =>
            tree?.get(stack) ?? (alike.includes(stack) ? (before?.get(stack) ?? after?.get(stack)) : undefined);
        const reports = stacks.map((stack) =>
            reportOf(
                stack,
                { outcome: outcomeOf(before, stack), file: fileOf(base.root, stack) },
                { outcome: outcomeOf(after, stack), file: fileOf(place.repo, stack) },
            ),
        );
        return {
            version: VERSION,
            title: titleOf(reports),
            against: { what: "commit", ref, commit: base.commit },
            stacks: reports,
            leftOut: LEFT_OUT,
        };
    });
}

export interface Tree {
    /** Undefined where the tree has no such stack. */
    readonly outcome: Outcome | undefined;
    readonly file: StackFile;
}

export function reportOf(stack: string, base: Tree, head: Tree): StackReport {
    const problems = [...problemsOf(stack, "base", base), ...problemsOf(stack, "head", head)];
    const [before, after] = [sideOf(base), sideOf(head)];
    if (problems.length > 0) {
        // Settings and facility are compared all the same, because the wrong setting is among them.
        const files = [base, head].map(({ file, outcome }) => ({ ...NOTHING, file, facts: outcome?.facts })) as [
            Side,
            Side,
        ];
        const compared = compareStack(stack, "not compared", ...files);
        return { ...compared, problems: problems.map((problem) => placed(problem, compared.settings)) };
    }
    const state = base.outcome === undefined ? "added" : head.outcome === undefined ? "removed" : "compared";
    return compareStack(stack, state, before, after);
}

function sideOf({ outcome, file }: Tree): Side {
    return outcome === undefined || "problem" in outcome ? NOTHING : { ...outcome, file };
}

const NOT_YAML = / is not valid YAML: .* at line (\d+), column/s;

/** The program's error messages line by line, with the stack file's line where a message names a key. */
export function problemsOf(stack: string, tree: Problem["tree"], { outcome, file }: Tree): Problem[] {
    if (outcome === undefined || !("problem" in outcome)) {
        return [];
    }
    const items = outcome.problem.split("\n").filter((line) => line.startsWith("  - "));
    const messages = items.length > 0 ? items.map((line) => line.slice("  - ".length)) : [outcome.problem];
    return messages.map((message) => {
        const key = keyNamed(message);
        const yaml = NOT_YAML.exec(message)?.[1];
        const place = key ? file.placeOf(key) : yaml !== undefined && { line: Number(yaml) };
        return { tree, message, file: `Pulumi.${stack}.yaml`, ...place };
    });
}

/** A message that a site's facility is overloaded names parts and no key, so it gets the changed line of the facility or of the file. */
function placed(problem: Problem, settings: StackReport["settings"]): Problem {
    const changed = settings.find(({ key }) => key.startsWith("data-embassy:cluster")) ?? settings[0];
    return problem.tree === "base" || problem.line !== undefined || changed === undefined
        ? problem
        : { ...problem, file: changed.file, line: changed.line };
}

export function fileOf(root: string, stack: string): StackFile {
    const file = stackFile(stack, root);
    try {
        return existsSync(file) ? readStackFile(stack, root) : NO_FILE;
    } catch (error) {
        // The tree's render reports the same as a problem.
        if (error instanceof UserError) {
            return NO_FILE;
        }
        throw error;
    }
}
