/** Writes down the keys of a site's encrypted disks, for who opens them at a cold start. */
import { inventory } from "../infra/cluster/facility/inventory";
import { diskKey } from "../infra/keys/disk-key";
import type { EmbassyConfig } from "../infra/site/config";
import { writeInTheClear } from "./files";

/**
 * @param file a new one: a line for each machine, with its name and its key
 * @param root the root's key, PEM
 * @returns names of the machines
 * @throws UserError where the file exists
 */
export async function writeDiskKeys(file: string, config: EmbassyConfig, root: string): Promise<string[]> {
    const hosts = inventory(config).map(({ name }) => name);
    await writeInTheClear(file, hosts.map((host) => `${host} ${diskKey(config.site.name, host, root)}\n`).join(""));
    return hosts;
}
