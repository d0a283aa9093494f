/**
 * What of the host's processors a site gets while others want them too. A control group weighs as much as one thread of the
 * host, however many processes are in it: beside a compiler with eighty of them, machines in groups of the default weight get
 * an eighty-first of each processor, and databases change leaders although nothing has failed. So a group weighs what is declared
 * of its hardware: a core as much as a thread of the host, https://docs.kernel.org/scheduler/sched-design-CFS.html
 */
import { existsSync } from "node:fs";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { digest } from "../../toolchain/build/stamp";
import type { SitePaths } from "../paths";

/** Control groups of version 1: a folder for each controller. */
export const CGROUPS = "/sys/fs/cgroup";
/** Weight of a thread of the host: sched_prio_to_weight of the kernel, for nice 0. */
const THREAD = 1024;

/** The control group of a machine, or, without one, of what runs beside the machines. Two clones on one host have sites of the same name. */
export function groupOf(paths: SitePaths, node?: string): string {
    return ["embassy", digest([paths.directory]).slice(0, 8), ...(node === undefined ? [] : [node])].join("-");
}

/** Makes the group of what runs beside the machines. @param cores that are declared for it */
export async function ensureShare(paths: SitePaths, cores: number): Promise<void> {
    const group = path.join(CGROUPS, "cpu", groupOf(paths));
    await fs.mkdir(group, { recursive: true });
    await fs.writeFile(path.join(group, "cpu.shares"), String(Math.round(cores * THREAD)));
}

/** Has a process, with all that it starts, run on the site's share. A site without one shares as everybody does. */
export async function joinShare(paths: SitePaths, pid: number): Promise<void> {
    await fs
        .writeFile(path.join(CGROUPS, "cpu", groupOf(paths), "cgroup.procs"), String(pid), { flag: "r+" })
        .catch((error: unknown) => {
            // ESRCH: it has ended already, which whoever started it finds out.
            if (!["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) {
                throw error;
            }
        });
}

const EMPTY_MS = 10_000;

/** Control groups outlive their processes, and cannot be removed while the last of these are still on their way out. */
export async function removeGroups(group: string): Promise<void> {
    const deadline = Date.now() + EMPTY_MS;
    const controllers = await fs.readdir(CGROUPS).catch(() => []);
    for (const top of controllers.map((controller) => path.join(CGROUPS, controller, group))) {
        while (!(await removeTree(top)) && Date.now() < deadline) {
            await new Promise((resolve) => setTimeout(resolve, 50));
        }
    }
}

/** The deepest first. @returns whether nothing is left */
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
