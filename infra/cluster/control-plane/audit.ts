/** What API servers record of who did what, and for how long it is kept. Pure. https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/ */
import { AUDIT_HOURLY_MEBIBYTES } from "../../conventions/audit";
import { registryNamespace } from "../../conventions/names";
import { REGISTRIES } from "../../conventions/registries";
import { DATABASE } from "../../registries/plan-database";
import { LEASE, leaderName } from "../../conventions/lease";
import { WAYS_IN, WAYS_PAST } from "../access/plan-break-glass";

const DAYS = 30;
/** MiB of a file before it is rotated. */
const SIZE = 100;

/** A file has `size` MiB, and `kept` files, each compressed to a fifteenth, are kept for `days`, beside the one that is written. */
export const AUDIT_LOG = {
    days: DAYS,
    size: SIZE,
    kept: Math.ceil((DAYS * 24 * AUDIT_HOURLY_MEBIBYTES) / SIZE),
} as const;

const core = (resources: readonly string[]) => [{ group: "", resources: [...resources] }];
const READS = ["get", "list", "watch"];

/** https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/#audit-k8s-io-v1-PolicyRule */
export interface AuditRule {
    readonly level: "None" | "Metadata" | "Request";
    readonly users?: readonly string[];
    readonly userGroups?: readonly string[];
    readonly verbs?: readonly string[];
    readonly namespaces?: readonly string[];
    readonly resources?: readonly {
        readonly group: string;
        readonly resources: readonly string[];
        readonly resourceNames?: readonly string[];
    }[];
    readonly nonResourceURLs?: readonly string[];
}

/** The account of a registry's members. */
function membersOf(namespace: string): string {
    return `system:serviceaccount:${namespace}:${DATABASE}`;
}

/**
 * What the members of a registry's database do every few seconds, which is most of all requests: they read what they keep in ConfigMaps,
 * renew the leader's lock, and write down what they know of their lease. Each rule names the user, the namespace, the verb and the object.
 * Everything else that members do is recorded, and so are these requests where anybody else makes them.
 */
function routineOf(registry: string): AuditRule[] {
    const namespace = registryNamespace(registry);
    const members = { level: "None" as const, users: [membersOf(namespace)], namespaces: [namespace] };
    const locks = { group: "", resources: ["configmaps"], resourceNames: [LEASE, leaderName(registry)] };
    return [
        { ...members, verbs: ["list"], resources: core(["configmaps"]) },
        { ...members, verbs: ["patch"], resources: [locks] },
    ];
}

/**
 * Machines and controllers show that they are alive by renewing leases of their own, which Kubernetes keeps. Renewals of any other lease are
 * recorded.
 */
const HEARTBEATS: readonly AuditRule[] = [
    { userGroups: ["system:nodes"], namespaces: ["kube-node-lease"] },
    {
        users: ["system:apiserver", "system:kube-controller-manager", "system:kube-scheduler"],
        namespaces: ["kube-system"],
    },
].map((who) => ({
    level: "None" as const,
    ...who,
    verbs: ["get", "create", "update", "patch"],
    resources: [{ group: "coordination.k8s.io", resources: ["leases"] }],
}));

/**
 * Records who did what, and who entered a pod: in full where something is declared, without bodies where those hold keys. What a cluster
 * says to itself to stay alive is left out, because nobody would find the rest among it. The first rule that fits decides.
 */
const RULES: readonly AuditRule[] = [
    { level: "None", nonResourceURLs: ["/livez*", "/readyz*", "/healthz*", "/version", "/api*", "/openapi*"] },
    // This is every way into a pod, also a shell, which is opened with get. Its command is in the address, a debugging container's is in the body.
    { level: "Request", resources: core([...WAYS_IN, ...WAYS_PAST]) },
    ...HEARTBEATS,
    // Secrets have a rule of their own, also for requests of the cluster itself, because every read of one counts.
    { level: "Metadata", resources: core(["secrets", "serviceaccounts/token"]) },
    { level: "None", userGroups: ["system:nodes"], verbs: READS },
    {
        level: "None",
        users: ["system:apiserver", "system:kube-controller-manager", "system:kube-scheduler"],
        verbs: READS,
    },
    { level: "None", userGroups: ["system:serviceaccounts:kube-system"], verbs: READS },
    ...REGISTRIES.flatMap(routineOf),
    {
        level: "Metadata",
        resources: [
            // These hold credentials, or what the members of a database tell each other.
            { group: "", resources: ["configmaps"] },
            { group: "authentication.k8s.io", resources: ["tokenreviews"] },
        ],
    },
    { level: "Request", verbs: ["create", "update", "patch", "delete", "deletecollection"] },
    { level: "Metadata" },
];

export const AUDIT_POLICY = {
    apiVersion: "audit.k8s.io/v1",
    kind: "Policy",
    // Each request leaves one record, written when it ends.
    omitStages: ["RequestReceived"],
    omitManagedFields: true,
    rules: RULES,
} as const;
