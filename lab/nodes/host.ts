/** Checks that a host can run machines. */
import { existsSync, readFileSync } from "node:fs";
import { release } from "node:os";
import { gunzipSync } from "node:zlib";
import { LabError } from "../errors";
import { kernelGroups } from "../processes/groups";
import { groupProblems } from "../processes/hierarchy";
import { kernelProblems } from "./kernel";
import { SYSTEM_PATH } from "./network";

/** Program → the package that contains it; Debian, Fedora and Arch have the same name for it where there is only one. */
const PROGRAMS = {
    unshare: "util-linux",
    nsenter: "util-linux",
    mount: "mount in Debian, util-linux in Fedora and Arch",
    pivot_root: "util-linux",
    bash: "bash",
    awk: "mawk in Debian, gawk in Fedora and Arch",
    sed: "sed",
    find: "findutils",
    chroot: "coreutils",
} as const;

/** What this host lacks for machines, one clause for each thing; empty where it lacks nothing. */
export function hostProblems(): string[] {
    if (process.platform !== "linux") {
        return [`the system is ${process.platform}, not Linux`];
    }
    return [
        ...(process.getuid?.() === 0 ? [] : ["you are not root"]),
        ...missingPrograms(SYSTEM_PATH.split(":"), existsSync),
        ...groupProblems(kernelGroups()),
        ...kernelProblems(kernelConfiguration()),
    ];
}

/** @param folders where programs are looked for */
export function missingPrograms(folders: readonly string[], exists: (file: string) => boolean): string[] {
    return Object.entries(PROGRAMS)
        .filter(([program]) => !folders.some((folder) => exists(`${folder}/${program}`)))
        .map(([program, name]) => {
            const packages = name.includes(" ") ? name : `${name} in Debian, Fedora and Arch`;
            return `${program} is missing (package ${packages})`;
        });
}

/** The kernel's own configuration, from the kernel itself or from a file that distributions install beside it. */
function kernelConfiguration(): string | undefined {
    const own = "/proc/config.gz";
    const beside = [
        `/boot/config-${release()}`,
        `/usr/lib/modules/${release()}/config`,
        `/lib/modules/${release()}/build/.config`,
    ].find(existsSync);
    try {
        return existsSync(own) ? gunzipSync(readFileSync(own)).toString() : beside && readFileSync(beside, "utf8");
    } catch {
        // Some hosts let only root read it.
        return undefined;
    }
}

/** @throws LabError naming everything that this host lacks */
export function refuseWithoutMachines(): void {
    const problems = hostProblems();
    if (problems.length > 0) {
        throw new LabError(
            `Real nodes need root on Linux and what machines are made of; here ${problems.join(", and ")}. ` +
                "Mend that, or use simulated nodes, which need none of it: --nodes simulated",
        );
    }
}
