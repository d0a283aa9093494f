import { Service } from "@pulumi/kubernetes/core/v1/service";
import type * as pulumi from "@pulumi/pulumi";
import type { AgentName } from "../conventions/agents";
import { AGENT_USER } from "../conventions/users";
import { type AgentArgs, agentContainer } from "../kubernetes/agent";
import { deployment } from "../kubernetes/deployment";
import { NOT_AWAITED, metadata } from "../kubernetes/metadata";
import { PRIORITY } from "../kubernetes/priority";
import { KEY_MODE, hardenedPod } from "../kubernetes/workload";
import { type Peer, allow, pods, tcp } from "../kubernetes/network-policy";
import { LOOKUPS } from "../networking/egress";
import { PORTS, databaseLabels } from "../registries/plan-database";
import { registryNamespace } from "../conventions/names";
import { EDGE_PORT, type ServedPlan } from "./plan-served";

/** The edge's programs. */
type Server = Extract<AgentName, "edge-api" | "gazette">;

export interface ServedArgs<Agent extends Server> {
    readonly served: ServedPlan;
    readonly agent: Agent;
    readonly namespace: pulumi.Input<string>;
    readonly serviceAccount: pulumi.Input<string>;
    /** Who may ask. */
    readonly from: readonly Peer[];
    /** Secrets with the certificate that is shown to clients, and with the one that opens the databases. */
    readonly secrets: Readonly<Record<keyof typeof FOLDER, pulumi.Input<string>>>;
    /** Settings besides those that all of them have. */
    readonly settings: Omit<AgentArgs<Agent>["settings"], keyof Common>;
    /** Resources that must exist before any pod starts: the network policies. */
    readonly networkPolicies: readonly pulumi.Resource[];
}

/** Mounted Secrets, a folder each. */
const FOLDER = { server: "/etc/embassy/server", database: "/etc/embassy/database" } as const;

/** One of the edge's workloads: what may reach it, what it reaches, and two pods behind a fixed address. */
export function served<Agent extends Server>(
    name: string,
    args: ServedArgs<Agent>,
    opts: pulumi.CustomResourceOptions,
): void {
    const { served: plan, namespace } = args;
    const { workload, labels, selector } = plan;
    const own = allow(`${name}-allow`, { workload, namespace, labels, selector, ...flows(args) }, opts);
    const port = { name: "https", port: 443, targetPort: EDGE_PORT, protocol: "TCP" };
    new Service(
        `${name}-service`,
        {
            metadata: metadata(workload, labels, namespace, NOT_AWAITED),
            spec: { clusterIP: plan.address, selector, ports: [port] },
        },
        opts,
    );
    deployment(
        name,
        {
            workload,
            namespace,
            labels,
            selector,
            part: "server",
            replicas: plan.replicas,
            spread: plan.spread,
            pod: podSpec(args),
            networkPolicies: [...args.networkPolicies, own],
        },
        opts,
    );
}

function flows({
    served: { databases },
    from,
}: ServedArgs<Server>): Pick<Parameters<typeof allow>[1], "ingress" | "egress"> {
    // The configuration names at least one.
    const [first, ...others] = from as [Peer, ...Peer[]];
    return {
        ingress: [{ from: [first, ...others], ports: tcp(EDGE_PORT) }],
        egress: [
            LOOKUPS,
            ...Object.keys(databases).map((registry) => ({
                to: [pods(databaseLabels(registry), registryNamespace(registry))] as const,
                ports: tcp(PORTS.postgres),
            })),
        ],
    };
}

type Common = ReturnType<typeof common>;

/** Settings that all of them have. */
function common({ requestsPerMinute, databases, role }: ServedPlan) {
    return {
        PORT: EDGE_PORT,
        CERTIFICATE: FOLDER.server,
        REQUESTS_PER_MINUTE: requestsPerMinute,
        DATABASES: databases,
        DATABASE_PORT: PORTS.postgres,
        DATABASE_USER: role,
        DATABASE_CERTIFICATE: FOLDER.database,
    };
}

function podSpec<Agent extends Server>(args: ServedArgs<Agent>): ReturnType<typeof hardenedPod> {
    const { served: plan, agent, serviceAccount, secrets } = args;
    const folders = Object.entries(FOLDER) as [keyof typeof FOLDER, string][];
    const container = agentContainer(agent, {
        image: plan.image,
        resources: plan,
        settings: { ...common(plan), ...args.settings } as AgentArgs<Agent>["settings"],
        mounts: folders.map(([volume, mountPath]) => ({ name: volume, mountPath, readOnly: true })),
    });
    const listens = { tcpSocket: { port: "https" } };
    return hardenedPod(AGENT_USER, {
        serviceAccountName: serviceAccount,
        priorityClassName: PRIORITY.service.name,
        containers: [
            {
                ...container,
                ports: [{ name: "https", containerPort: EDGE_PORT, protocol: "TCP" }],
                readinessProbe: { ...listens, periodSeconds: 2 },
                livenessProbe: { ...listens, periodSeconds: 10, failureThreshold: 6 },
            },
        ],
        volumes: folders.map(([volume]) => ({
            name: volume,
            secret: { secretName: secrets[volume], defaultMode: KEY_MODE },
        })),
    });
}
