/** One real site in its own home is brought up once, and then broken in every way. */
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as net from "node:net";
import * as path from "node:path";
import * as lab from "../../lab/lab";
import { PartName, partNames } from "../../lab/part";
import { SitePaths } from "../../lab/paths";
import { identityOf, runningCommands } from "../../lab/processes/identity";
import { binDir } from "../../command-line/paths";
import { inventory, node, removeTemporary, temporaryHome } from "../support/lab";

jest.setTimeout(120_000);

const SITE = "narva";
const home = temporaryHome();
const paths = new SitePaths(home, SITE);
let declared = inventory();
const options = { home, inventory: () => declared };

/** The fields that the cluster-wide default of Pod Security requires of a pod. */
const RESTRICTED = {
    pod: { runAsNonRoot: true, runAsUser: 65_532, seccompProfile: { type: "RuntimeDefault" } },
    container: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
};
const SECRET = "correct-horse-battery-staple";
const WORKLOAD = {
    apiVersion: "v1",
    kind: "List",
    items: [
        {
            apiVersion: "storage.k8s.io/v1",
            kind: "StorageClass",
            metadata: { name: "nvme" },
            provisioner: "kubernetes.io/no-provisioner",
            volumeBindingMode: "WaitForFirstConsumer",
        },
        {
            apiVersion: "v1",
            kind: "Secret",
            metadata: { name: "pass", namespace: "default" },
            stringData: { pass: SECRET },
        },
        {
            apiVersion: "apps/v1",
            kind: "StatefulSet",
            metadata: { name: "db", namespace: "default" },
            spec: {
                replicas: 3,
                podManagementPolicy: "Parallel",
                serviceName: "db",
                selector: { matchLabels: { app: "db" } },
                template: {
                    metadata: { labels: { app: "db" } },
                    spec: {
                        securityContext: RESTRICTED.pod,
                        initContainers: [{ name: "init", image: "init:1", securityContext: RESTRICTED.container }],
                        containers: [
                            {
                                name: "db",
                                image: "db:1",
                                securityContext: RESTRICTED.container,
                                volumeMounts: [{ name: "data", mountPath: "/data" }],
                            },
                        ],
                        topologySpreadConstraints: [
                            {
                                maxSkew: 1,
                                topologyKey: "kubernetes.io/hostname",
                                whenUnsatisfiable: "DoNotSchedule",
                                labelSelector: { matchLabels: { app: "db" } },
                            },
                        ],
                    },
                },
                volumeClaimTemplates: [
                    {
                        metadata: { name: "data" },
                        spec: {
                            accessModes: ["ReadWriteOnce"],
                            storageClassName: "nvme",
                            resources: { requests: { storage: "5Gi" } },
                        },
                    },
                ],
            },
        },
    ],
};

interface AuditRecord {
    readonly verb: string;
    readonly user: { readonly groups: readonly string[] };
    readonly objectRef?: { readonly resource: string; readonly name?: string };
    readonly requestObject?: unknown;
}

function kubectl(args: string[], input = ""): string {
    const kubeconfig = lab.kubeconfigPath(SITE, options);
    return execFileSync(path.join(binDir, "kubectl"), [`--kubeconfig=${kubeconfig}`, ...args], {
        input,
        encoding: "utf8",
    });
}

async function status(): Promise<lab.SiteStatus> {
    const [site] = await lab.status([SITE], options);
    if (!site) {
        throw new Error("no status");
    }
    return site;
}

async function pids(): Promise<Partial<Record<PartName, number>>> {
    return Object.fromEntries((await status()).parts.map(({ part, pid }) => [part, pid]));
}

async function processesOfThisHome(): Promise<string[]> {
    const commands = await runningCommands();
    return commands.flatMap(({ argv }) =>
        argv.some((arg) => arg.includes(`${paths.directory}/`)) ? [argv[0] ?? ""] : [],
    );
}

async function crash(pid: number): Promise<void> {
    process.kill(pid, "SIGKILL");
    while ((await identityOf(pid)) !== undefined) {
        await new Promise((resolve) => setTimeout(resolve, 10));
    }
}

beforeAll(async () => {
    await lab.up([SITE], options);
});

afterAll(async () => {
    await lab.down([SITE], options);
    removeTemporary();
});

test("everything runs and every node is ready", async () => {
    const site = await status();
    expect(site.parts.map(({ state }) => state)).toEqual(partNames.map(() => "running"));
    expect(site).toMatchObject({ up: true, ready: true, nodes: { ready: 3, total: 3 } });
    expect(kubectl(["config", "current-context"]).trim()).toBe(SITE);
    expect(fs.statSync(site.kubeconfig).mode & 0o777).toBe(0o600);
});

test("a control plane stays within 700 MiB", async () => {
    expect((await status()).memoryBytes).toBeLessThan(700 * 1024 * 1024);
});

test("a second up changes nothing", async () => {
    const before = await pids();
    const [again] = await lab.up([SITE], options);
    expect(again).toMatchObject({ started: [], changedObjects: 0 });
    expect(await pids()).toEqual(before);
});

