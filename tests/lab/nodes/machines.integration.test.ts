/** A site with real nodes: its machines run what is scheduled on them, use a real network, and leave nothing behind. */
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { KUBELET_PORT } from "../../../infra/cluster/control-plane/kubelet";
import { API_SERVER_PORT } from "../../../infra/networking/addresses";
import { siteInventory } from "../../../lab/inventory";
import * as lab from "../../../lab/lab";
import { initOf } from "../../../lab/nodes/machine";
import { NETWORK } from "../../../lab/nodes/network";
import { registryPort } from "../../../lab/nodes/registry";
import { openSite } from "../../../lab/options";
import { SitePaths } from "../../../lab/paths";
import { runningCommands } from "../../../lab/processes/identity";
import { groupOf, hierarchy } from "../../../lab/processes/groups";
import { folderOf, foldersOf } from "../../../lab/processes/hierarchy";
import { Client, PATIENCE, describeNodes, makeHome, pod, why } from "./fixture";

jest.setTimeout(240_000);

const SITE = "tallinn";
const NODES = ["a1-1", "b1-1"] as const;
let home: string;
let paths: SitePaths;
let site: Client;

/** Everything that a machine or its network could leave on the host. */
function traces(): Record<string, string[]> {
    const lines = (file: string): string[] => fs.readFileSync(file, "utf8").split("\n");
    return {
        interfaces: lines("/proc/net/dev")
            .slice(2)
            .map((line) => line.split(":")[0]?.trim() ?? ""),
        mounts: lines("/proc/self/mounts").filter((line) => line.includes(home)),
        programs: fs.readdirSync("/sys/fs/bpf"),
        namespaces: fs.existsSync("/run/netns") ? fs.readdirSync("/run/netns") : [],
        // Only this home's groups count, because other clones may have machines of the same names.
        groups: [undefined, ...NODES]
            .flatMap((node) => foldersOf(hierarchy(), groupOf(paths, node)))
            .filter((folder) => fs.existsSync(folder)),
    };
}

async function processesOfHome(): Promise<string[]> {
    return (await runningCommands()).map(({ argv }) => argv.join(" ")).filter((line) => line.includes(home));
}

/** A process whose network a request is sent from: the gateway's, where the API server is, or a machine's. */
async function processIn(where: "gateway" | (typeof NODES)[number]): Promise<number> {
    const lives = openSite(SITE, { home });
    const pid = where === "gateway" ? (await lives.supervisor.live(NETWORK))?.pid : await initOf(lives, where);
    return pid ?? NaN;
}

/** Asks the first machine's kubelet to run a command in a pod. @param as whose certificate is shown @returns the HTTP status, or the connection's error */
async function commands(as: string, from: "gateway" | (typeof NODES)[number]): Promise<string> {
    const { address } = siteInventory(SITE, "real").nodes[0]?.machine ?? {};
    const to = `https://${address ?? ""}:${KUBELET_PORT}/run/default/server/main?cmd=python3+--version`;
    const script = `
        const pem = require("node:fs").readFileSync(${JSON.stringify(paths.pem(as))});
        const options = { method: "POST", key: pem, cert: pem, rejectUnauthorized: false, signal: AbortSignal.timeout(${3 * PATIENCE * 1000}) };
        require("node:https").request(${JSON.stringify(to)}, options, ({ statusCode }) => { console.log(statusCode); process.exit(); })
            .on("error", ({ name, code }) => console.log(code ?? name)).end();`;
    const net = `--net=/proc/${await processIn(from)}/ns/net`;
    return (await promisify(execFile)("nsenter", [net, process.execPath, "-e", script])).stdout.trim();
}

/** TCP and UDP ports that are open to others than the machine itself: https://docs.kernel.org/networking/proc_net_tcp.html */
function open(pid: number): number[] {
    const [LISTENING, UNCONNECTED] = ["0A", "07"];
    const sockets = ["tcp", "tcp6", "udp", "udp6"].flatMap((kind) =>
        fs
            .readFileSync(`/proc/${pid}/net/${kind}`, "utf8")
            .split("\n")
            .slice(1)
            .map((line) => line.trim().split(/\s+/))
            .filter(([, , , state]) => state === (kind.startsWith("tcp") ? LISTENING : UNCONNECTED)),
    );
    // The kernel prints addresses in the processor's byte order, with the last octet first.
    const own = /^(.{6}7F|0{24}01000000|0000000000000000FFFF0000.{6}7F):/;
    return sockets
        .map(([, local = ""]) => local)
        .filter((local) => !own.test(local))
        .map((local) => parseInt(local.slice(local.lastIndexOf(":") + 1), 16))
        .sort((one, other) => one - other);
}

