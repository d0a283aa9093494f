/** What a host must be for machines. */
import { existsSync } from "node:fs";
import { LabError } from "../errors";
import { CGROUPS } from "../processes/groups";

/** What this host lacks for machines; empty where it lacks nothing. */
export function hostProblems(): string[] {
    return [
        ...(process.platform === "linux" ? [] : [`the system is ${process.platform}, not Linux`]),
        ...(process.getuid?.() === 0 ? [] : ["you are not root"]),
        ...["/usr/bin/unshare", "/usr/bin/nsenter", "/bin/bash"]
            .filter((file) => !existsSync(file))
            .map((file) => `${file} is missing`),
        ...(existsSync(`${CGROUPS}/cgroup.controllers`)
            ? ["control groups are version 2, and the lab's machines are written for version 1"]
            : []),
    ];
}

/** @throws LabError naming all that this host lacks */
export function refuseWithoutMachines(): void {
    const problems = hostProblems();
    if (problems.length > 0) {
        throw new LabError(
            `Real nodes need root on Linux; here ${problems.join(" and ")}. Use simulated ones: --nodes simulated`,
        );
    }
}
