/** One machine of a site: its processes, its configuration, its connection to the site's network, and its end. */
import { execFile } from "node:child_process";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { promisify } from "node:util";
import { AUDIT_FOLDER } from "../../infra/conventions/audit";
import { digest } from "../../toolchain/build/stamp";
import { repoRoot } from "../../command-line/paths";
import { ensureFile, makeDirectory, readIfThere } from "../../command-line/files";
import { type Machine, type NetworkInventory, type SiteInventory, machines } from "../inventory";
import { DISKS } from "../objects";
import type { Site } from "../options";
import type { Supervised } from "../part";
import type { SitePaths } from "../paths";
import { CILIUM, kubeletCertificate } from "../pki/catalogue";
import { type Process, childOf } from "../processes/identity";
import { groupOf, hierarchy, memoryOfGroup, removeGroups } from "../processes/groups";
import { accessFromWithin } from "./access";
import { agentWorks } from "./agent";
import { machineFiles } from "./files";
import { SYSTEM_PATH } from "./network";
import { stampOf } from "./userland";

const run = promisify(execFile);
const BOOT = path.join(repoRoot, "lab", "nodes", "machine.sh");

const PART = "node-";

export function partOf(node: string): string {
    return `${PART}${node}`;
}

/** The node that is this part; undefined where the part is no machine. */
export function machineOf(part: string): string | undefined {
    return part.startsWith(PART) ? part.slice(PART.length) : undefined;
}

/** @param network process that holds the network into which it is plugged; with another network it counts as another machine */
export function machinePart(
    { paths, binDirectory }: Site,
    { name, controlPlane }: Machine,
    userland: string,
    network: Process,
): Supervised {
    const part = partOf(name);
    const folder = paths.machine(name);
    const groups = hierarchy();
    return {
        name: part,
        program: BOOT,
        args: ["outside", paths.record(part), folder, name, groupOf(paths, name), userland, binDirectory],
        env: {
            PATH: SYSTEM_PATH,
            NETWORK: network.identity,
            ...(controlPlane && { AUDIT: `${paths.audit}:${AUDIT_FOLDER}` }),
            ...(groups?.version === 2 && { UNIFIED: groups.mount.point }),
        },
        reads: [BOOT, path.join(folder, "files.json"), stampOf(userland)],
        deaf: true,
        grouped: true,
    };
}

/** Runs the `ip` of the userland that is named next, which looks up processes in /proc, and refuses to hand anything to one that it does not find. */
const IP = ["unshare", "--mount", "sh", "-c", 'mount --bind /proc "$0/proc" && exec chroot "$0" /sbin/ip "$@"'];

/** What a machine finds in its site, and where. */
export interface Surroundings {
    readonly inventory: SiteInventory;
    readonly network: NetworkInventory;
    /** Reference of the image that holds a pod's namespaces. */
    readonly pause: string;
}

/** Writes the files that the machine reads at its boot. */
export async function configureMachine(paths: SitePaths, machine: Machine, around: Surroundings): Promise<void> {
    const { inventory, network, pause } = around;
    const read = async (file: string): Promise<string> => (await readIfThere(file)) ?? "";
    const kubeletPem = kubeletCertificate(machine.name);
    const others = machines(inventory).filter(({ name }) => name !== machine.name);
    const files = machineFiles(inventory, network, machine, others, pause, {
        authority: await read(paths.certificate("ca")),
        kubeletClients: await read(paths.certificate("kubelet-clients")),
        kubelet: await accessFromWithin(paths, network, kubeletPem, "kubelet"),
        cilium: await accessFromWithin(paths, network, CILIUM),
        serving: await read(paths.pem(kubeletPem)),
    });
    const folder = paths.machine(machine.name);
    // The disks that lab/objects.ts declares; they are /var/lib/… in the machine.
    const disks = machine.disks.flatMap(({ class: kind, count }) =>
        Array.from({ length: count }, (_, index) => path.join("var", DISKS, kind, String(index))),
    );
    await Promise.all(["etc", "var", "log", ...disks].map((name) => makeDirectory(path.join(folder, name))));
    for (const [file, content] of Object.entries(files)) {
        await ensureFile(path.join(folder, "etc", file), content);
        if (file.endsWith("/run")) {
            await fs.chmod(path.join(folder, "etc", file), 0o700);
        }
    }
    // This one file changes with any of the others, so that the machine is started again for each change.
    await ensureFile(path.join(folder, "files.json"), digest([JSON.stringify(files)]));
}

/**
 * Connects the machine to the site's bridge, once it has a network of its own.
 *
 * @returns whether it is connected
 */
export async function plugIn(site: Site, machine: Machine, userland: string, network: Process): Promise<boolean> {
    const init = await initOf(site, machine.name);
    if (init === undefined) {
        return false;
    }
    const own = await fs.readlink(`/proc/${init}/ns/net`).catch(() => "");
    if (own === "" || own === (await fs.readlink("/proc/self/ns/net"))) {
        return false;
    }
    if (((await readIfThere(`/proc/${init}/net/dev`)) ?? "").includes("eth0:")) {
        return true;
    }
    const ip = (...args: string[]): Promise<boolean> =>
        run("nsenter", ["--target", String(network.pid), "--net", ...IP, userland, ...args]).then(
            () => true,
            () => false,
        );
    // An interface's name has 15 characters at most.
    const plug = `n-${digest([site.paths.machine(machine.name)]).slice(0, 8)}`;
    // The former machine leaves its plug in the bridge until the kernel has removed its network.
    await ip("link", "delete", plug);
    const pair = [plug, "master", "nodes", "up", "type", "veth", "peer", "name", "eth0", "netns", String(init)];
    return ip("link", "add", ...pair);
}

/** The machine's first process, from which its namespaces and its files are reached; undefined while it does not run. */
export async function initOf({ supervisor }: Site, name: string): Promise<number | undefined> {
    const machine = await supervisor.live(partOf(name));
    return machine && childOf(machine.pid);
}

/** Whether the machine takes pods, and enforces policies on them. */
export async function machineWorks(site: Site, name: string): Promise<boolean> {
    const init = await initOf(site, name);
    return init !== undefined && (await agentWorks(init));
}

/** Ends the machine like a power cut. What it keeps stays. */
export async function stopMachine({ paths, supervisor }: Site, name: string): Promise<void> {
    await supervisor.stop(partOf(name), true);
    await removeGroups(groupOf(paths, name));
}

/** Bytes of memory that the processes of a machine hold, its pods' included, without the kernel's caches for them. */
export function machineMemory(paths: SitePaths, name: string): Promise<number | undefined> {
    return memoryOfGroup(groupOf(paths, name));
}
