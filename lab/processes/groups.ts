/**
 * Sets the share of the host's processors that a site gets while other programs want them too. A control group weighs as much as one thread of
 * the host, however many processes are in it: beside a compiler with eighty of them, machines in groups of the default weight would get an
 * eighty-first of each processor, and databases would change leaders although nothing has failed. So a group weighs as much as many threads
 * of the host (`npm run bench -- busy`): what else runs there waits while a site comes up, and a site that waits would come up again and again.
 *
 * The control plane comes before the machines, as a machine's own programs come before its pods (lab/nodes/machine.sh). A real one shares
 * no processor with pods. Here the pods of all machines start at once after a power cut, and where an API server waits for them, every
 * leader of the site loses its lock, and begins to come up again.
 */
import { existsSync, readFileSync } from "node:fs";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { digest } from "../../toolchain/build/stamp";
import { hasCode } from "../../command-line/system-error";
import { readIfThere } from "../../command-line/files";
import type { SitePaths } from "../paths";
import { type Hierarchy, type KernelGroups, PASSED_ON, folderOf, foldersOf, hierarchyOf } from "./hierarchy";

/** Weight of a thread of the host by version: the kernel's sched_prio_to_weight for nice 0, and its CGROUP_WEIGHT_DFL. */
const THREAD = { 1: ["cpu.shares", 1024], 2: ["cpu.weight", 100] } as const;
/** The threads of the host as which a site's control plane weighs. A machine weighs as {@link MACHINE_THREADS}. */
const CONTROL_PLANE_THREADS = 100;
export const MACHINE_THREADS = 32;

/** The host's control groups; undefined where there are none. */
export function hierarchy(): Hierarchy | undefined {
    return hierarchyOf(readOrEmpty("/proc/self/mountinfo"));
}

/** What this host's kernel says about its control groups. */
export function kernelGroups(): KernelGroups {
    const mountinfo = readOrEmpty("/proc/self/mountinfo");
    const cgroups = readOrEmpty("/proc/cgroups");
    const found = hierarchyOf(mountinfo);
    if (found?.version !== 2) {
        return { mountinfo, cgroups };
    }
    const file = (name: string): string => path.join(found.mount.point, name);
    const top = {
        controllers: readOrEmpty(file("cgroup.controllers")),
        passedOn: readOrEmpty(file("cgroup.subtree_control")),
        processes: readOrEmpty(file("cgroup.procs")),
        nested: existsSync(file("cgroup.type")),
    };
    return { mountinfo, cgroups, top };
}

function readOrEmpty(file: string): string {
    try {
        return readFileSync(file, "utf8");
    } catch {
        return "";
    }
}

/** The control group of a machine or, without one, of the processes beside the machines. The digest tells clones on one host apart. */
export function groupOf(paths: SitePaths, node?: string): string {
    return ["embassy", digest([paths.directory]).slice(0, 8), ...(node === undefined ? [] : [node])].join("-");
}

/** Makes the group of the processes beside the machines; the machines' own can be made after it. */
export function ensureShare(paths: SitePaths): Promise<void> {
    return ensureGroup(groupOf(paths), CONTROL_PLANE_THREADS);
}

/** @param threads of the host as which the group weighs. A host without control groups has none. */
export async function ensureGroup(group: string, threads: number): Promise<void> {
    const found = hierarchy();
    const folder = folderOf(found, "cpu", group);
    if (found === undefined || folder === undefined) {
        return;
    }
    if (found.version === 2) {
        const all = PASSED_ON.map((controller) => `+${controller}`).join(" ");
        await fs.writeFile(path.join(found.mount.point, "cgroup.subtree_control"), all);
    }
    await fs.mkdir(folder, { recursive: true });
    const [file, thread] = THREAD[found.version];
    await fs.writeFile(path.join(folder, file), String(threads * thread));
}

/** Puts a process, with everything that it starts, into the site's share. In a site without one it shares as all processes do. */
export function joinShare(paths: SitePaths, pid: number): Promise<void> {
    return joinGroup(groupOf(paths), pid);
}

/** Puts a process, with everything that it starts, into a group. Where there is no such group, it stays where it is. */
export async function joinGroup(group: string, pid: number): Promise<void> {
    const folder = folderOf(hierarchy(), "cpu", group);
    if (folder === undefined) {
        return;
    }
    await fs.writeFile(path.join(folder, "cgroup.procs"), String(pid), { flag: "r+" }).catch((error: unknown) => {
        // ESRCH: the process has ended already, which its starter finds out.
        if (!hasCode(error, "ENOENT", "ESRCH")) {
            throw error;
        }
    });
}

/** Bytes of memory that the processes of a group and of those below it hold, without the kernel's caches for them. */
export async function memoryOfGroup(group: string): Promise<number | undefined> {
    const found = hierarchy();
    const folder = folderOf(found, "memory", group);
    const stat = folder === undefined ? undefined : await readIfThere(path.join(folder, "memory.stat"));
    const held = found?.version === 2 ? /^anon (\d+)$/m : /^total_rss (\d+)$/m;
    const bytes = held.exec(stat ?? "")?.[1];
    return bytes === undefined ? undefined : Number(bytes);
}

const EMPTY_MS = 10_000;

/** Control groups outlive their processes, and cannot be removed while the last of these are still ending. */
export async function removeGroups(group: string): Promise<void> {
    const deadline = Date.now() + EMPTY_MS;
    for (const top of foldersOf(hierarchy(), group)) {
        while (!(await removeTree(top)) && Date.now() < deadline) {
            await new Promise((resolve) => setTimeout(resolve, 50));
        }
    }
}

/** Removes the deepest groups first. @returns whether nothing is left */
async function removeTree(top: string): Promise<boolean> {
    const below = await fs.readdir(top, { recursive: true, withFileTypes: true }).catch(() => []);
    const folders = below
        .filter((entry) => entry.isDirectory())
        .map((entry) => path.join(entry.parentPath, entry.name));
    for (const folder of [top, ...folders].sort((a, b) => b.length - a.length)) {
        await fs.rmdir(folder).catch(() => undefined);
    }
    return !existsSync(top);
}