test("nobody gets in without a certificate", async () => {
    const port = (await status()).parts.find(({ part }) => part === "kube-apiserver")?.port ?? 0;
    const args = [`--server=https://127.0.0.1:${port}`, "--insecure-skip-tls-verify", "get", "--raw=/readyz"];
    const anonymous = (): string =>
        execFileSync(path.join(binDir, "kubectl"), ["--kubeconfig=/dev/null", "--token=none", ...args], {
            encoding: "utf8",
            stdio: "pipe",
        });
    expect(anonymous).toThrow(/Unauthorized|logged in/);
});

test("a StatefulSet with volumes becomes ready on simulated nodes, one pod on each", () => {
    kubectl(["apply", "--server-side", "-f", "-"], JSON.stringify(WORKLOAD));
    kubectl(["rollout", "status", "statefulset/db", "--timeout=60s"]);
    const nodes = kubectl(["get", "pods", "-l", "app=db", "-o", "jsonpath={.items[*].spec.nodeName}"]).split(" ");
    const claims = kubectl(["get", "pvc", "-o", "jsonpath={.items[*].status.phase}"]);
    expect(nodes.sort()).toEqual(["narva-1", "narva-2", "narva-3"]);
    expect(claims).toBe("Bound Bound Bound");
});

test("a pod that lost its readiness while its node was away gets it back", () => {
    const unready = { status: { conditions: [{ type: "Ready", status: "False" }] } };
    kubectl(["patch", "pod", "db-0", "--subresource=status", "-p", JSON.stringify(unready)]);
    const wait = kubectl(["wait", "pod/db-0", "--for=condition=Ready", "--timeout=30s"]);
    expect(wait).toContain("condition met");
});

test("etcd holds no Secret in the clear", () => {
    // Finding the StatefulSet shows that the search works.
    const files = execFileSync("grep", ["-rlaE", "StatefulSet", paths.etcdData], { encoding: "utf8" });
    expect(files).toContain("member");
    expect(() => execFileSync("grep", ["-rla", SECRET, paths.etcdData])).toThrow("Command failed");
});

test("who did what is written down, and no key with it", () => {
    kubectl(["get", "secret", "pass"]);
    expect(() => kubectl(["exec", "db-0", "--", "id"])).toThrow();
    const records = fs.readFileSync(paths.auditLog, "utf8").trim().split("\n");
    const of = (resource: string, verb: string): AuditRecord[] =>
        records
            .map((record) => JSON.parse(record) as AuditRecord)
            .filter(({ objectRef, ...record }) => record.verb === verb && objectRef?.resource === resource);

    const name = "pass";
    expect(of("secrets", "get").filter(({ objectRef }) => objectRef?.name === name)[0]?.user.groups).toContain(
        "system:masters",
    );
    expect(of("statefulsets", "patch")[0]?.requestObject).toMatchObject({ spec: { replicas: 3 } });
    expect(records.join("\n")).toMatch(/pods\/db-0\/exec\?command=id/);
    expect(records.join("\n")).not.toContain(SECRET);
    expect(records.join("\n")).not.toContain(Buffer.from(SECRET).toString("base64"));
    expect(fs.statSync(paths.auditLog).mode & 0o077).toBe(0);
});

test.each(partNames)("%s: a crash is seen, and mended without touching the others", async (part) => {
    const before = await pids();
    await crash(before[part] ?? 0);
    const seen = await status();
    expect(seen.ready).toBe(false);
    expect(seen.parts.find((row) => row.part === part)?.state).toBe("dead");
    const [mended] = await lab.up([SITE], options);
    const after = await pids();
    const replaced = partNames.filter((name) => after[name] !== before[name]);
    expect(mended?.started.toSorted()).toEqual(replaced.toSorted());
    expect(replaced).toContain(part);
    // The API server may be restarted too, if it is slow to find its etcd again.
    expect(replaced.filter((name) => name !== part && !(part === "etcd" && name === "kube-apiserver"))).toEqual([]);
    expect((await status()).ready).toBe(true);
});

test("a part that failed on purpose stays down until it is repaired", async () => {
    await lab.fail(SITE, "kube-scheduler", options);
    expect((await status()).parts.find(({ part }) => part === "kube-scheduler")?.state).toBe("failed");
    await expect(lab.fail(SITE, "kube-scheduler", options)).rejects.toThrow(/narva\/kube-scheduler does not run/);
    await lab.repair(SITE, "kube-scheduler", options);
    expect((await status()).ready).toBe(true);
});

test("up takes over what a killed up had started and not noted", async () => {
    fs.rmSync(paths.record("kwok"));
    const [mended] = await lab.up([SITE], options);
    expect(mended?.started).toEqual(["kwok"]);
    const kwoks = (await processesOfThisHome()).filter((program) => program.endsWith("/kwok"));
    expect(kwoks).toHaveLength(1);
});

test("two ups at the same time are as good as one", async () => {
    await crash((await pids()).kwok ?? 0);
    const results = await Promise.all([lab.up([SITE], options), lab.up([SITE], options)]);
    expect(results.flatMap(([site]) => site?.started ?? [])).toEqual(["kwok"]);
    expect((await status()).ready).toBe(true);
});

