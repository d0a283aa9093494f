/** Processes are killed at random moments of `up`; the next `up` must find its way from wherever that left things. */
import { type ChildProcess, execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { Home, must } from "../support/home";

jest.setTimeout(20 * 60_000);

/** Killed in turn, four moments each. */
const VICTIMS = ["pulumi", "pulumi-providers", "kube-apiserver", "etcd"] as const;
const MOMENTS = 4;
/** A whole first `up` takes some 8 s here; every moment of it is a candidate. */
const LONGEST_WAIT_MS = 8_000;

let home: Home;
beforeAll(() => {
    home = new Home("interrupted");
});
afterAll(() => home.remove());

/** Processes of this home only, by the environment that they were started with. */
function processes(name: string): number[] {
    return readdirSync("/proc")
        .filter((entry) => /^\d+$/.test(entry))
        .map(Number)
        .filter((pid) => {
            try {
                const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
                const environment = readFileSync(`/proc/${pid}/environ`, "utf8");
                const isVictim = command
                    // Node.js and its flags come before what it runs.
                    .slice(0, 4)
                    .some((word) => new RegExp(`/${name}(\\.cjs)?$|^${name}$`).test(word));
                return isVictim && (environment.includes(home.path) || command.join(" ").includes(home.path));
            } catch {
                return false;
            }
        });
}

function ended(child: ChildProcess): Promise<void> {
    return new Promise((resolve) => child.once("exit", () => resolve()));
}

async function pause(milliseconds: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function objects(): string[] {
    const kinds =
        "networkpolicies,statefulsets,services,poddisruptionbudgets,resourcequotas,limitranges,secrets,serviceaccounts";
    const selector = ["-l", "app.kubernetes.io/managed-by=pulumi"];
    const { stdout } = must(home.kubectl("tallinn", "get", kinds, "-A", ...selector, "-o", "name"));
    return stdout.trim().split("\n");
}

function declared(): number {
    const { checkpoint } = JSON.parse(home.state("tallinn")) as {
        checkpoint: { latest: { resources: { type: string }[]; pending_operations?: unknown[] } };
    };
    expect(checkpoint.latest.pending_operations ?? []).toEqual([]);
    const clusterWide = /:(Namespace|PriorityClass|StorageClass)$/;
    return checkpoint.latest.resources.filter(({ type }) => type.startsWith("kubernetes:") && !clusterWide.test(type))
        .length;
}

describe("an up that is killed", () => {
    const sought = new Set<string>();
    const found = new Set<string>();
    const rounds = VICTIMS.flatMap((victim) => Array.from({ length: MOMENTS }, (_, quarter) => ({ victim, quarter })));
    it.each(rounds)("($victim, in quarter $quarter) is followed by one that converges", async ({ victim, quarter }) => {
        // From nothing each time: the most there is to interrupt.
        home.lab("down", "--delete");
        execFileSync("rm", ["-rf", `${home.path}/state`]);
        must(home.lab("up", "tallinn"));
        must(home.pulumi("stack", "init", "tallinn", "--no-select"));

        const moment = Math.round(((quarter + Math.random()) / MOMENTS) * LONGEST_WAIT_MS);
        const up = home.startPulumi("up", "--stack", "tallinn", "--yes", "--skip-preview");
        const done = ended(up);
        await Promise.race([pause(moment), done]);
        sought.add(victim);
        const killed = processes(victim);
        for (const pid of killed) {
            process.kill(pid, "SIGKILL");
            found.add(victim);
        }
        // As a user would: mend what is broken, and let a CLI that still runs come to its end, whichever that is.
        must(home.lab("up", "tallinn"));
        await done;

        must(home.pulumi("up", "--stack", "tallinn", "--yes", "--skip-preview"));
        must(home.pulumi("preview", "--stack", "tallinn", "--refresh", "--expect-no-changes"));
        expect(objects()).toHaveLength(declared());
        expect(processes("pulumi-providers")).toEqual([]);
    });

    it("has lost each of them at least once", () => {
        // A victim that is never there, for instance since it was renamed, would make its rounds pass for nothing.
        expect(found).toEqual(sought);
    });
});
