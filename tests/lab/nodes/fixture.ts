/** Sites with real nodes in their own home, and pods in them. */
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { parseConfig } from "../../../infra/site/config";
import { plan } from "../../../infra/site/plan";
import { hostProblems } from "../../../lab/nodes/host";
import { SitePaths } from "../../../lab/paths";
import { binDir, embassyHome } from "../../../command-line/paths";
import { renderPlan } from "../../support/render";
import { stackValues } from "../../support/stacks";

const run = promisify(execFile);

const problems = hostProblems();
/** Part of a test's title that says why this host cannot run it; empty where it can. */
export const why = problems.length > 0 ? ` (skipped: ${problems.join(", ")})` : "";
export const describeNodes = problems.length > 0 ? describe.skip : describe;

/** A command that serves HTTP in the image of Postgres. */
export const SERVER = serverAt(8080);
function serverAt(port: number): string[] {
    return ["python3", "-m", "http.server", String(port), "--directory", "/usr/lib/postgresql"];
}

/** Seconds after which a request in a pod counts as not answered. */
export const PATIENCE = 3;

/** Creates a home for a lab. It shares what is downloaded or built once with all homes. */
export function makeHome(): string {
    fs.mkdirSync(path.join(embassyHome, "tests"), { recursive: true });
    const home = fs.mkdtempSync(path.join(embassyHome, "tests", "nodes-"));
    for (const shared of ["cache", "images"]) {
        fs.mkdirSync(path.join(embassyHome, shared), { recursive: true });
        fs.symlinkSync(path.join(embassyHome, shared), path.join(home, shared));
    }
    return home;
}

/** Name → digest of the images that the lab in `home` has made. */
export function digests(home: string): Record<string, string> {
    return JSON.parse(fs.readFileSync(path.join(home, "images", "lock.json"), "utf8")) as Record<string, string>;
}

/**
 * The stack's objects whose resource names begin with one of `prefixes`, with the images that the lab in `home` has made.
 * Namespaces come first, because the other objects are in them.
 */
export async function declared(home: string, stack: string, ...prefixes: readonly string[]): Promise<object[]> {
    const resources = await renderPlan(stack, plan(parseConfig(stack, stackValues(stack)), digests(home)));
    return resources
        .filter(
            ({ type, name }) => type.startsWith("kubernetes:") && prefixes.some((prefix) => name.startsWith(prefix)),
        )
        .sort((a, b) => Number(isNamespace(b)) - Number(isNamespace(a)))
        .map(({ inputs }) => inputs);
}

function isNamespace({ type }: { readonly type: string }): boolean {
    return type === "kubernetes:core/v1:Namespace";
}

export function networkPolicy(name: string, spec: object): object {
    return { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { name }, spec };
}

interface Different {
    readonly image?: string;
    readonly namespace?: string;
    readonly dnsPolicy?: string;
    readonly readinessProbe?: object;
    /** Further labels of the pod. */
    readonly labels?: Readonly<Record<string, string>>;
    /** The port at which the pod serves instead of 8080, and its name. */
    readonly port?: { readonly name: string; readonly containerPort: number };
}

/** A pod that meets the restricted profile, as the embassy's own pods do. */
export function pod(
    home: string,
    name: string,
    nodeName: string,
    { image, namespace, dnsPolicy = "Default", readinessProbe, labels, port }: Different = {},
): object {
    const own = `registry.embassy.internal:5000/postgres@${digests(home)["postgres"] ?? ""}`;
    return {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name, ...(namespace !== undefined && { namespace }), labels: { app: name, ...labels } },
        spec: {
            nodeName,
            automountServiceAccountToken: false,
            terminationGracePeriodSeconds: 1,
            dnsPolicy,
            securityContext: {
                runAsNonRoot: true,
                runAsUser: 100,
                runAsGroup: 102,
                seccompProfile: { type: "RuntimeDefault" },
            },
            containers: [
                {
                    name: "main",
                    image: image ?? own,
                    command: port === undefined ? SERVER : serverAt(port.containerPort),
                    ...(port && { ports: [port] }),
                    securityContext: {
                        allowPrivilegeEscalation: false,
                        readOnlyRootFilesystem: true,
                        capabilities: { drop: ["ALL"] },
                    },
                    ...(readinessProbe && { readinessProbe }),
                },
            ],
        },
    };
}

