import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, existsSync, readdirSync, rmSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { type BuildRequest, type BuiltPart, buildToolchain, silent } from "../../../toolchain/build";
import { type Clone, makeClone, recordingProgress } from "./fixture";
import { TYPESCRIPT } from "../../../command-line/typescript";

const KUBERNETES = ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl", "kube-proxy", "kubelet"];
const CILIUM = ["cilium-agent", "cilium-cni", "cilium-dbg"];
const LAB = [
    "etcd",
    ...KUBERNETES,
    "kwok",
    "registry",
    "crane",
    "coredns",
    "cert-manager",
    "follow",
    "versitygw",
    "prometheus",
    "promtool",
    "alertmanager",
    ...CILIUM,
];
const PROGRAMS = LAB.toSpliced(LAB.indexOf("kwok"), 0, "pulumi", "pulumi-journal");

let clone: Clone;
beforeEach(() => {
    clone = makeClone();
});
afterEach(() => {
    clone.remove();
});

function build(request: BuildRequest = {}): Promise<BuiltPart[]> {
    const env = { ...clone.env, ...request.env };
    return buildToolchain({ layout: clone.layout, progress: silent, ...request, env });
}

function built(parts: readonly BuiltPart[]): string[] {
    return parts.filter(({ outcome }) => outcome === "built").map(({ part }) => part);
}

