/** Brings a site from any state to what its inventory declares. */
import { prepareAuditLog } from "./audit-log";
import { certManagerDefinitions } from "./certificate-api";
import { apiServerUrl, controlPlane } from "./control-plane";
import { Access, converge, listOwned } from "./converge";
import { LabError } from "./errors";
import { ensureFile, makeDirectory, readIfThere } from "../command-line/files";
import { SiteInventory } from "./inventory";
import { kubeconfig } from "../credentials/kubeconfig";
import { clusterApiDefinitions } from "./machine-api/cluster-api";
import { metal3Definitions } from "./machine-api/metal3";
import { ciliumDefinitions } from "./nodes/cilium";
import { makeRoomForWatchers } from "./nodes/inotify";
import { type Ensure, bringUpMachines, layGround } from "./nodes/up";
import { siteManifests } from "./objects";
import { Site } from "./options";
import { Part, PartName, inStartOrder, partsWith, readiness } from "./part";
import { SitePaths } from "./paths";
import { isReady } from "./probe";
import { ensureShare } from "./processes/groups";
import type { Ready } from "./processes/supervisor";
import { ensureEncryptionKey, ensurePki } from "./pki/ensure";
import { Ports, ensurePorts } from "./ports";
import { foundation, refuseForeignPorts, refuseLostKey, refuseMovedRanges, refuseOtherPostgres } from "./preflight";
import { isNodeReady } from "./status";
import { together } from "../command-line/together";

const NODES_READY_MS = 60_000;
const POLL_MS = 100;

export interface Up {
    readonly site: string;
    readonly kubeconfig: string;
    /** Parts that were started or restarted; empty where the site was up already. */
    readonly started: readonly string[];
    /** Objects of the lab (nodes, disks, permissions) that were written or removed. */
    readonly changedObjects: number;
    readonly seconds: number;
}

/** Callers must hold the site's lock. */
export async function bringUp(site: Site, newPorts: boolean): Promise<Up> {
    const began = Date.now();
    const { paths, supervisor, report } = site;
    const inventory = site.inventory();
    if (inventory.network) {
        await makeRoomForWatchers(report);
        await ensureShare(paths);
    }
    const parts = await configure(site, newPorts);
    const access = apiAccess(site, parts);
    const { port } = parts["kube-apiserver"];
    const started: string[] = [];
    const ensure: Ensure = async (part, ready) => {
        if ((await supervisor.ensure(part, ready, () => report(`${part.name}: starting`))) !== "unchanged") {
            started.push(part.name);
            report(`${part.name}: ready`);
        }
    };
    let changedObjects = 0;
    const nodes = inventory.network ? "real" : "simulated";
    const controlPlaneUp = inStartOrder(partsWith(nodes), async (step) => {
        if (step === "objects") {
            const definitions = [
                ...(inventory.network ? ciliumDefinitions(site.binDirectory) : []),
                ...clusterApiDefinitions(site.binDirectory),
                ...certManagerDefinitions(site.binDirectory),
                ...metal3Definitions(),
            ];
            changedObjects = await converge(access, [...siteManifests(inventory), ...definitions]);
        } else {
            await ensure(parts[step], answers(site, parts[step]));
        }
    });
    const [ground] = await together([layGround(site, { inventory, port, ensure }), controlPlaneUp] as const);
    if (ground) {
        await bringUpMachines(site, ground, { inventory, ensure });
    }
    await nodesReady(access, inventory.nodes.length);
    return {
        site: paths.site,
        kubeconfig: paths.kubeconfig,
        started,
        changedObjects,
        seconds: (Date.now() - began) / 1000,
    };
}

/** Whether a part of the control plane answers. */
export function answers({ paths }: Site, { name, port }: Part): Ready {
    return () => isReady(paths, readiness(name, port));
}

/** Writes everything that the parts read, and returns how to run them. It starts nothing. */
export async function configure(site: Site, newPorts: boolean): Promise<Record<PartName, Part>> {
    const { paths } = site;
    const inventory = site.inventory();
    await makeDirectory(paths.directory);
    await refuseLostKey(site);
    await refuseMovedRanges(site);
    await refuseOtherPostgres(site);
    if (!newPorts) {
        await refuseForeignPorts(site);
    }
    await ensureFile(paths.foundation, JSON.stringify(foundation(inventory)));
    const ports = await ensurePorts(paths, newPorts);
    await ensurePki(paths, inventory);
    await ensureEncryptionKey(paths);
    await writeKubeconfigs(paths, ports);
    if (inventory.network) {
        await prepareAuditLog(paths);
    }
    const { parts, files } = controlPlane(paths, inventory, ports);
    for (const [file, content] of Object.entries(files)) {
        await ensureFile(file, content);
    }
    return parts;
}

async function writeKubeconfigs(paths: SitePaths, ports: Ports): Promise<void> {
    const users = ["admin", "operator", "kube-controller-manager", "kube-scheduler", "kwok"] as const;
    const own: Partial<Record<(typeof users)[number], string>> = {
        admin: paths.kubeconfig,
        operator: paths.operatorKubeconfig,
    };
    const authority = await read(paths.certificate("ca"));
    for (const user of users) {
        const credentials = await read(paths.pem(user));
        const content = kubeconfig({ site: paths.site, user, server: apiServerUrl(ports), authority, credentials });
        await ensureFile(own[user] ?? paths.kubeconfigOf(user), content);
    }
}

async function read(file: string): Promise<string> {
    return (await readIfThere(file)) ?? "";
}

function apiAccess({ paths, binDirectory }: Site, parts: Record<PartName, Part>): Access {
    return { paths, binDirectory, port: parts["kube-apiserver"].port };
}

async function nodesReady(access: Access, expected: SiteInventory["nodes"]["length"]): Promise<void> {
    const deadline = Date.now() + NODES_READY_MS;
    for (;;) {
        const ready = (await listOwned(access, "Node")).filter(isNodeReady).length;
        if (ready >= expected) {
            return;
        }
        if (Date.now() > deadline) {
            const { paths } = access;
            throw new LabError(
                `${ready} of ${expected} nodes of ${paths.site} are ready after ${NODES_READY_MS / 1000} s. See ${paths.logs} and ${paths.log("kube-controller-manager")}.`,
            );
        }
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
}
