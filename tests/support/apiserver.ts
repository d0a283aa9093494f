/** A real API server for integration tests: etcd, kube-apiserver, kube-controller-manager and, on request, kube-scheduler, on free loopback ports. */
import { ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { once } from "node:events";
import fs from "node:fs";
import https from "node:https";
import net from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const ROOT = path.resolve(__dirname, "../..");
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 10_000;

export interface ApiServer {
    readonly kubeconfig: string;
    readonly server: string;
    /** Stops kube-apiserver alone, as if the cluster were gone. */
    stopApiServer(): Promise<void>;
    stop(): Promise<void>;
}

/** Further arguments for each program. The scheduler is started only if it has an entry here. */
export interface Arguments {
    readonly "kube-apiserver"?: readonly string[];
    /** The arguments, or a function that returns them for the API server's URL. */
    readonly "kube-controller-manager"?: readonly string[] | ((server: string) => readonly string[]);
    readonly "kube-scheduler"?: readonly string[];
}

/** Starts them, and resolves once the API server is ready. Throws if a binary is missing: build them with `npm start`. */
export async function startApiServer(more: Arguments = {}): Promise<ApiServer> {
    const directory = fs.mkdtempSync(path.join(makeTmp(), "apiserver-"));
    const [client, peer, secure] = await freePorts(3);
    const token = randomUUID();
    const file = (name: string): string => path.join(directory, name);
    const write = (name: string, content: string): string => {
        fs.writeFileSync(file(name), content, { mode: 0o600 });
        return file(name);
    };
    write("tokens.csv", `${token},tester,tester,system:masters\n`);
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    write("sa.key", privateKey.export({ type: "sec1", format: "pem" }).toString());
    const server = `https://127.0.0.1:${secure}`;
    const kubeconfig = write("kubeconfig", kubeconfigOf(server, token));
    const own = more["kube-apiserver"] ?? [];
    const controllers = more["kube-controller-manager"] ?? [];
    const started: Process[] = [];
    const start = (name: string, args: readonly string[]): Process => {
        const process = startProcess(name, args, directory);
        started.push(process);
        return process;
    };
    const stop = async (): Promise<void> => {
        // The API server lingers for a minute if etcd goes first.
        for (const process of started.reverse()) {
            await stopProcess(process);
        }
        fs.rmSync(directory, { recursive: true, force: true });
    };
    try {
        start("etcd", [
            `--data-dir=${file("etcd")}`,
            `--listen-client-urls=http://127.0.0.1:${client}`,
            `--advertise-client-urls=http://127.0.0.1:${client}`,
            `--listen-peer-urls=http://127.0.0.1:${peer}`,
            `--initial-advertise-peer-urls=http://127.0.0.1:${peer}`,
            `--initial-cluster=default=http://127.0.0.1:${peer}`,
            "--unsafe-no-fsync",
            "--log-level=error",
        ]);
        const apiserver = start("kube-apiserver", [
            `--etcd-servers=http://127.0.0.1:${client}`,
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            `--secure-port=${secure}`,
            `--cert-dir=${file("certs")}`,
            `--token-auth-file=${file("tokens.csv")}`,
            ...(own.some((flag) => flag.startsWith("--authorization-mode=")) ? [] : ["--authorization-mode=RBAC"]),
            "--service-cluster-ip-range=10.99.0.0/24",
            "--service-account-issuer=https://kubernetes.default.svc",
            `--service-account-key-file=${file("sa.key")}`,
            `--service-account-signing-key-file=${file("sa.key")}`,
            ...own,
        ]);
        await untilReady(server, apiserver);
        start("kube-controller-manager", [
            `--kubeconfig=${kubeconfig}`,
            "--bind-address=127.0.0.1",
            "--secure-port=0",
            "--leader-elect=false",
            "--use-service-account-credentials=false",
            `--service-account-private-key-file=${file("sa.key")}`,
            ...(typeof controllers === "function" ? controllers(server) : controllers),
        ]);
        if (more["kube-scheduler"]) {
            start("kube-scheduler", [
                `--kubeconfig=${kubeconfig}`,
                "--bind-address=127.0.0.1",
                "--secure-port=0",
                "--leader-elect=false",
                ...more["kube-scheduler"],
            ]);
        }
        return { kubeconfig, server, stop, stopApiServer: () => stopProcess(apiserver, "SIGKILL") };
    } catch (error) {
        await stop();
        throw error;
    }
}

interface Process {
    readonly name: string;
    readonly child: ChildProcess;
    readonly log: string;
}

function startProcess(name: string, args: readonly string[], directory: string): Process {
    const binary = path.join(ROOT, ".embassy", "bin", name);
    if (!fs.existsSync(binary)) {
        throw new Error(`${binary} is missing: run \`npm start\` once to build it`);
    }
    const log = path.join(directory, `${name}.log`);
    const output = fs.openSync(log, "w", 0o600);
    const child = spawn(binary, args, { stdio: ["ignore", output, output] });
    fs.closeSync(output);
    return { name, child, log };
}

async function stopProcess({ child }: Process, signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) {
        return;
    }
    const gone = once(child, "exit");
    child.kill(signal);
    const patience = AbortSignal.timeout(STOP_TIMEOUT_MS);
    patience.addEventListener("abort", () => child.kill("SIGKILL"));
    await gone;
}

async function untilReady(server: string, { child, log }: Process): Promise<void> {
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (!(await isReady(server))) {
        if (child.exitCode !== null || Date.now() > deadline) {
            throw new Error(`kube-apiserver did not become ready:\n${fs.readFileSync(log, "utf8").slice(-2000)}`);
        }
        await sleep(100);
    }
}

function isReady(server: string): Promise<boolean> {
    return new Promise((resolve) => {
        https
            .get(`${server}/readyz`, { rejectUnauthorized: false }, (response) => {
                response.resume();
                resolve(response.statusCode === 200);
            })
            .on("error", () => resolve(false));
    });
}

function makeTmp(): string {
    const tmp = path.join(ROOT, ".embassy", "tmp");
    fs.mkdirSync(tmp, { recursive: true });
    return tmp;
}

/** Finds free ports. All of them are held at the same time, so that they differ. */
export async function freePorts(count: number): Promise<number[]> {
    const servers = await Promise.all(
        Array.from({ length: count }, async () => {
            const server = net.createServer().listen(0, "127.0.0.1");
            await once(server, "listening");
            return server;
        }),
    );
    const ports = servers.map((server) => (server.address() as net.AddressInfo).port);
    await Promise.all(servers.map((server) => once(server.close(), "close")));
    return ports;
}

function kubeconfigOf(server: string, token: string): string {
    return JSON.stringify({
        apiVersion: "v1",
        kind: "Config",
        clusters: [{ name: "test", cluster: { server, "insecure-skip-tls-verify": true } }],
        users: [{ name: "tester", user: { token } }],
        contexts: [{ name: "test", context: { cluster: "test", user: "tester" } }],
        "current-context": "test",
    });
}
