/** Measures what both sites cost while nothing happens. */
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { type Home, must } from "../tests/support/home";
import type { Figure } from "./figure";

const SECONDS = 60;
const MIB = 1024 * 1024;

/** @param limits promised MiB and, where there is a promise, percent of all processors */
export async function idle(
    home: Home,
    sites: readonly string[],
    name: string,
    limits: { readonly memory: number; readonly processors?: number },
): Promise<Figure[]> {
    await sleep(SECONDS * 1000);
    const before = busySeconds();
    await sleep(SECONDS * 1000);
    const share = ((busySeconds() - before) / SECONDS / cpus().length) * 100;
    const found = JSON.parse(must(home.lab("status", ...sites, "--json")).stdout) as {
        site: string;
        memoryBytes: number;
    }[];
    const mebibytes = found.map(({ memoryBytes }) => memoryBytes / MIB);
    const busy = `all that this machine did in ${SECONDS} s, of ${cpus().length} cores`;
    const figures: Figure[] = [
        {
            name: `${name} idle: memory`,
            value: mebibytes.reduce((sum, each) => sum + each, 0),
            limit: limits.memory,
            unit: "MiB",
            detail: `${found.map(({ site }, index) => `${site} ${mebibytes[index]?.toFixed(0) ?? "?"} MiB`).join(", ")}; ${share.toFixed(0)} % was ${busy}`,
        },
    ];
    if (limits.processors !== undefined) {
        figures.push({
            name: `${name} idle: processors`,
            value: share,
            limit: limits.processors,
            unit: "%",
            detail: busy,
        });
    }
    return figures;
}

/** Busy seconds of all processors since the machine's start: https://www.kernel.org/doc/html/latest/filesystems/proc.html (/proc/stat) */
function busySeconds(): number {
    const [, user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = readFileSync("/proc/stat", "utf8")
        .split("\n", 1)
        .flatMap((line) => line.split(/\s+/).map(Number));
    return (user + nice + system + irq + softirq) / HERTZ;
}

/** The counters in /proc are in this unit on every present Linux. */
const HERTZ = 100;
