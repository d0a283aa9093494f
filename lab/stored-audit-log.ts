/** Reads a site's audit log back, off the disk of the other site's object store: neither of the two needs to run. */
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { type Link, chainProblems, linkOf, openPiece } from "../agents/audit-shipper/piece";
import { auditBucket } from "../infra/conventions/audit";
import { embassyHome } from "../command-line/paths";
import { stackConfig } from "../toolchain/cli/stack-config";
import { stackFolder } from "../toolchain/cli/stack-file";
import { LabError } from "./errors";
import { SitePaths } from "./paths";
import { bucketsOnDisk } from "./store-disk";

/** @param site whose log it is @returns the folder with its pieces @throws LabError where there is none */
export async function storedAuditLog(site: string, home = embassyHome): Promise<string> {
    const config = stackConfig(site, stackFolder(site, home));
    if ("restore" in config) {
        throw new LabError(`${site} was made to restore registries, and no other site's store has its audit log.`);
    }
    const store = new SitePaths(home, config.site.partner);
    const bucket = auditBucket(site);
    for (const folder of await bucketsOnDisk(store, bucket)) {
        if (path.basename(path.dirname(folder)) === OBJECTS && (await fs.stat(folder).catch(() => undefined))) {
            return folder;
        }
    }
    throw new LabError(
        `The object store of ${store.site} has no bucket ${bucket}: bring both sites up with real nodes, and apply both stacks (npm start).`,
    );
}

/** Folder of a store's disk with what is in its buckets now; what was there before is beside it. */
const OBJECTS = "objects";

/**
 * Hands on the records of each API server in their order, a line of JSON each.
 *
 * @param folder a bucket: one folder for each API server
 * @param since ISO 8601; records that ended earlier are left out
 * @returns what is wrong with the chain of pieces, a line each
 */
export async function readAuditLog(
    folder: string,
    since: string | undefined,
    record: (line: string) => void,
): Promise<string[]> {
    const problems: string[] = [];
    for (const apiServer of (await fs.readdir(folder)).sort()) {
        const names = (await fs.readdir(path.join(folder, apiServer))).filter((name) => name.endsWith(".gz")).sort();
        const links: Link[] = [];
        for (const name of names) {
            const body = await fs.readFile(path.join(folder, apiServer, name));
            const link = linkOf(`${apiServer}/${name}`, body);
            links.push(link);
            // A piece was cut after its last record.
            if (link.header !== undefined && (since === undefined || link.header.cut >= since)) {
                openPiece(body)
                    .lines.split("\n")
                    .filter((line) => line !== "" && isSince(line, since))
                    .forEach(record);
            }
        }
        problems.push(...chainProblems(links));
    }
    return problems;
}

function isSince(line: string, since: string | undefined): boolean {
    if (since === undefined) {
        return true;
    }
    try {
        return (JSON.parse(line) as { stageTimestamp?: string }).stageTimestamp?.localeCompare(since, "en") !== -1;
    } catch {
        // A line that was cut off by a crash is shown as it is.
        return true;
    }
}
