import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment";
import { Service } from "@pulumi/kubernetes/core/v1/service";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget";
import * as pulumi from "@pulumi/pulumi";
import { AGENT_USER, agentContainer } from "../cluster/agent";
import { HELD } from "../cluster/held";
import { NOT_AWAITED, metadata } from "../cluster/metadata";
import { PRIORITY } from "../cluster/priorities";
import { tenancy } from "../cluster/tenancy";
import { KEY_MODE, hardenedPod } from "../cluster/workload";
import { certificate } from "../keys/certificate";
import { createRoot } from "../keys/root";
import { LOOKUPS, type Peer, allow, pods, range, tcp } from "../networking/allow";
import { defaultDeny } from "../networking/default-deny";
import type { AuthorityPlan } from "../plan/authority";
import { PORTS, databaseLabels } from "../plan/database";
import { EDGE, EDGE_PORT, EDGE_SELECTOR, type EdgePlan } from "../plan/edge";
import type { Issuer } from "../plan/handover";
import { COMMON_LABELS } from "../plan/names";
import { registryNamespace } from "../plan/registries";
import { type Handed, allies } from "./allies";

export interface EdgeArgs {
    readonly edge: EdgePlan;
    readonly podSecurityVersion: string;
    /** The site's, of the certificate with which the edge asks its databases. */
    readonly issuer: pulumi.Output<Issuer>;
    readonly authority: Pick<AuthorityPlan, "intermediate" | "leaf">;
}

/** Mounted Secrets, a folder each. */
const FOLDER = { server: "/etc/embassy/server", reader: "/etc/embassy/reader" } as const;

/**
 * Where allies read. Its authority stands by itself: it is in this site's stack alone, which issues and revokes with no other site,
 * and nothing that trusts the root takes an ally for anybody. docs/decisions/edge.md.
 */
export class Edge extends pulumi.ComponentResource {
    /** What allies are handed, by name of the certificate; secret. */
    readonly allies: pulumi.Output<Record<string, Handed>>;

    constructor(name: string, args: EdgeArgs, opts: pulumi.ComponentResourceOptions) {
        super("data-embassy:edge:Edge", name, {}, opts);
        const { edge, authority } = args;
        const { labels, quota } = edge;
        const parent = { parent: this };
        const { namespace, serviceAccount } = tenancy(
            { name, namespace: EDGE, labels, account: EDGE, quota },
            args.podSecurityVersion,
            parent,
        );
        const placed = { namespace, labels };
        const walls = [
            defaultDeny(`${name}-default-deny`, placed, parent),
            allow(`${name}-allow`, { ...placed, workload: EDGE, selector: EDGE_SELECTOR, ...flows(edge) }, parent),
        ];
        const rootArgs = { commonName: "Data Embassy allied edge", validity: authority.intermediate };
        const root = createRoot(`${name}-authority`, rootArgs, { ...parent, ...HELD });
        const issuer = pulumi.output({ ...root, rootPem: root.certPem });
        const validity = authority.leaf;
        const { handed, admitted } = allies(name, { certificates: edge.certificates, issuer, validity }, parent);
        this.allies = handed;
        const server = certificate(
            `${name}-tls`,
            { ...placed, secret: "edge-tls", issuer, validity, commonName: EDGE, dnsNames: [edge.host] },
            parent,
        );
        const reader = certificate(
            `${name}-reader-tls`,
            { ...placed, secret: "reader-tls", issuer: args.issuer, validity, commonName: edge.role, dnsNames: [] },
            parent,
        );
        const secrets = { server: server.secret, reader: reader.secret };
        workload(name, { edge, namespace, serviceAccount, secrets, admitted }, { ...parent, dependsOn: walls });
        this.registerOutputs();
    }
}

function flows({ networks, databases }: EdgePlan): Pick<Parameters<typeof allow>[1], "ingress" | "egress"> {
    // The configuration has one or more.
    const [first, ...others] = networks.map(range) as [Peer, ...Peer[]];
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

interface WorkloadArgs {
    readonly edge: EdgePlan;
    readonly namespace: pulumi.Input<string>;
    readonly serviceAccount: pulumi.Input<string>;
    readonly secrets: Readonly<Record<keyof typeof FOLDER, pulumi.Input<string>>>;
    /** As {@link allies} has it. */
    readonly admitted: pulumi.Output<Record<string, string>>;
}

function workload(name: string, args: WorkloadArgs, opts: pulumi.CustomResourceOptions): void {
    const { edge, namespace } = args;
    const object = metadata(EDGE, edge.labels, namespace);
    const port = { name: "https", port: 443, targetPort: EDGE_PORT, protocol: "TCP" };
    new Service(
        `${name}-service`,
        {
            metadata: metadata(EDGE, edge.labels, namespace, NOT_AWAITED),
            spec: { clusterIP: edge.address, selector: EDGE_SELECTOR, ports: [port] },
        },
        opts,
    );
    new PodDisruptionBudget(
        `${name}-budget`,
        { metadata: object, spec: { maxUnavailable: 1, selector: { matchLabels: EDGE_SELECTOR } } },
        opts,
    );
    new Deployment(
        `${name}-server`,
        {
            metadata: object,
            spec: {
                replicas: edge.replicas,
                selector: { matchLabels: EDGE_SELECTOR },
                template: {
                    metadata: { labels: { ...COMMON_LABELS, ...EDGE_SELECTOR } },
                    spec: podSpec(args),
                },
            },
        },
        opts,
    );
}

function podSpec({ edge, serviceAccount, secrets, admitted }: WorkloadArgs): ReturnType<typeof hardenedPod> {
    const folders = Object.entries(FOLDER) as [keyof typeof FOLDER, string][];
    const container = agentContainer("reader", {
        image: edge.image,
        resources: edge,
        env: {
            PORT: String(EDGE_PORT),
            CERTIFICATE: FOLDER.server,
            // In the pod itself: whoever is revoked is refused when `up` has ended, as the pods have been replaced by then.
            ADMITTED: pulumi.jsonStringify(admitted),
            REQUESTS_PER_MINUTE: String(edge.requestsPerMinute),
            DATABASES: JSON.stringify(edge.databases),
            DATABASE_PORT: String(PORTS.postgres),
            DATABASE_USER: edge.role,
            DATABASE_CERTIFICATE: FOLDER.reader,
        },
        mounts: folders.map(([volume, mountPath]) => ({ name: volume, mountPath, readOnly: true })),
    });
    const listens = { tcpSocket: { port: "https" } };
    return hardenedPod(AGENT_USER, {
        serviceAccountName: serviceAccount,
        priorityClassName: PRIORITY.service.name,
        topologySpreadConstraints: edge.spread.map((constraint) => ({
            ...constraint,
            labelSelector: { matchLabels: EDGE_SELECTOR },
            // The pods that are being replaced do not count.
            matchLabelKeys: ["pod-template-hash"],
        })),
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
