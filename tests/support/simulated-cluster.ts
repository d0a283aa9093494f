/**
 * The machines of a stack file under a real control plane. API server, controllers and scheduler are Kubernetes' own; the test
 * plays the kubelets, so that a host can fail and come back at once.
 */
import { readFileSync } from "node:fs";
import https from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import type { EmbassyConfig } from "../../infra/site/config";
import { EVICTION } from "../../infra/cluster/control-plane/controller-manager";
import { plan } from "../../infra/site/plan";
import type { Host } from "../../infra/cluster/facility/inventory";
import { NIGHTLY, RUNS } from "../../infra/storage/plan-object-store";
import { GATES, JOBS } from "../../infra/registries/plan";
import { diskManifests, nodeManifest } from "../../lab/objects";
import { type ApiServer, startApiServer } from "./apiserver";
import { kubectl } from "./admission";
import { renderPlan } from "./render";

/** kubeadm's taint of the control plane: https://kubernetes.io/docs/reference/labels-annotations-taints/#node-role-kubernetes-io-control-plane-taint */
const CONTROL_PLANE = [{ key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" as const }];
const KINDS = /:(Namespace|PriorityClass|StorageClass|ServiceAccount|StatefulSet|Deployment)$/;
/** Job → number of its pods. A Deployment of that name plays them, and its pods have the name as label. */
const JOB_PODS: Readonly<Record<string, number>> = {
    "store-full": JOBS,
    "gate-primary": GATES,
    ...Object.fromEntries(NIGHTLY.map((workload) => [workload, RUNS])),
};
const CONTROLLERS = [
    "deployment-controller",
    "replicaset-controller",
    "statefulset-controller",
    "garbage-collector-controller",
    "persistentvolume-binder-controller",
    "node-lifecycle-controller",
    "taint-eviction-controller",
];
const PATIENCE_MS = 60_000;

export interface Pod {
    readonly metadata: {
        readonly name: string;
        readonly uid: string;
        readonly namespace: string;
        readonly labels: Readonly<Record<string, string>>;
        readonly deletionTimestamp?: string;
        readonly ownerReferences: readonly { readonly kind: string }[];
    };
    readonly spec: { readonly nodeName?: string };
    readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

interface Manifest {
    readonly kind: string;
    readonly metadata: { readonly name: string; readonly namespace?: string };
    readonly spec?: { readonly [field: string]: unknown; readonly replicas?: number };
}

export class SimulatedCluster {
    private hosts: readonly Host[] = [];
    private replicas = 0;
    private builds = 0;

    private readonly token: string;

    private constructor(private readonly api: ApiServer) {
        const { users } = JSON.parse(readFileSync(api.kubeconfig, "utf8")) as { users: { user: { token: string } }[] };
        this.token = users[0]?.user.token ?? "";
    }

    static async start(): Promise<SimulatedCluster> {
        const api = await startApiServer({
            "kube-apiserver": [
                "--default-not-ready-toleration-seconds=0",
                "--default-unreachable-toleration-seconds=0",
                // Claims are deleted at once when the next site is built.
                "--disable-admission-plugins=StorageObjectInUseProtection",
            ],
            "kube-controller-manager": [
                `--controllers=${CONTROLLERS.join()}`,
                "--node-monitor-period=200ms",
                // The test sends no heartbeats, so a host's condition must stay valid until the test changes it.
                "--node-monitor-grace-period=1h",
                // The default of one host in ten seconds would take a minute for a zone.
                "--node-eviction-rate=50",
                ...EVICTION,
            ],
            "kube-scheduler": [],
        });
        return new SimulatedCluster(api);
    }

    stop(): Promise<void> {
        return this.api.stop();
    }

    /** Creates the site's machines, and everything with pods that the site declares. All registries run. */
    async build(config: EmbassyConfig): Promise<void> {
        Object.values(config.registries).forEach((registry) => (registry.running = true));
        const site = plan(config);
        const rendered = await renderPlan(config.site.name, site);
        this.hosts = site.hosts;
        this.clear();
        const machines = site.hosts.map(({ disks, role, ...host }) => ({
            ...host,
            disks: disks === undefined ? [] : [disks],
            ...(role === "control-plane" && { taints: CONTROL_PLANE }),
        }));
        // Volumes have new names, because the controllers still remember those of the previous site.
        const name = `site-${++this.builds}`;
        const nodes = machines.flatMap((machine) => [nodeManifest(machine), ...diskManifests(name, machine)]);
        this.create(nodes);
        await this.say(site.hosts, "True");
        // Without its nodes a zone is no topology domain, and its share of members would be placed in the other zones.
        await this.untilNone("node.kubernetes.io/not-ready");
        const objects = rendered
            .filter(({ type }) => KINDS.test(type))
            .map(({ inputs }) => inputs as unknown as Manifest);
        const jobs = rendered
            .filter(({ type }) => type.startsWith("kubernetes:batch/"))
            .flatMap(({ inputs }) => asDeployment(inputs as unknown as Manifest));
        const all = [...objects, ...jobs];
        this.replicas = all.reduce((sum, { spec }) => sum + (spec?.replicas ?? 0), 0);
        // Namespaces are created first, then the objects that pods refer to, then the workloads.
        const order = ({ kind, spec }: Manifest): number =>
            kind === "Namespace" ? 0 : spec?.replicas === undefined ? 1 : 2;
        this.create(all.toSorted((one, other) => order(one) - order(other)));
    }

    private clear(): void {
        const everywhere = ["--all", "--all-namespaces", "--wait=false", "--ignore-not-found"];
        kubectl(this.api, ["delete", "deployments,statefulsets", ...everywhere, "--cascade=orphan"]);
        kubectl(this.api, ["delete", "replicasets", ...everywhere, "--cascade=orphan"]);
        kubectl(this.api, ["delete", "pods", ...everywhere, "--force", "--grace-period=0"]);
        kubectl(this.api, ["delete", "persistentvolumeclaims", ...everywhere]);
        kubectl(this.api, ["delete", "persistentvolumes,nodes", "--all", "--wait=false"]);
    }

    private create(items: readonly object[]): void {
        kubectl(this.api, ["apply", "--server-side", "--force-conflicts", "-f", "-"], {
            apiVersion: "v1",
            kind: "List",
            items,
        });
    }

    /** Makes hosts fail: the node controller finds them unreachable, and their pods are evicted. */
    async fail(names: readonly string[]): Promise<void> {
        await this.say(
            this.hosts.filter(({ name }) => names.includes(name)),
            "Unknown",
        );
    }

    async repair(names: readonly string[]): Promise<void> {
        await this.say(
            this.hosts.filter(({ name }) => names.includes(name)),
            "True",
        );
    }

    /** Deletes evicted pods on hosts that are not lost, as their kubelets would once the pods have ended. */
    private async endEvicted(pods: readonly Pod[], lost: readonly string[]): Promise<void> {
        const ended = pods.filter(
            ({ metadata, spec }) => metadata.deletionTimestamp !== undefined && !lost.includes(spec.nodeName ?? ""),
        );
        await Promise.all(
            ended.map(({ metadata: { name, namespace, uid } }) =>
                // The UID protects a new pod that may have the same name by now.
                this.request("DELETE", `/api/v1/namespaces/${namespace}/pods/${name}`, {
                    gracePeriodSeconds: 0,
                    preconditions: { uid },
                }),
            ),
        );
    }

    private async untilNone(taint: string): Promise<void> {
        const deadline = Date.now() + PATIENCE_MS;
        while ((await this.request("GET", "/api/v1/nodes")).includes(taint)) {
            if (Date.now() > deadline) {
                throw new Error(`nodes keep the taint ${taint}`);
            }
            await sleep(100);
        }
    }

    private async say(hosts: readonly Host[], ready: "True" | "Unknown"): Promise<void> {
        const conditions = [{ type: "Ready", status: ready, reason: "Played" }];
        await Promise.all(
            hosts.map(({ name }) => this.request("PATCH", `/api/v1/nodes/${name}/status`, { status: { conditions } })),
        );
    }

    async pods(): Promise<Pod[]> {
        const { items } = JSON.parse(await this.request("GET", "/api/v1/pods")) as { items: Pod[] };
        return items;
    }

    /**
     * Waits until the controllers and the scheduler have nothing left to do and `wanted` holds: pods on lost hosts are evicted and, where
     * possible, replaced, and every pod is scheduled or unschedulable. @returns the pods at the end, also if the time is over
     */
    async settled(lost: readonly string[], wanted: (pods: readonly Pod[]) => boolean): Promise<Pod[]> {
        const deadline = Date.now() + PATIENCE_MS;
        for (;;) {
            const pods = await this.pods();
            await this.endEvicted(pods, lost);
            const alive = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
            const bound = pods.filter((pod) => !alive.includes(pod) && isMember(pod));
            const done =
                alive.length + bound.length === this.replicas &&
                alive.every(({ spec: { nodeName } }) => nodeName === undefined || !lost.includes(nodeName)) &&
                alive.every((pod) => pod.spec.nodeName !== undefined || isRefused(pod));
            if ((done && wanted(pods)) || Date.now() > deadline) {
                return pods;
            }
            await sleep(100);
        }
    }

    private request(method: string, path: string, body?: object): Promise<string> {
        const text = body === undefined ? "" : JSON.stringify(body);
        const type = method === "PATCH" ? "application/strategic-merge-patch+json" : "application/json";
        return new Promise((resolve, reject) => {
            const headers = {
                authorization: `Bearer ${this.token}`,
                "content-type": type,
                "content-length": Buffer.byteLength(text),
            };
            // Each request has its own connection, because the server may close a connection that is idle.
            const options = { method, headers, rejectUnauthorized: false, agent: false } as const;
            const request = https.request(`${this.api.server}${path}`, options);
            request.setTimeout(PATIENCE_MS, () => request.destroy(new Error(`${method} ${path}: no answer`)));
            request.on("error", reject).on("response", (response) => {
                let answer = "";
                response.setEncoding("utf8").on("data", (part: string) => (answer += part));
                response.on("end", () => {
                    const { statusCode = 500 } = response;
                    // A conflict means that a new object has taken the place of the one to delete.
                    if (statusCode < 300 || statusCode === 404 || (method === "DELETE" && statusCode === 409)) {
                        resolve(answer);
                    } else {
                        reject(new Error(`${method} ${path}: ${answer}`));
                    }
                });
            });
            request.end(text);
        });
    }
}

/** Whether a pod belongs to a StatefulSet, which replaces it only once its host has confirmed that it is gone. */
function isMember({ metadata }: Pod): boolean {
    return metadata.ownerReferences[0]?.kind === "StatefulSet";
}

function isRefused({ status }: Pod): boolean {
    return status.conditions?.some(({ type, status: is }) => type === "PodScheduled" && is === "False") === true;
}

function asDeployment({ metadata, spec = {} }: Manifest): Manifest[] {
    const { name, namespace = "" } = metadata;
    const replicas = JOB_PODS[name];
    if (replicas === undefined) {
        return [];
    }
    const job = (spec["jobTemplate"] as { spec: object } | undefined)?.spec ?? spec;
    const { template } = job as {
        template: {
            metadata: { labels: Record<string, string> };
            spec: { readonly tolerations?: readonly object[] };
        };
    };
    return [
        {
            apiVersion: "apps/v1",
            kind: "Deployment",
            metadata: { name, namespace },
            spec: {
                replicas,
                selector: { matchLabels: template.metadata.labels },
                template: {
                    ...template,
                    spec: { ...template.spec, restartPolicy: "Always", ...atOnce(template.spec) },
                },
            },
        } as Manifest,
    ];
}

/** A pod's tolerations for no seconds, as other pods have them here by default: where it goes does not depend on how long it waits before. */
function atOnce({ tolerations = [] }: { readonly tolerations?: readonly object[] }): object {
    return {
        tolerations: tolerations.map((each) =>
            "tolerationSeconds" in each ? { ...each, tolerationSeconds: 0 } : each,
        ),
    };
}
