/** The stacks' states before a run: what a killed one has left of them, and whether any was lost. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { embassyHome } from "../../command-line/paths";
import { isPreview } from "./empty-state";
import { type Toolchain, pulumiEnvironment } from "./environment";
import { recoverJournals } from "./journal";
import { removeStaleLocks } from "./locks";
import { settleKilledRuns } from "./known-keys";
import { refuseLostState } from "./lost-state";
import { refuseMissingKeys } from "./missing-keys";
import { type Glance, glanceAtSite } from "./site-glance";
import {
    commandOf,
    isAboutResources,
    isElsewhere,
    knownStacks,
    namedStack,
    stackFile,
    stackToMake,
} from "./stack-file";
import { folderUrl, statesFolder } from "./states";

/** What a killed run has left: its locks, and the steps that it had noted. */
export function takeOver(): void {
    for (const stack of removeStaleLocks()) {
        process.stderr.write(`The run that had locked ${stack} is gone; its lock was removed.\n`);
    }
    recoverJournals();
    settleKilledRuns();
}

/**
 * Before anything is begun, the making of a passphrase included, and after what a killed run noted is in the state. Only in the project's own back end: another one keeps its states as it will.
 * `stack init` is refused where it would write over a backup; else it makes room for `stack import`.
 *
 * @param newKeys the user has decided that keys which the state lacks are made anew
 */
export function refuseLost(args: readonly string[], cli: NodeJS.ProcessEnv, newKeys = false): void {
    const { PULUMI_BACKEND_URL: backEnd } = cli;
    const made = stackToMake(args);
    const named = isAboutResources(args) ? namedStack(args) : undefined;
    if (backEnd !== folderUrl(embassyHome) || isElsewhere(args)) {
        return;
    }
    if (made !== undefined) {
        refuseLostState({ stack: made });
    }
    if (named !== undefined && existsSync(stackFile(named))) {
        // A preview makes no keys: a site that does not answer keeps nobody from one, as long as nothing tells of a state.
        const glance = (): Glance => ({ ...glanceAtSite(named, cli), ...(isPreview(args) && { silent: undefined }) });
        refuseLostState({ stack: named, glance });
        if (!newKeys && commandOf(args) !== "destroy") {
            refuseMissingKeys(named);
        }
    }
}

/** State files that are no JSON: a disk that failed, or an editor. The CLI itself only says that it cannot parse. */
export function corruptStates(stacks = statesFolder): string[] {
    if (!existsSync(stacks)) {
        return [];
    }
    return readdirSync(stacks)
        .filter((file) => file.endsWith(".json"))
        .map((file) => join(stacks, file))
        .filter((file) => {
            try {
                JSON.parse(readFileSync(file, "utf8"));
                return false;
            } catch {
                return true;
            }
        });
}

/** @throws UserError where an update would make anew what was lost; before the first of several stacks is changed */
export function refuseLostStates(stacks: readonly string[], toolchain: Toolchain): void {
    takeOver();
    const cli = pulumiEnvironment(process.env, toolchain, knownStacks());
    stacks.forEach((stack) => refuseLost(["up", "--stack", stack], cli));
}