describe("what is built", () => {
    it("builds every part on a fresh clone, and nothing the second time", async () => {
        const first = await build();
        expect(built(first)).toEqual([
            ...PROGRAMS,
            "cluster-api",
            "pulumi-language-nodejs",
            "pulumi-resource-pulumi-nodejs",
            "pulumi-providers",
            "pulumi-resource-kubernetes",
            "pulumi-resource-random",
            "pulumi-resource-tls",
        ]);
        for (const program of PROGRAMS) {
            expect(clone.read(`.embassy/bin/${program}`)).toBe("whole\n");
        }
        clone.goCalls();

        const second = await build();
        expect(built(second)).toEqual([]);
        expect(clone.goCalls().filter((call) => !call.startsWith("env"))).toEqual([]);
    });

    it("builds for a command what that runs, and nothing else", async () => {
        const engine = built(await build({ uses: ["pulumi"] }));
        expect(engine.slice(0, 2)).toEqual(["pulumi", "pulumi-journal"]);
        expect(engine.filter((part) => !part.startsWith("pulumi"))).toEqual([]);

        const simulated = built(await build({ uses: ["simulated"] }));
        expect(simulated).toEqual(expect.arrayContaining(["etcd", "kubectl", "kwok", "cert-manager", "cluster-api"]));
        expect(simulated).not.toEqual(expect.arrayContaining(["kubelet"]));
        expect(simulated.filter((part) => CILIUM.includes(part))).toEqual([]);

        const real = built(await build({ uses: ["pulumi", "real"] }));
        expect(real).toEqual(expect.arrayContaining(["kubelet", "kube-proxy", "versitygw", ...CILIUM]));
        expect(real).not.toContain("kwok");
        // What is built where it is asked for comes with everything, and with no command.
        expect(built(await build())).toEqual(["prometheus", "promtool", "alertmanager"]);
    });

    it("reports versions as pinned", async () => {
        const versions = Object.fromEntries((await build()).map(({ part, version }) => [part, version]));
        expect(versions).toMatchObject({ kubectl: "v1.36.3", pulumi: "v3.256.0", "pulumi-resource-tls": "1.2.3" });
    });

    it("builds the Kubernetes commands in one go build, with their version linked in", async () => {
        await build({ parts: ["kubectl", "kube-scheduler"] });
        const builds = clone.goCalls().filter((call) => call.startsWith("build"));
        expect(builds).toHaveLength(1);
        expect(builds[0]).toContain("gitVersion=v1.36.3");
        expect(builds[0]).toMatch(/ k8s\.io\/kubernetes\/cmd\/kube-scheduler k8s\.io\/kubernetes\/cmd\/kubectl$/);
    });

    it("takes along what a program reads as it runs, and once more where some of it is gone", async () => {
        await build({ parts: ["cilium-agent"] });
        const library = join(clone.layout.bin, "lib", "cilium-agent");
        expect(clone.read(".embassy/bin/lib/cilium-agent/bpf/lib/common.h")).toBe("bpf/lib/common.h");
        expect(readdirSync(library)).toEqual(["bpf", "crds"]);
        rmSync(join(library, "crds", "v2", "ciliumnodes.yaml"));
        expect(built(await build({ parts: ["cilium-agent", "cilium-cni"] }))).toEqual(["cilium-agent", "cilium-cni"]);
        expect(readdirSync(join(library, "crds", "v2"))).toEqual(["ciliumnodes.yaml"]);
    });

    it("takes folders of a module alone without compiling it, and again where its pins change", async () => {
        const parts = ["cluster-api"];
        expect(built(await build({ parts }))).toEqual(parts);
        const library = join(clone.layout.bin, "lib", "cluster-api", "bases");
        expect(readdirSync(library).sort()).toEqual([
            "clusters.yaml",
            "kubeadmconfigs.yaml",
            "kubeadmcontrolplanes.yaml",
        ]);
        const calls = clone.goCalls().filter((call) => !call.startsWith("env"));
        expect(calls).toEqual(["mod download sigs.k8s.io/cluster-api", "list -m -f {{.Dir}} sigs.k8s.io/cluster-api"]);

        expect(built(await build({ parts }))).toEqual([]);
        clone.write("toolchain/modules/cluster-api/go.sum", "changed");
        expect(built(await build({ parts }))).toEqual(parts);
    });

    it("installs the providers where the engine looks for them", async () => {
        await build({ parts: ["pulumi-resource-random"] });
        const folder = ".embassy/pulumi/plugins/resource-random-v1.2.3";
        expect(clone.read(`${folder}/pulumi-resource-random`)).toMatch(/^#!\/bin\/sh\n/);
        expect(readdirSync(join(clone.layout.root, folder))).toEqual([
            "bcrypt-worker.cjs",
            "pulumi-resource-random",
            "pulumi-resource-random.cjs",
        ]);
    });

    it("makes plugins that run from any folder, with their arguments", async () => {
        clone.write("toolchain/language-host/index.ts", "console.log(process.argv.slice(2).join());");
        await build({ parts: ["pulumi-language-nodejs"] });
        expect(await output(spawn(join(clone.layout.bin, "pulumi-language-nodejs"), ["a b", "c"], { cwd: "/" }))).toBe(
            "a b,c\n",
        );
    });

    it("tells each step, and how far it is", async () => {
        await build({ parts: ["pulumi-resource-tls"] });
        const progress = recordingProgress();
        await build({ parts: ["etcd", "pulumi-resource-tls"], progress });
        expect(progress.events).toEqual([
            "begin etcd, 1 cached",
            "etcd: downloading",
            "etcd: downloading 1 modules",
            "etcd: waiting",
            "etcd: compiling 0 of 2 packages",
            "etcd: compiling 1 of 2 packages",
            "etcd: done",
            "end",
        ]);
    });

    it("downloads the next module's packages before the present one is built", async () => {
        const gate = join(clone.layout.root, "gate");
        const building = build({ parts: ["etcd", "kwok"], env: { FAKE_GO_GATE: gate } });
        const calls: string[] = [];
        while (!calls.some((call) => call.includes("list -deps sigs.k8s.io/kwok"))) {
            calls.push(...clone.goCalls());
            await tick();
        }
        expect(calls.filter((call) => call.startsWith("build")).join()).not.toContain("kwok");
        clone.write("gate", "");
        expect(built(await building)).toEqual(["etcd", "kwok"]);
    });
});

describe("what is built again", () => {
    it("the programs of a module whose go.sum changes, and only those", async () => {
        await build();
        clone.write("toolchain/modules/kubernetes/go.sum", "other\n");
        expect(built(await build())).toEqual(KUBERNETES);
    });

    it("a program whose main package is ours, when that changes", async () => {
        await build();
        clone.write("toolchain/modules/coredns/main.go", "package main\n");
        expect(built(await build())).toEqual(["coredns"]);
    });

    it("a program that is gone or cut short, alone of its module", async () => {
        await build();
        truncateSync(join(clone.layout.bin, "kubectl"), 1);
        expect(built(await build())).toEqual(["kubectl"]);
    });

    it("programs, when the Go release changes, but not for a patch release", async () => {
        await build({ parts: ["etcd"] });
        expect(built(await build({ parts: ["etcd"], env: { FAKE_GO_VERSION: "1.26.99" } }))).toEqual([]);
        expect(built(await build({ parts: ["etcd"], env: { FAKE_GO_VERSION: "1.27.0" } }))).toEqual(["etcd"]);
    });

    it("nothing, on a machine that has lost its Go", async () => {
        await build();
        expect(built(await build({ env: { PATH: "/usr/bin:/bin", GOROOT: "" } }))).toEqual([]);
    });

    it("a bundle, when one of its sources changes", async () => {
        await build();
        clone.write("toolchain/providers/tls/text.ts", `export const text = "new";`);
        expect(built(await build())).toEqual(["pulumi-resource-tls"]);
        expect(clone.read(".embassy/pulumi/plugins/resource-tls-v1.2.3/pulumi-resource-tls.cjs")).toContain("new");
    });

    it("the bundles, when package-lock.json changes", async () => {
        await build();
        clone.write("package-lock.json", `{ "changed": true }`);
        expect(built(await build())).toHaveLength(6);
    });
});

describe("interruption", () => {
    const gateOf = (): string => join(clone.layout.root, "gate");

    function buildElsewhere(): ChildProcess {
        const program = `
            const [layout, env] = JSON.parse(process.argv[1]);
            const { buildToolchain, silent } = require("./toolchain/build");
            void buildToolchain({ layout, env, progress: silent, parts: ["etcd"] });
        `;
        const env = { ...clone.env, FAKE_GO_GATE: gateOf() };
        const args = [...TYPESCRIPT, "-e", program, JSON.stringify([clone.layout, env])];
        return spawn(process.execPath, args, { stdio: "inherit" });
    }

    async function untilHalfBuilt(): Promise<void> {
        while (!existsSync(join(clone.layout.bin, ".drafts", "etcd"))) {
            await tick();
        }
    }

    it("leaves nothing half-made, and goes on at the next run", async () => {
        const killed = buildElsewhere();
        await untilHalfBuilt();
        killed.kill("SIGKILL");
        await ended(killed);
        expect(existsSync(join(clone.layout.bin, "etcd"))).toBe(false);

        clone.write("gate", "");
        expect(built(await build({ parts: ["etcd"] }))).toEqual(["etcd"]);
        expect(clone.read(".embassy/bin/etcd")).toBe("whole\n");
        expect(existsSync(join(clone.layout.bin, ".drafts"))).toBe(false);
    });

    it("waits for another builder, and then finds the work done", async () => {
        const other = buildElsewhere();
        await untilHalfBuilt();
        const progress = recordingProgress();
        const waiting = build({ parts: ["etcd"], progress });
        while (progress.events.length === 0) {
            await tick();
        }
        clone.write("gate", "");
        expect(built(await waiting)).toEqual([]);
        expect(progress.events).toEqual([`waiting for ${String(other.pid)}`, "end"]);
        await ended(other);
    });

    it("stops go when asked to, and says so", async () => {
        const stop = new AbortController();
        const building = build({ parts: ["etcd"], signal: stop.signal, env: { FAKE_GO_GATE: gateOf() } });
        await untilHalfBuilt();
        stop.abort();
        await expect(building).rejects.toThrow("was stopped");
        expect(existsSync(join(clone.layout.bin, "etcd"))).toBe(false);
    });
});

describe("failures", () => {
    it("names the module that a proxy refuses, and where it is pinned", async () => {
        const refusal = "go: k8s.io/kubernetes@v1.36.3: reading https://proxy.test/k8s.io/kubernetes: 403 Forbidden\n";
        const env = { FAKE_GO_FAILS: "list", FAKE_GO_ERROR: clone.write("error", refusal) };
        const progress = recordingProgress();
        await expect(build({ parts: ["kubectl"], env, progress })).rejects.toThrow(
            /does not serve k8s\.io\/kubernetes@v1\.36\.3 \(403 Forbidden\), which .*modules\/kubernetes\/go\.mod pins/,
        );
        expect(progress.events.at(-1)).toBe("failed");
    });

    it("builds nothing after a failure, and keeps what was built before it", async () => {
        await build({ parts: ["etcd"] });
        const env = { FAKE_GO_FAILS: "build", FAKE_GO_ERROR: clone.write("error", "no space left on device\n") };
        await expect(build({ parts: PROGRAMS, env })).rejects.toThrow("no space left on the disk");
        expect(built(await build({ parts: PROGRAMS }))).not.toContain("etcd");
    });

    it("says what to do where Go is missing", async () => {
        const env = { PATH: join(clone.layout.root, "empty") };
        await expect(build({ parts: ["etcd"], env })).rejects.toThrow(
            /Go is not installed, .* Go 1\.26 or later .*go\.dev/,
        );
    });

    it("says what to do where Go is too old", async () => {
        const env = { FAKE_GO_VERSION: "1.25.9" };
        await expect(build({ parts: ["etcd"], env })).rejects.toThrow(
            /Go 1\.25\.9 is too old: .*etcd\/go\.mod needs Go 1\.26/,
        );
    });

    it.each([
        ["go: go.mod requires go >= 1.26 (running go 1.25.3; GOTOOLCHAIN=local)\n", "Go 1.25.3 is too old"],
        ["go: golang.org/toolchain@v0.0.1-go1.26.linux-amd64: 403 Forbidden\n", "Go on PATH is too old"],
    ])("says what to do where Go itself refuses go.mod as too new: %s", async (text, message) => {
        const env = { FAKE_GO_FAILS: "env", FAKE_GO_ERROR: clone.write("error", text) };
        await expect(build({ parts: ["etcd"], env })).rejects.toThrow(message);
    });

    it("names the parts there are, for one that there is not", async () => {
        await expect(build({ parts: ["kubeadm"] })).rejects.toThrow(/called kubeadm: choose from etcd, kube-apiserver/);
    });

    it("shows what is wrong with a source that cannot be bundled", async () => {
        clone.write("toolchain/providers/tls/text.ts", "export const = 1;");
        await expect(build({ parts: ["pulumi-resource-tls"] })).rejects.toThrow(
            /bundling pulumi-resource-tls: [^]*text\.ts/,
        );
    });
});

describe("EMBASSY_TOOLCHAIN=system", () => {
    it("builds the lab's parts alone", async () => {
        clone.write("path/pulumi", "");
        const env = { EMBASSY_TOOLCHAIN: "system" };
        await expect(build({ env })).rejects.toThrow("there is no pulumi on PATH");
        chmodSync(join(clone.layout.root, "path", "pulumi"), 0o755);
        expect(built(await build({ env }))).toEqual([...LAB, "cluster-api"]);
    });
});

function tick(): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, 10));
}

function ended(child: ChildProcess): Promise<void> {
    return new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) {
            resolve();
        } else {
            child.once("exit", () => resolve());
        }
    });
}

async function output(child: ChildProcess): Promise<string> {
    let text = "";
    child.stdout?.on("data", (chunk: Buffer) => {
        text += chunk.toString();
    });
    await new Promise((resolve) => child.once("close", resolve));
    return text;
}