test("nodes and disks follow the inventory, and used disks stay", async () => {
    const bound = kubectl(["get", "pvc", "data-db-0", "-o", "jsonpath={.spec.volumeName}"]);
    const original = declared;
    declared = inventory({ nodes: [node("narva-1", { cpu: "16" }), node("narva-2"), node("narva-4", { disks: [] })] });
    await lab.up([SITE], options);
    const nodes = kubectl([
        "get",
        "nodes",
        "-o",
        "jsonpath={range .items[*]}{.metadata.name}={.status.capacity.cpu} {end}",
    ]);
    expect(nodes.trim()).toBe("narva-1=16 narva-2=8 narva-4=8");
    expect(kubectl(["get", "pv", bound, "-o", "jsonpath={.status.phase}"])).toBe("Bound");
    declared = original;
    await lab.up([SITE], options);
    expect((await status()).nodes).toEqual({ ready: 3, total: 3 });
});

test("after a stop, all comes back: data, ports, keys", async () => {
    const before = (await status()).parts.map(({ port }) => port);
    const kubeconfig = fs.readFileSync(paths.kubeconfig, "utf8");
    await lab.down([SITE], options);
    expect(await processesOfThisHome()).toEqual([]);
    expect(await status()).toMatchObject({ up: false, ready: false });
    await lab.up([SITE], options);
    expect((await status()).parts.map(({ port }) => port)).toEqual(before);
    expect(fs.readFileSync(paths.kubeconfig, "utf8")).toBe(kubeconfig);
    expect(kubectl(["get", "secret", "pass", "-o", "jsonpath={.data.pass}"])).toBe(
        Buffer.from(SECRET).toString("base64"),
    );
});

test("after a reboot, a stranger that has a remembered pid is left alone", async () => {
    await lab.down([SITE], options);
    const stranger = {
        pid: process.pid,
        identity: "an earlier boot:1",
        fingerprint: "x",
        since: "2030-01-01T00:00:00Z",
    };
    fs.writeFileSync(paths.record("etcd"), JSON.stringify(stranger));
    const [site] = await lab.up([SITE], options);
    expect(site?.started).toHaveLength(partNames.length);
});

test("a taken port stops everything before it starts, and new ports are the way on", async () => {
    const port = (await status()).parts.find(({ part }) => part === "kube-apiserver")?.port ?? 0;
    await lab.down([SITE], options);
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    await expect(lab.up([SITE], options)).rejects.toThrow(
        new RegExp(`Port ${port} of narva/kube-apiserver is held by process ${process.pid} .*\\n.*--new-ports`),
    );
    expect(await processesOfThisHome()).toEqual([]);
    await lab.up([SITE], { ...options, newPorts: true });
    server.close();
    expect((await status()).ready).toBe(true);
    expect(kubectl(["get", "statefulset", "db", "-o", "name"]).trim()).toBe("statefulset.apps/db");
});

test("a lost encryption key is refused, not replaced", async () => {
    const aside = `${paths.encryption}.aside`;
    fs.renameSync(paths.encryption, aside);
    await expect(lab.up([SITE], options)).rejects.toThrow(/encryption\.yaml is gone.*Put it back/);
    fs.renameSync(aside, paths.encryption);
    await expect(lab.up([SITE], options)).resolves.toMatchObject([{ started: [] }]);
});

test("other address ranges are refused before anything is restarted", async () => {
    const before = await pids();
    const moved = lab.up([SITE], { ...options, inventory: () => ({ ...declared, podCidr: "10.77.0.0/16" }) });
    await expect(moved).rejects.toThrow(
        /narva: podCidr from 10\.240\.0\.0\/16 to 10\.77\.0\.0\/16.*down narva --delete/,
    );
    expect(await pids()).toEqual(before);
});

test("missing binaries are named before anything starts", async () => {
    const missing = lab.up([SITE], { ...options, binDirectory: path.join(home, "empty") });
    await expect(missing).rejects.toThrow(/etcd, kube-apiserver.*npm run toolchain/);
});

test("a new site takes other ports where somebody takes one of them before its own part does", async () => {
    await lab.down([SITE], { ...options, deleteData: true });
    let stranger: net.Server | undefined;
    const messages: string[] = [];
    const onProgress = (_: string, message: string): void => {
        messages.push(message);
        if (message === "etcd: starting") {
            const ports = JSON.parse(fs.readFileSync(paths.ports, "utf8")) as { "kube-apiserver": number };
            stranger ??= net.createServer().listen(ports["kube-apiserver"], "127.0.0.1");
        }
    };
    await lab.up([SITE], { ...options, onProgress });
    stranger?.close();
    expect(messages).toContain("another program has taken one of its new ports: choosing others");
    expect((await status()).ready).toBe(true);
});

test("deleting a site leaves nothing of it", async () => {
    await lab.down([SITE], { ...options, deleteData: true });
    expect(fs.existsSync(paths.directory)).toBe(false);
    expect(await processesOfThisHome()).toEqual([]);
    expect(await lab.knownSites({ home })).toEqual([]);
});
