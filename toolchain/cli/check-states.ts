/** Checks the stacks' states before a run: what a killed run has left of them, and whether any was lost. */
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

/** Clears up after a killed run: removes its locks, and puts the steps that it had noted into the states. */
export function takeOver(): void {
    for (const stack of removeStaleLocks()) {
        process.stderr.write(`The run that had locked ${stack} is gone; its lock was removed.\n`);
    }
    recoverJournals();
    settleKilledRuns();
}

/**
 * Runs before anything is begun, even before a passphrase is made, and after the steps that a killed run noted are in the state. It only
 * looks at the project's own back end: another one keeps its states as it likes.
 * `stack init` is refused where it would overwrite a backup; otherwise it makes room for `stack import`.
 *
 * @param newKeys the user has decided that keys which the state lacks are made again
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
        // A preview makes no keys, so it continues where the site does not answer, as long as there is no sign of a former state.
        const glance = (): Glance => ({ ...glanceAtSite(named, cli), ...(isPreview(args) && { silent: undefined }) });
        refuseLostState({ stack: named, glance });
        if (!newKeys && commandOf(args) !== "destroy") {
            refuseMissingKeys(named);
        }
    }
}

/** State files that are not JSON, because a disk failed or somebody edited them. The CLI itself only says that it cannot parse them. */
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

/** @throws UserError where an update would make again what was lost; it runs before the first of several stacks is changed */
export function refuseLostStates(stacks: readonly string[], toolchain: Toolchain): void {
    takeOver();
    const cli = pulumiEnvironment(process.env, toolchain, knownStacks());
    stacks.forEach((stack) => refuseLost(["up", "--stack", stack], cli));
}
