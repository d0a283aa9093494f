/**
 * Sets the share of the host's processors that a site gets while other programs want them too. A control group weighs as much as one thread of
 * the host, however many processes are in it: beside a compiler with eighty of them, machines in groups of the default weight would get an
 * eighty-first of each processor, and databases would change leaders although nothing has failed. So a machine's group gets the weight of its
 * declared hardware: a core weighs as much as a thread of the host, https://docs.kernel.org/scheduler/sched-design-CFS.html
 *
 * The control plane comes before all of that, as a machine's own programs come before its pods (lab/nodes/machine.sh). In a real site it shares
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

/**
 * The largest weight that a group can have, by version: the kernel's MAX_SHARES (sched/sched.h), and
 * https://docs.kernel.org/admin-guide/cgroup-v2.html#cpu-interface-files
 */
const FIRST = { 1: ["cpu.shares", "262144"], 2: ["cpu.weight", "10000"] } as const;

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
export async function ensureShare(paths: SitePaths): Promise<void> {
    const found = hierarchy();
    const group = folderOf(found, "cpu", groupOf(paths));
    if (found === undefined || group === undefined) {
        return;
    }
    if (found.version === 2) {
        const all = PASSED_ON.map((controller) => `+${controller}`).join(" ");
        await fs.writeFile(path.join(found.mount.point, "cgroup.subtree_control"), all);
    }
    await fs.mkdir(group, { recursive: true });
    const [file, weight] = FIRST[found.version];
    await fs.writeFile(path.join(group, file), weight);
}

/** Puts a process, with everything that it starts, into the site's share. In a site without one it shares as all processes do. */
export async function joinShare(paths: SitePaths, pid: number): Promise<void> {
    const group = folderOf(hierarchy(), "cpu", groupOf(paths));
    if (group === undefined) {
        return;
    }
    await fs.writeFile(path.join(group, "cgroup.procs"), String(pid), { flag: "r+" }).catch((error: unknown) => {
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
