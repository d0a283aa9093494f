/** Tells which parts of an environment are on this machine and who works on it, and removes it. */
import { existsSync, rmSync } from "node:fs";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { giveUpState } from "../toolchain/cli/removed-stacks";
import { endHolders } from "../toolchain/cli/locks";
import { copiesFolder, stackFile } from "../toolchain/cli/stack-file";
import { stateFile } from "../toolchain/cli/states";
import { withLock } from "../command-line/lock.js";
import { LabError } from "../lab/errors";
import { ensureFile } from "../command-line/files";
import * as lab from "../lab/lab";
import { foundedWith } from "../lab/options";
import { SitePaths, labDirectory } from "../lab/paths";
import type { Environment } from "./environment";
import type { Presence } from "./life";

/**
 * Runs `work` while nobody else makes or removes this environment. The lock of a process that has ended is taken over.
 * @throws LabError at once where somebody does, because that run may make something else than this one was asked for
 */
export function alone<T>({ site, removal }: Environment, home: string, work: () => Promise<T>): Promise<T> {
    // No site's name has a dot.
    return withLock(path.join(labDirectory(home), ".locks", `${site}.restore`), work, (pid) => {
        throw new LabError(
            `${site} is being made or removed by process ${pid}. Wait until that has ended and run the command again; or make ` +
                `another beside it (--name NAME); or end that process (kill ${pid}) and remove what it has left: ${removal}`,
        );
    });
}

/** The file exists from the beginning until something answers, and during a removal. */
function unfinishedMark({ site, stackFile: stamped }: Environment): string {
    return path.join(path.dirname(stamped), `${site}.unfinished`);
}

export async function markUnfinished(environment: Environment): Promise<void> {
    await ensureFile(unfinishedMark(environment), "");
}

/** This is written at once, because the process may be killed at any time. */
export function markKept(environment: Environment): void {
    rmSync(unfinishedMark(environment), { force: true });
}

export function presenceOf(environment: Environment, home: string): Presence {
    const { site, stackFile: stamped, crossStackSecrets } = environment;
    const paths = new SitePaths(home, site);
    if (existsSync(unfinishedMark(environment))) {
        return "unfinished";
    }
    if (foundedWith(paths) !== undefined) {
        return "whole";
    }
    // Without a cluster nothing answers, whatever else has been left.
    return [stamped, crossStackSecrets, stateFile(site, home), paths.directory].some(existsSync)
        ? "unfinished"
        : "nothing";
}

/** Removes an environment, or what is left of one. Only its report stays. A removal that was killed is continued. */
export async function discard(environment: Environment, home: string): Promise<void> {
    const { site } = environment;
    if (presenceOf(environment, home) !== "nothing") {
        await markUnfinished(environment);
    }
    await fs.rm(environment.crossStackSecrets, { force: true });
    // Processes that a killed run has left behind still work on it.
    await endHolders(site, path.join(home, "state", ".pulumi", "locks"));
    if ((await lab.knownSites({ home })).includes(site)) {
        await lab.down([site], { home, deleteData: true });
    }
    // Its cluster is gone, and everything in its state with it; this also holds for a lost or damaged state.
    giveUpState(site, home);
    await fs.rm(stackFile(site, copiesFolder), { force: true });
    // This comes last, because without the file the lab does not know which machines the site has.
    await fs.rm(environment.stackFile, { force: true });
    markKept(environment);
}