describeNodes(`a site with real nodes${why}`, () => {
    let before: ReturnType<typeof traces>;

    beforeAll(async () => {
        home = makeHome();
        paths = new SitePaths(home, SITE);
        site = new Client(home, SITE);
        before = traces();
        await lab.up([SITE], { home, nodes: "real" });
        await site.apply(
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
            pod(home, "server", NODES[0]),
            pod(home, "client", NODES[1]),
        );
        await site.podsReady();
    }, 900_000);

    afterAll(async () => {
        await lab.down([SITE], { home, deleteData: true });
        fs.rmSync(home, { recursive: true, force: true });
    });

    it("has one machine for each feed, in its fault domain", async () => {
        const wide = await site.run("get", "nodes", "-o", "json");
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

    it("offers the scheduler what the stack file declares of each host, whatever this one has", async () => {
        const offered = await site.run(
            "get",
            "nodes",
            "-o",
            "jsonpath={range .items[*]}{.status.capacity.cpu} {.status.capacity.memory} {.status.capacity.pods};{end}",
        );
        expect(offered).toBe("32 128Gi 110;".repeat(NODES.length));
    });

    it("weighs, beside what else the host does, as much as some of its threads, and the control plane more than machines", async () => {
        const host = hierarchy();
        const [file, thread, most] = host?.version === 2 ? ["cpu.weight", 100, 10_000] : ["cpu.shares", 1024, 262_144];
        const weight = (group: string): number =>
            Number(fs.readFileSync(path.join(folderOf(host, "cpu", group) ?? "", file), "utf8"));
        expect(NODES.map((node) => weight(groupOf(paths, node)))).toEqual([32 * thread, 32 * thread]);
        expect(NODES.map((node) => weight(path.join(groupOf(paths, node), "system")))).toEqual([most, most]);
        expect(weight(groupOf(paths))).toBe(100 * thread);
        const [status] = await lab.status([SITE], { home });
        const server = status?.parts.find(({ part }) => part === "kube-apiserver")?.pid ?? 0;
        const where = new RegExp(`:${host?.version === 2 ? "" : "cpu"}:/${groupOf(paths)}$`, "m");
        expect(fs.readFileSync(`/proc/${server}/cgroup`, "utf8")).toMatch(where);
    });

    it("tells what memory its machines hold", async () => {
        const [status] = await lab.status([SITE], { home });
        const held = status?.parts.filter(({ part }) => part.startsWith("node-")).map((part) => part.memoryBytes ?? 0);
        // A kubelet, containerd and Cilium's agent run in each machine.
        expect(held?.every((bytes) => bytes > 100 * 2 ** 20)).toBe(true);
    });

    it("runs images of the site's own registry, by digest, and of no other", async () => {
        await site.apply(pod(home, "stranger", NODES[0], { image: "registry.example.org/postgres:15" }));
        let reason = "";
        while (!/ErrImagePull|ImagePullBackOff/.test(reason)) {
            reason = await site.run(
                "get",
                "pod",
                "stranger",
                "-o",
                "jsonpath={.status.containerStatuses[0].state.waiting.reason}",
            );
            await new Promise((resolve) => setTimeout(resolve, 200));
        }
        expect(reason).toMatch(/ErrImagePull|ImagePullBackOff/);
        await site.run("delete", "pod", "stranger", "--now");
    });

    it("carries packets between pods on different machines, and to a Service", async () => {
        const address = await site.addressOf("server");
        const service = await site.run("get", "service", "server", "-o", "jsonpath={.spec.clusterIP}");
        expect(await site.fetch("client", `http://${address}:8080/`)).toBe("200");
        expect(await site.fetch("client", `http://${service}/`)).toBe("200");
    });

    it("shows a pod's log and opens a shell in it, through the relay", async () => {
        expect((await site.run("exec", "server", "--", "sh", "-c", "echo here")).trim()).toBe("here");
        await site.fetch("client", `http://${await site.addressOf("server")}:8080/`);
        expect(await site.run("logs", "server")).toContain("GET / HTTP/1.1");
    });

    it("has kubelets that do what API servers ask, and nobody else, a machine with their certificate neither", async () => {
        const client = "apiserver-kubelet-client";
        expect(await commands(client, "gateway")).toBe("200");
        expect(await commands("admin", "gateway")).toBe("401");
        expect(await commands("operator", "gateway")).toBe("401");
        expect(await commands("kube-apiserver", "gateway")).toBe("401");
        for (const certificate of ["admin", "operator", client]) {
            expect(await commands(certificate, NODES[1])).toBe("ABORT_ERR");
        }
    });

    it("shows others its kubelets, its API server and its registry of images, and no other port", async () => {
        const images = registryPort({ registry: siteInventory(SITE, "real").network?.registry ?? "" });
        for (const node of NODES) {
            expect(open(await processIn(node))).toEqual([KUBELET_PORT]);
        }
        expect(open(await processIn("gateway"))).toEqual([images, API_SERVER_PORT]);
    });

    it("reaches nothing outside: no machine has a way to the host or beyond", async () => {
        const script = "import socket; socket.create_connection(('192.0.2.1', 80), 2)";
        await expect(site.python("client", script)).rejects.toThrow(/timed out|unreachable/i);
    });

    it("has the same gateway for a machine, whichever others come and go", async () => {
        const ip = async (...args: string[]): Promise<string> => {
            const net = `--net=/proc/${await processIn("gateway")}/ns/net`;
            return (await promisify(execFile)("nsenter", [net, "ip", ...args])).stdout;
        };
        const gateway = async (): Promise<string> =>
            (await ip("-brief", "link", "show", "nodes")).split(/\s+/)[2] ?? "";
        const before = await gateway();
        // No machine's interface has a lower address than this one.
        await ip("link", "add", "other", "address", "00:00:00:00:00:02", "type", "veth");
        await ip("link", "set", "other", "master", "nodes");
        const beside = await gateway();
        await ip("link", "delete", "other");
        expect([beside, await gateway()]).toEqual([before, before]);
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
        // Until the kubelet reports, the API shows the pod's old status, so only an answer of the pod counts.
        let answer = "";
        while (answer !== "200") {
            const address = await site.addressOf("server");
            answer = await site.fetch("client", `http://${address}:8080/`).catch(() => "");
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
        expect(JSON.parse(await site.run("get", "namespace", "x", "-o", "json"))).toMatchObject({ kind: "Namespace" });
        expect(fs.readdirSync(paths.images)).toContain("docker");
    });
});
