/** Processes are killed at random moments of `up`. The next `up` must converge from whatever state that leaves. */
import { type ChildProcess, execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { Home, must } from "../support/home";

jest.setTimeout(20 * 60_000);

/** Processes that are each killed once in every life of a site, which makes twenty kills in all. */
const VICTIMS = ["pulumi", "pulumi-journal", "pulumi-providers", "kube-apiserver", "etcd"] as const;
const LIVES = [1, 2, 3, 4];
/** A first `up` takes about 8 s. Each kill happens at a random moment of its share of that time. */
const SHARE_MS = 8_000 / VICTIMS.length;
const LOOK_MS = 100;
/** How long an `up` that was left alive may take to end. */
const PATIENCE_MS = 3 * 60_000;

let home: Home;
beforeAll(() => {
    home = new Home("interrupted");
});
afterAll(() => home.remove());

/** Finds processes of this home only, by the environment or the command line that they were started with. */
function processes(name: string): number[] {
    return readdirSync("/proc")
        .filter((entry) => /^\d+$/.test(entry))
        .map(Number)
        .filter((pid) => {
            try {
                const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
                const environment = readFileSync(`/proc/${pid}/environ`, "utf8");
                const isVictim = command
                    // In a command line, Node.js and its flags come before the program.
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
    // The timer does not keep the process alive after the race that it lost.
    await new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
}

/** The types of those resources in the state that are namespaced objects. */
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

/** The names of the objects of these types in the cluster. */
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

/** The items in a random order that differs in each run. */
function shuffled<T>(items: readonly T[]): T[] {
    return items
        .map((item) => ({ item, rank: Math.random() }))
        .sort((a, b) => a.rank - b.rank)
        .map(({ item }) => item);
}

describe("an up that is killed, again and again", () => {
    const found = new Set<string>();

    it.each(LIVES)("is followed by one that converges: life %i of a site", async () => {
        // Each life begins from nothing, because then there is most to interrupt.
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
            // On a busy computer a part of the update may still be to start.
            while (processes(victim).length === 0 && up.process.exitCode === null && up.process.signalCode === null) {
                await Promise.race([pause(LOOK_MS), up.ended]);
            }
            for (const pid of processes(victim)) {
                process.kill(pid, "SIGKILL");
                found.add(victim);
            }
            // The lab is repaired as a user would do it. A CLI that still runs goes on until the next kill.
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
        // If a victim were never found, for example after a rename, these lives would prove nothing.
        expect(found).toEqual(new Set(VICTIMS));
    });
});
