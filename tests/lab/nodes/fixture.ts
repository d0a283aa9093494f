/** Sites with real nodes in a home of their own, and pods in them. */
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
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
/** For a title: why this host cannot run these tests; empty where it can. */
export const why = problems.length > 0 ? ` (skipped: ${problems.join(", ")})` : "";
export const describeNodes = problems.length > 0 ? describe.skip : describe;

/** What serves HTTP in the image of Postgres, as user 100. */
export const SERVER = serverAt(8080);
function serverAt(port: number): string[] {
    return ["python3", "-m", "http.server", String(port), "--directory", "/usr/lib/postgresql"];
}

/** Seconds within which something in a pod is answered, or is not. */
export const PATIENCE = 3;

/** A home for a lab, in which what is downloaded and built once is that of all homes. */
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
 * Objects of the stack whose names in it begin with one of `prefixes`, with the images that the lab in `home` has made;
 * namespaces first, in which the others are.
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
    /** Besides its own. */
    readonly labels?: Readonly<Record<string, string>>;
    /** At which it serves in place of 8080, and by which name a Service knows it. */
    readonly port?: { readonly name: string; readonly containerPort: number };
}

/** A pod under the restricted profile, as the embassy's own are. */
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

/** Ids of a container's processes, its first one first. @param id as the API has it: `containerd://…` */
export function processesIn(id: string): number[] {
    const [, name = ""] = id.split("//");
    return fs
        .readdirSync("/proc")
        .filter((pid) => /^\d+$/.test(pid) && name !== "" && read(`/proc/${pid}/cgroup`).includes(name))
        .map(Number)
        .sort((one, other) => one - other);
}

/**
 * What a program prints that runs in a container of the lab as its first process does. Not by `kubectl exec`, which now and then
 * says "websocket: close 1006" in place of what was said last. @param id as the API has it: `containerd://…`
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
        // It has ended meanwhile.
        return "";
    }
}

/** One site's API, by kubectl. */
export class Client {
    private readonly kubeconfig: string;
    private readonly inNamespace: string;

    constructor(
        private readonly home: string,
        private readonly site: string,
        /** Where the pods are that are asked. */
        namespace = "default",
    ) {
        this.inNamespace = `--namespace=${namespace}`;
        this.kubeconfig = new SitePaths(home, site).kubeconfig;
    }

    /** The same, where pods are in another namespace. */
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

    /** What a program prints in a container of `pod`. */
    async inside(pod: string, container: string, ...command: string[]): Promise<string> {
        // A sidecar is among the init containers.
        const ids = ["containerStatuses", "initContainerStatuses"].map(
            (statuses) => `{.status.${statuses}[?(@.name=="${container}")].containerID}`,
        );
        const id = await this.run("get", this.inNamespace, "pod", pod, "-o", `jsonpath=${ids.join("")}`);
        return inContainer(id, command);
    }

    /** What `script` prints that Python runs in `pod`. */
    async python(pod: string, script: string): Promise<string> {
        return this.inside(pod, "main", "python3", "-c", script);
    }

    /** HTTP status that `pod` gets from `url`. */
    async fetch(pod: string, url: string): Promise<string> {
        return this.python(
            pod,
            `import urllib.request; print(urllib.request.urlopen("${url}", timeout=${PATIENCE}).status)`,
        );
    }
}
