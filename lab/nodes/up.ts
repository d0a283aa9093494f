/** Brings up the parts that a site with real nodes has in addition to its control plane, and takes them down again. */
import { existsSync, rmSync } from "node:fs";
import { imageReference } from "../../infra/conventions/images";
import { LabError } from "../errors";
import { ensureFile } from "../../command-line/files";
import { type NetworkInventory, type SiteInventory, machines } from "../inventory";
import type { Site } from "../options";
import type { Supervised } from "../part";
import { REGISTRY } from "../pki/catalogue";
import type { Process } from "../processes/identity";
import type { Ready } from "../processes/supervisor";
import { linkName, linkPart, linkSocket } from "./link";
import { configureMachine, machinePart, machineWorks, partOf, plugIn, stopMachine } from "./machine";
import { GATEWAY, NETWORK, answersAt, gatewayAnswers, gatewayPart, networkPart } from "./network";
import { ensureImages, pushImages, registryConfiguration, registryPart, registryPort } from "./registry";
import { SERVICES, SERVICES_HEALTH, configureServices, servicesPart } from "./services";
import { together } from "../../command-line/together";
import { RESCUE } from "./rescue";
import { ensureUserland } from "./userland";

/** The supervised processes beyond the control plane, in the order in which they start. */
export function machineParts(inventory: SiteInventory): string[] {
    return inventory.network
        ? [
              NETWORK,
              GATEWAY,
              REGISTRY,
              ...Object.keys(inventory.network.peers).map(linkName),
              ...machines(inventory).map(({ name }) => partOf(name)),
              SERVICES,
          ]
        : [];
}

/** The network into which machines are plugged, and what they find there. */
export interface Ground {
    readonly network: NetworkInventory;
    readonly userland: string;
    /** Process that holds the site's network. */
    readonly holder: Process;
    /** Name → digest of the images in the site's registry. */
    readonly images: Readonly<Record<string, string>>;
}

/** Makes sure that a part runs. */
export type Ensure = (part: Supervised, ready: Ready) => Promise<void>;

/**
 * Starts everything that needs no API server: the network, the links, and the registry with its images. A site without machines has none.
 *
 * @param port of the API server
 */
export async function layGround(
    site: Site,
    { inventory, port, ensure }: { inventory: SiteInventory; port: number; ensure: Ensure },
): Promise<Ground | undefined> {
    const { network } = inventory;
    if (!network) {
        return undefined;
    }
    const { paths, supervisor, report, binDirectory } = site;
    const userland = await ensureUserland(paths.home, report);
    const images = await ensureImages(paths.home, report);
    const ensureSocket = async (part: Supervised, socket: string): Promise<void> => {
        if (!(await supervisor.live(part.name))) {
            // A socket that a killed process has left would look as if somebody answered on it.
            rmSync(socket, { force: true });
        }
        await ensure(part, () => Promise.resolve(existsSync(socket)));
    };
    await ensureSocket(networkPart(paths, network, machines(inventory), userland), paths.egressSocket);
    const holder = await holderOf(site);
    await ensureSocket(gatewayPart(paths, port), paths.apiSocket);
    await ensureFile(paths.registryConfig, registryConfiguration(paths, network));
    await ensure(registryPart(paths, binDirectory, holder), gatewayAnswers(paths, network, registryPort(network)));
    for (const peer of Object.keys(network.peers)) {
        await ensureSocket(linkPart(paths, network, peer, userland, holder), linkSocket(paths, peer));
    }
    await pushImages(paths, network, binDirectory, holder, images);
    return { network, userland, holder, images };
}

/** The machines, side by side. Call it when the API server answers. */
export async function bringUpMachines(
    site: Site,
    { network, userland, holder, images }: Ground,
    { inventory, ensure }: { inventory: SiteInventory; ensure: Ensure },
): Promise<void> {
    const { paths } = site;
    const around = { inventory, network, pause: imageReference(network.registry, "pause", images) };
    await together(
        machines(inventory).map(async (machine) => {
            await configureMachine(paths, machine, around);
            const part = machinePart(site, machine, userland, holder);
            await ensure(
                part,
                async () => (await plugIn(site, machine, userland, holder)) && (await machineWorks(site, machine.name)),
            );
        }),
    );
    // This comes after the machines, because it waits until the first one is a node.
    await configureServices(paths, inventory);
    await ensure(servicesPart(site, userland, holder), answersAt(paths, SERVICES_HEALTH));
}

/** The process that holds the site's network. */
async function holderOf({ paths, supervisor }: Site): Promise<Process> {
    const holder = await supervisor.live(NETWORK);
    if (!holder) {
        throw new LabError(
            `${paths.site}/${NETWORK} ended. See ${paths.log(NETWORK)}, then run npm run lab -- up ${paths.site} again.`,
        );
    }
    return holder;
}

/** Takes down everything that {@link layGround} and {@link bringUpMachines} have started. Data of machines and registry stays. */
export async function takeDownMachines(site: Site, inventory: SiteInventory): Promise<void> {
    await site.supervisor.stop(RESCUE, true);
    await site.supervisor.stop(SERVICES, true);
    await together(machines(inventory).map(({ name }) => stopMachine(site, name)));
    await together(
        Object.keys(inventory.network?.peers ?? {}).map((peer) => site.supervisor.stop(linkName(peer), true)),
    );
    await site.supervisor.stop(REGISTRY);
    await site.supervisor.stop(GATEWAY, true);
    await site.supervisor.stop(NETWORK, true);
}
