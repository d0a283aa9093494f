/** Measures whether the last commit is slower than an earlier one: an unchanged preview of a checkout of each, in turn, on the same machine. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { embassyHome, repoRoot } from "../command-line/paths";
import { type Base, withBase } from "../preview/base";
import { type Figure, ratio } from "./figure";
import { median } from "./process";
import { TYPESCRIPT } from "../command-line/typescript";

/** What a change may cost. */
const LIMIT = 1.03;

export async function cost(base: string, rounds: number): Promise<Figure[]> {
    const checkedOut = <T>(name: string, ref: string, work: (tree: Base) => Promise<T>): Promise<T> =>
        withBase({ repo: repoRoot, folder: join(embassyHome, "tests", `cost-${name}`) }, ref, work);
    return checkedOut("before", base, ({ root, commit }) =>
        checkedOut("now", "HEAD", (own) => {
            const seconds: Record<"before" | "now", number[]> = { before: [], now: [] };
            for (let round = 0; round <= rounds; round++) {
                const [before, now] = [previewed(root), previewed(own.root)];
                // The first round compiles, and does not count.
                if (round > 0) {
                    seconds.before.push(before);
                    seconds.now.push(now);
                }
            }
            const [before, now] = [median(seconds.before), median(seconds.now)];
            const detail = `${now.toFixed(2)} s ÷ ${before.toFixed(2)} s of processor time at ${commit.slice(0, 12)}`;
            return Promise.resolve([ratio("unchanged preview ÷ the same at --base", now, before, LIMIT, detail)]);
        }),
    );
}

/**
 * Previews a tree against its own commit.
 *
 * @returns processor seconds of all its processes, which other programs on the machine do not lengthen
 * @throws Error with the output where it fails
 */
function previewed(root: string): number {
    const node = [process.execPath, ...TYPESCRIPT];
    const command = [...node, join(root, "preview", "main.ts"), "--base", "HEAD"];
    // The shell's `times` says, in its second line, what its children used: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#times
    const { status, stdout, stderr } = spawnSync("sh", ["-c", '"$@" >&2 && times', "sh", ...command], {
        cwd: root,
        env: { ...process.env, EMBASSY_HOME: join(embassyHome, "tests", "cost-home") },
        encoding: "utf8",
        maxBuffer: 64 * 1024 * 1024,
    });
    if (status !== 0) {
        throw new Error(`a preview in ${root} ended with ${status ?? "a signal"}:\n${stderr.slice(-8192)}`);
    }
    const [user = NaN, system = NaN] = (stdout.trim().split("\n")[1] ?? "").split(" ").map(secondsOf);
    return user + system;
}

/** @param text such as `1m2.34s` */
export function secondsOf(text: string): number {
    const [, minutes, seconds] = /^(\d+)m([\d.]+)s$/.exec(text) ?? [];
    return Number(minutes) * 60 + Number(seconds);
}
