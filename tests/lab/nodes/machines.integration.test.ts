/** A site with real nodes: machines that run what is scheduled on them, over real packets, and leave nothing behind. */
import { execFile, execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import * as lab from "../../../lab/lab";
import { hostProblems } from "../../../lab/nodes/host";
import { groupOf } from "../../../lab/nodes/machine";
import { SitePaths } from "../../../lab/paths";
import { runningCommands } from "../../../lab/processes/identity";
import { binDir, embassyHome } from "../../../toolchain/paths";

jest.setTimeout(240_000);

const SITE = "tallinn";
const NODES = ["a1-1", "b1-1"] as const;
const problems = hostProblems();
const why = problems.length > 0 ? ` (skipped: ${problems.join(", ")})` : "";

let home: string;
let paths: SitePaths;
let images: Record<string, string>;
const run = promisify(execFile);

async function kubectl(...args: string[]): Promise<string> {
    const { stdout } = await run(path.join(binDir, "kubectl"), [`--kubeconfig=${paths.kubeconfig}`, ...args]);
    return stdout;
}

/** What a machine or its network could leave on the host. */
function traces(): Record<string, string[]> {
    const lines = (file: string): string[] => fs.readFileSync(file, "utf8").split("\n");
    return {
        interfaces: lines("/proc/net/dev")
            .slice(2)
            .map((line) => line.split(":")[0]?.trim() ?? ""),
        mounts: lines("/proc/self/mounts").filter((line) => line.includes(home)),
        namespaces: fs.existsSync("/run/netns") ? fs.readdirSync("/run/netns") : [],
        // Other clones may have machines of the same names.
        groups: fs
            .readdirSync("/sys/fs/cgroup")
            .flatMap((controller) => NODES.map((node) => `/sys/fs/cgroup/${controller}/${groupOf(paths, node)}`))
            .filter((folder) => fs.existsSync(folder)),
    };
}

async function processesOfHome(): Promise<string[]> {
    return (await runningCommands()).map(({ argv }) => argv.join(" ")).filter((line) => line.includes(home));
}

/** Everything under the restricted profile, as the embassy's own pods are. */
function pod(name: string, node: string, command: string[]): object {
    return {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name, labels: { app: name } },
        spec: {
            nodeName: node,
            automountServiceAccountToken: false,
            terminationGracePeriodSeconds: 1,
            dnsPolicy: "Default",
            securityContext: {
                runAsNonRoot: true,
                runAsUser: 100,
                runAsGroup: 102,
                seccompProfile: { type: "RuntimeDefault" },
            },
            containers: [
                {
                    name: "main",
                    image: `registry.embassy.internal:5000/postgres@${images["postgres"] ?? ""}`,
                    command,
                    securityContext: {
                        allowPrivilegeEscalation: false,
                        readOnlyRootFilesystem: true,
                        capabilities: { drop: ["ALL"] },
                    },
                },
            ],
        },
    };
}

async function apply(...items: object[]): Promise<void> {
    const file = path.join(home, "objects.json");
    fs.writeFileSync(file, JSON.stringify({ apiVersion: "v1", kind: "List", items }));
    await kubectl("apply", "-f", file);
}

const SERVER = ["python3", "-m", "http.server", "8080", "--directory", "/usr/lib/postgresql"];

async function fetchFrom(from: string, url: string): Promise<string> {
    const script = `import urllib.request; print(urllib.request.urlopen("${url}", timeout=5).status)`;
    return (await kubectl("exec", from, "--", "python3", "-c", script)).trim();
}

