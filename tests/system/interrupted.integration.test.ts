/** Processes are killed at random moments of `up`; the next `up` must find its way from wherever that left things. */
import { type ChildProcess, execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { Home, must } from "../support/home";

jest.setTimeout(20 * 60_000);

/** Each is killed once in every life of a site: twenty moments in all. */
const VICTIMS = ["pulumi", "pulumi-journal", "pulumi-providers", "kube-apiserver", "etcd"] as const;
const LIVES = [1, 2, 3, 4];
/** A whole first `up` takes some 8 s here; every moment of it is a candidate, and each kill has its share. */
const SHARE_MS = 8_000 / VICTIMS.length;
/** For an `up` that was left alive to end. */
const PATIENCE_MS = 3 * 60_000;

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

function startUp(): { readonly process: ChildProcess; readonly ended: Promise<void> } {
    const up = home.startPulumi("up", "--stack", "tallinn", "--yes", "--skip-preview");
    return { process: up, ended: new Promise((resolve) => up.once("exit", () => resolve())) };
}

async function pause(milliseconds: number): Promise<void> {
    // Nobody waits for the end of one that was outrun.
    await new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
}

/** Types of the resources in the state that are objects in a namespace. */
function declared(): string[] {
    const { checkpoint } = JSON.parse(home.state("tallinn")) as {
        checkpoint: { latest: { resources: { type: string }[]; pending_operations?: unknown[] } };
    };
    expect(checkpoint.latest.pending_operations ?? []).toEqual([]);
    const clusterWide =
        /:(Namespace|(Priority|Storage)Class|ClusterRole(Binding)?|ValidatingAdmissionPolicy(Binding)?)$/;
    return checkpoint.latest.resources
        .map(({ type }) => type)
        .filter((type) => type.startsWith("kubernetes:") && !clusterWide.test(type));
}

/** Names of the objects of these types that are in the cluster. */
function objects(types: readonly string[]): string[] {
    // `kubernetes:apps/v1:StatefulSet` is `StatefulSet.v1.apps` to kubectl, and `kubernetes:core/v1:Secret` is `Secret.v1.`
    const kinds = [...new Set(types)].map((type) => {
        const [, group = "", version = "", kind = ""] = /^kubernetes:(.+)\/(.+):(.+)$/.exec(type) ?? [];
        return `${kind}.${version}.${group === "core" ? "" : group}`;
    });
    const selector = ["-l", "app.kubernetes.io/managed-by=pulumi"];
    const { stdout } = must(home.kubectl("tallinn", "get", kinds.join(), "-A", ...selector, "-o", "name"));
    return stdout.trim().split("\n");
}

/** In a random order, other in each run. */
function shuffled<T>(items: readonly T[]): T[] {
    return items
        .map((item) => ({ item, rank: Math.random() }))
        .sort((a, b) => a.rank - b.rank)
        .map(({ item }) => item);
}

describe("an up that is killed, again and again", () => {
    const found = new Set<string>();

    it.each(LIVES)("is followed by one that converges: life %i of a site", async () => {
        // From nothing each time: the most there is to interrupt.
        home.lab("down", "--delete");
        execFileSync("rm", ["-rf", `${home.path}/state`]);
        must(home.lab("up", "tallinn"));
        must(home.pulumi("stack", "init", "tallinn", "--no-select"));

        let up = startUp();
        for (const victim of shuffled(VICTIMS)) {
            if (up.process.exitCode !== null || up.process.signalCode !== null) {
                up = startUp();
            }
            await Promise.race([pause(Math.random() * SHARE_MS), up.ended]);
            for (const pid of processes(victim)) {
                process.kill(pid, "SIGKILL");
                found.add(victim);
            }
            // As a user would: mend what is broken. A CLI that is still there goes on, and meets the next kill.
            must(home.lab("up", "tallinn"));
        }
        await Promise.race([up.ended, pause(PATIENCE_MS)]);
        if (up.process.exitCode === null && up.process.signalCode === null) {
            throw new Error(`up has not ended after ${PATIENCE_MS / 1000} s, and said last:\n${home.said()}`);
        }

        must(home.pulumi("up", "--stack", "tallinn", "--yes", "--skip-preview"));
        must(home.pulumi("preview", "--stack", "tallinn", "--refresh", "--expect-no-changes"));
        const types = declared();
        expect(objects(types)).toHaveLength(types.length);
        expect(["pulumi-journal", "pulumi-providers"].flatMap(processes)).toEqual([]);
    });

    it("has lost each of them at least once", () => {
        // A victim that is never there, for instance since it was renamed, would make these lives pass for nothing.
        expect(found).toEqual(new Set(VICTIMS));
    });
});
