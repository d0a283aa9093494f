/**
 * The lab: sites that run on this machine, brought up, looked at and broken on purpose.
 *
 * Every call starts from the machine's present state, not from where the last call ended: after a kill of the caller, of a part or of the whole
 * machine, the next `up` does what is missing.
 */
import * as fs from "node:fs/promises";
import { withLock } from "../command-line/lock.js";
import { embassyHome } from "../command-line/paths";
import { LabError } from "./errors";
import type { NodeKind } from "./inventory";
import { LabOptions, Site, foundedWith, openSite } from "./options";
import { inStopOrder, isPartName } from "./part";
import { labDirectory } from "./paths";
import { rememberedPorts } from "./ports";
import { refuseWithoutMachines } from "./nodes/host";
import { takeDownMachines } from "./nodes/up";
import {
    refuseForeignPorts,
    refuseFullDisk,
    refuseMissingBinaries,
    refuseMovedRanges,
    refuseOtherPostgres,
    refuseOtherNodes,
} from "./preflight";
import { groupOf, removeGroups } from "./processes/groups";
import { Reached, SiteStatus, isUp, reached, sitePartNames, siteStatus } from "./status";
import { together } from "../command-line/together";
import { Up, answers, bringUp, configure } from "./up";

export { LabError } from "./errors";
export { type LinkStatus, cut, heal, linkStatus } from "./links";
export type { LabOptions } from "./options";
export { type PartState, type PartStatus, type SiteStatus, isWell } from "./status";
export { readAuditLog, storedAuditLog } from "./stored-audit-log";
export type { Up } from "./up";

export interface UpOptions extends LabOptions {
    /** Choose other ports than the remembered ones. */
    readonly newPorts?: boolean;
}

/** Where the administrator's kubeconfig of `site` is, or will be. */
export function kubeconfigPath(site: string, options: LabOptions = {}): string {
    return openSite(site, options).paths.kubeconfig;
}

/** Finds everything that would keep any of `sites` from coming up, before anything is started. @throws LabError */
export async function preflight(sites: readonly string[], options: UpOptions = {}): Promise<void> {
    for (const site of sites.map((name) => openSite(name, options))) {
        await refuseMovedRanges(site);
        await refuseOtherPostgres(site);
        refuseOtherNodes(site, options.nodes);
        if (site.inventory().network) {
            refuseWithoutMachines();
        }
        await refuseMissingBinaries(site);
        await refuseFullDisk(labDirectory(site.paths.home));
        if (!options.newPorts) {
            await refuseForeignPorts(site);
        }
    }
}

/** Brings one site up, or repairs what differs from the declaration. @throws LabError */
export async function upSite(name: string, options: UpOptions = {}): Promise<Up> {
    const site = openSite(name, options);
    return locked(site, async () => {
        const isNew = Object.keys(await rememberedPorts(site.paths)).length === 0;
        try {
            return await bringUp(site, options.newPorts ?? false);
        } catch (error) {
            // A new site chooses ports that are free, and another program can take one before its own part does.
            if (!isNew || !(await isPortTaken(site))) {
                throw error;
            }
            site.report("another program has taken one of its new ports: choosing others");
            return bringUp(site, true);
        }
    });
}

function isPortTaken(site: Site): Promise<boolean> {
    return refuseForeignPorts(site).then(
        () => false,
        () => true,
    );
}

/** Brings `sites` up side by side, after a {@link preflight} of all. @throws LabError */
export async function up(sites: readonly string[], options: UpOptions = {}): Promise<Up[]> {
    await preflight(sites, options);
    return together(sites.map((name) => upSite(name, options)));
}

/** Stops one site. Its data stays unless `deleteData` is set. */
export async function downSite(name: string, options: LabOptions & { deleteData?: boolean } = {}): Promise<void> {
    const site = openSite(name, options);
    await locked(site, async () => {
        if (foundedWith(site.paths) === "real") {
            site.report("machines: stopping");
            await takeDownMachines(site, site.inventory());
        }
        await inStopOrder(async (part) => {
            site.report(`${part}: stopping`);
            await site.supervisor.stop(part);
        });
        await removeGroups(groupOf(site.paths));
        if (options.deleteData) {
            await fs.rm(site.paths.directory, { recursive: true, force: true });
        }
    });
}

/** Stops `sites` side by side. */
export async function down(
    sites: readonly string[],
    options: LabOptions & { deleteData?: boolean } = {},
): Promise<void> {
    await together(sites.map((name) => downSite(name, options)));
}

export async function status(sites: readonly string[], options: LabOptions = {}): Promise<SiteStatus[]> {
    return Promise.all(sites.map((name) => siteStatus(openSite(name, options))));
}

/** The API server and the nodes of each site, without everything else that a status is made of. */
export async function reach(sites: readonly string[], options: LabOptions = {}): Promise<Reached[]> {
    return Promise.all(sites.map((name) => reached(openSite(name, options))));
}

/** Whether one of `sites` was brought up, and has not been taken down since. */
export async function someUp(sites: readonly string[], options: LabOptions = {}): Promise<boolean> {
    return (await Promise.all(sites.map((name) => isUp(openSite(name, options))))).includes(true);
}

/** Kind of the nodes with which `site` was made; undefined where it was not. */
export function nodeKindOf(name: string, options: LabOptions = {}): NodeKind | undefined {
    return foundedWith(openSite(name, options).paths);
}

/** Names of the parts of `site`, as `status` lists them. */
export function partsOf(name: string, options: LabOptions = {}): string[] {
    return sitePartNames(openSite(name, options));
}

/** Sites that have been brought up at some time and not been deleted. */
export async function knownSites({ home = embassyHome }: LabOptions = {}): Promise<string[]> {
    const entries = await fs.readdir(labDirectory(home), { withFileTypes: true }).catch(() => []);
    return entries
        .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
        .map(({ name }) => name)
        .sort();
}

/** Kills a part like a crash, and keeps it down until `repair` or `up`. @throws LabError where it does not run. */
export async function fail(name: string, part: string, options: LabOptions = {}): Promise<void> {
    const site = openSite(name, options);
    await locked(site, async () => {
        if (!(await site.supervisor.live(part))) {
            throw new LabError(
                `${name}/${part} does not run, so it cannot be made to fail. See npm run lab -- status.`,
            );
        }
        await site.supervisor.fail(part);
    });
}

/** Starts one part again, and nothing else. @throws LabError where it does not become ready. */
export async function repair(name: string, part: string, options: LabOptions = {}): Promise<void> {
    const site = openSite(name, options);
    if (!isPartName(part)) {
        // Machines need their network and registry, so missing ones of these are started too.
        await locked(site, () => bringUp(site, false));
        return;
    }
    await locked(site, async () => {
        const parts = await configure(site, false);
        await site.supervisor.ensure(parts[part], answers(site, parts[part]), () => site.report(`${part}: starting`));
    });
}

async function locked<T>({ paths, report }: Site, action: () => Promise<T>): Promise<T> {
    return withLock(paths.lock, action, (holder) =>
        report(`waiting for process ${holder}, which is changing this site`),
    );
}