/** The process IDs of a container, beginning with its first process. @param id as in the API: `containerd://…` */
export function processesIn(id: string): number[] {
    const [, name = ""] = id.split("//");
    return fs
        .readdirSync("/proc")
        .filter((pid) => /^\d+$/.test(pid) && name !== "" && read(`/proc/${pid}/cgroup`).includes(name))
        .map(Number)
        .sort((one, other) => one - other);
}

/**
 * Runs a program in a container of the lab, as the container's first process is run. It does not use `kubectl exec`, which
 * sometimes fails with "websocket: close 1006" instead of the last output. @param id as in the API: `containerd://…` @returns the output
 */
export async function inContainer(id: string, command: readonly string[]): Promise<string> {
    const pid = processesIn(id)[0] ?? "";
    const [, user = ""] = /^Uid:\t(\d+)/m.exec(read(`/proc/${pid}/status`)) ?? [];
    const [, group = ""] = /^Gid:\t(\d+)/m.exec(read(`/proc/${pid}/status`)) ?? [];
    const enter = ["--all", `--target=${pid}`, `--setuid=${user}`, `--setgid=${group}`, "--wdns=/"];
    const env: Record<string, string> = {};
    for (const variable of read(`/proc/${pid}/environ`).split("\0")) {
        const [key = "", ...value] = variable.split("=");
        env[key] = value.join("=");
    }
    return (await run("nsenter", [...enter, ...command], { env })).stdout.trim();
}

function read(file: string): string {
    try {
        return fs.readFileSync(file, "utf8");
    } catch {
        // The process has ended meanwhile.
        return "";
    }
}

/** A site that the tests of a file share. */
export interface OnNodes {
    readonly home: string;
    readonly site: string;
}

/** Within this time Cilium knows the pods of a Service, on a busy host too. */
const SERVED_MS = 60_000;

/** Uses one site's API through kubectl. */
export class Client {
    private readonly kubeconfig: string;
    private readonly inNamespace: string;

    constructor(
        private readonly home: string,
        private readonly site: string,
        /** The namespace of the pods that are used. */
        namespace = "default",
    ) {
        this.inNamespace = `--namespace=${namespace}`;
        this.kubeconfig = new SitePaths(home, site).kubeconfig;
    }

    /** A client for pods in another namespace. */
    in(namespace: string): Client {
        return new Client(this.home, this.site, namespace);
    }

    async run(...args: string[]): Promise<string> {
        return (await run(path.join(binDir, "kubectl"), [`--kubeconfig=${this.kubeconfig}`, ...args])).stdout;
    }

    async apply(...items: object[]): Promise<void> {
        const file = path.join(this.home, "objects.json");
        fs.writeFileSync(file, JSON.stringify({ apiVersion: "v1", kind: "List", items }));
        await this.run("apply", "-f", file);
    }

    async podsReady(): Promise<void> {
        await this.run("wait", this.inNamespace, "pod", "--all", "--for=condition=Ready", "--timeout=120s");
    }

    async addressOf(pod: string): Promise<string> {
        return this.run("get", this.inNamespace, "pod", pod, "-o", "jsonpath={.status.podIP}");
    }

    /** Runs a program in a container of `pod`. @returns its output */
    async inside(pod: string, container: string, ...command: string[]): Promise<string> {
        // Sidecars are listed among the init containers.
        const ids = ["containerStatuses", "initContainerStatuses"].map(
            (statuses) => `{.status.${statuses}[?(@.name=="${container}")].containerID}`,
        );
        const id = await this.run("get", this.inNamespace, "pod", pod, "-o", `jsonpath=${ids.join("")}`);
        return inContainer(id, command);
    }

    /**
     * Runs a Python script in `pod`, again while a connection of it is refused: Cilium refuses connections to a Service until it has learnt of its
     * pods, which is after they are ready. What a policy or the link stops times out.
     *
     * @returns its output
     */
    async python(pod: string, script: string): Promise<string> {
        for (const deadline = Date.now() + SERVED_MS; ;) {
            try {
                return await this.inside(pod, "main", "python3", "-c", script);
            } catch (error) {
                if (Date.now() > deadline || !String(error).includes("Connection refused")) {
                    throw error;
                }
            }
            await sleep(500);
        }
    }

    /** Requests `url` from `pod`. @returns the HTTP status */
    async fetch(pod: string, url: string): Promise<string> {
        return this.python(
            pod,
            `import urllib.request; print(urllib.request.urlopen("${url}", timeout=${PATIENCE}).status)`,
        );
    }
}