(problems.length > 0 ? describe.skip : describe)(`a site with real nodes${why}`, () => {
    let before: ReturnType<typeof traces>;

    beforeAll(async () => {
        fs.mkdirSync(path.join(embassyHome, "tests"), { recursive: true });
        home = fs.mkdtempSync(path.join(embassyHome, "tests", "nodes-"));
        paths = new SitePaths(home, SITE);
        // What is downloaded and built once serves all homes.
        for (const shared of ["cache", "images"]) {
            fs.mkdirSync(path.join(embassyHome, shared), { recursive: true });
            fs.symlinkSync(path.join(embassyHome, shared), path.join(home, shared));
        }
        before = traces();
        await lab.up([SITE], { home, nodes: "real" });
        images = JSON.parse(fs.readFileSync(path.join(home, "images", "lock.json"), "utf8")) as Record<string, string>;
        await apply(
            {
                apiVersion: "v1",
                kind: "Namespace",
                metadata: { name: "x", labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
            },
            {
                apiVersion: "v1",
                kind: "Service",
                metadata: { name: "server" },
                spec: { selector: { app: "server" }, ports: [{ port: 80, targetPort: 8080 }] },
            },
            pod("server", NODES[0], SERVER),
            pod("client", NODES[1], SERVER),
        );
        await kubectl("wait", "pod", "--all", "--for=condition=Ready", "--timeout=90s");
    }, 900_000);

    afterAll(async () => {
        await lab.down([SITE], { home, deleteData: true });
        fs.rmSync(home, { recursive: true, force: true });
    });

    it("has one machine for each feed, in its fault domain", async () => {
        const wide = await kubectl("get", "nodes", "-o", "json");
        const { items } = JSON.parse(wide) as {
            items: {
                metadata: { name: string; labels: Record<string, string> };
                status: { nodeInfo: { containerRuntimeVersion: string } };
            }[];
        };
        expect(items.map(({ metadata }) => [metadata.name, metadata.labels["topology.kubernetes.io/zone"]])).toEqual([
            ["a1-1", "feed-a"],
            ["b1-1", "feed-b"],
        ]);
        expect(items.every(({ status }) => status.nodeInfo.containerRuntimeVersion.startsWith("containerd://"))).toBe(
            true,
        );
    });

    it("runs images of the site's own registry, by digest, and of no other", async () => {
        const stranger = { ...pod("stranger", NODES[0], SERVER) } as { spec: { containers: { image: string }[] } };
        stranger.spec.containers.forEach((container) => (container.image = "registry.example.org/postgres:15"));
        await apply(stranger);
        let reason = "";
        while (!/ErrImagePull|ImagePullBackOff/.test(reason)) {
            reason = await kubectl(
                "get",
                "pod",
                "stranger",
                "-o",
                "jsonpath={.status.containerStatuses[0].state.waiting.reason}",
            );
            await new Promise((resolve) => setTimeout(resolve, 200));
        }
        expect(reason).toMatch(/ErrImagePull|ImagePullBackOff/);
        await kubectl("delete", "pod", "stranger", "--now");
    });

    it("carries packets between pods on different machines, and to a Service", async () => {
        const address = await kubectl("get", "pod", "server", "-o", "jsonpath={.status.podIP}");
        const service = await kubectl("get", "service", "server", "-o", "jsonpath={.spec.clusterIP}");
        expect(await fetchFrom("client", `http://${address}:8080/`)).toBe("200");
        expect(await fetchFrom("client", `http://${service}/`)).toBe("200");
    });

    it("shows a pod's log and opens a shell in it, through the relay", async () => {
        expect((await kubectl("exec", "server", "--", "sh", "-c", "echo here")).trim()).toBe("here");
        await fetchFrom(
            "client",
            `http://${await kubectl("get", "pod", "server", "-o", "jsonpath={.status.podIP}")}:8080/`,
        );
        expect(await kubectl("logs", "server")).toContain("GET / HTTP/1.1");
    });

    it("reaches nothing outside: no machine has a way to the host or beyond", async () => {
        const script = "import socket; socket.create_connection(('192.0.2.1', 80), 2)";
        await expect(kubectl("exec", "client", "--", "python3", "-c", script)).rejects.toThrow(
            /timed out|unreachable/i,
        );
    });

    it("starts again a kubelet that was killed, by itself", async () => {
        const inHome = (await runningCommands()).find(({ argv }) => argv.includes(`--hostname-override=${NODES[0]}`));
        process.kill(inHome?.pid ?? 0, "SIGKILL");
        let successor: number | undefined;
        while (successor === undefined || successor === inHome?.pid) {
            successor = (await runningCommands()).find(({ argv }) =>
                argv.includes(`--hostname-override=${NODES[0]}`),
            )?.pid;
            await new Promise((resolve) => setTimeout(resolve, 100));
        }
        expect(successor).not.toBe(inHome?.pid);
    });

    it("mends a machine that lost its power, with its data, and leaves the rest alone", async () => {
        await lab.fail(SITE, `node-${NODES[0]}`, { home });
        const [status] = await lab.status([SITE], { home });
        expect(status?.parts.find(({ part }) => part === `node-${NODES[0]}`)?.state).toBe("failed");
        const [mended] = await lab.up([SITE], { home });
        expect(mended?.started).toEqual([`node-${NODES[0]}`]);
        // The API tells of the pod as it was until the kubelet has looked: only an answer counts.
        let answer = "";
        while (answer !== "200") {
            const address = await kubectl("get", "pod", "server", "-o", "jsonpath={.status.podIP}");
            answer = await fetchFrom("client", `http://${address}:8080/`).catch(() => "");
        }
        expect(answer).toBe("200");
    });

    it("starts nothing where all is up, and refuses to change the kind of its nodes", async () => {
        const [again] = await lab.up([SITE], { home });
        expect(again?.started).toEqual([]);
        await expect(lab.up([SITE], { home, nodes: "simulated" })).rejects.toThrow("has real nodes");
    });

    it("leaves no process, interface, mount, namespace or control group, also after a crash", async () => {
        for (const { pid, argv } of await runningCommands()) {
            if (argv.some((word) => word.includes(`${home}/`)) && !argv.includes("--selectProjects")) {
                process.kill(pid, "SIGKILL");
            }
        }
        await lab.down([SITE], { home });
        expect(await processesOfHome()).toEqual([]);
        expect(traces()).toEqual(before);
    });

    it("comes back after that, with what it kept", async () => {
        await lab.up([SITE], { home });
        expect(JSON.parse(await kubectl("get", "namespace", "x", "-o", "json"))).toMatchObject({ kind: "Namespace" });
        expect(execFileSync("ls", [paths.images], { encoding: "utf8" })).toContain("docker");
    });
});
