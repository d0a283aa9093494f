/**
 * Who runs `pulumi up` in a site: an identity of its own, which has the rights that the program needs and is no administrator. Its rights are
 * not a resource of the program, because nobody gives them to itself: a control plane's machine gives them with kubeadm's own credentials
 * (../machines/kubeadm.ts), and in the lab its first step does (lab/objects.ts). Pure.
 */
import { BREAK_GLASS_ROLE } from "./plan-break-glass";

/** The common name of its certificate. */
export const OPERATOR = "embassy:operator";
export const OPERATOR_ROLE = "embassy-operator";

interface Rule {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly resourceNames?: readonly string[];
    readonly verbs: readonly string[];
}

/** The part of a role or a binding that is declared here; whoever applies it adds labels. */
export interface OperatorObject {
    readonly apiVersion: string;
    readonly kind: "ClusterRole" | "ClusterRoleBinding";
    readonly metadata: { readonly name: string };
    readonly [field: string]: unknown;
}

const LOOKS = ["get", "list", "watch"];
/** Server-side apply creates and changes by `patch`, and asks for `create` as well where there is nothing yet. */
const DECLARES = [...LOOKS, "create", "patch", "delete"];
const RBAC = ["rbac.authorization.k8s.io"];

/** Everything below that has names is limited to the program's own objects; a test compares the names with what is declared. */
export const NAMED = {
    secrets: [
        "accounts",
        "alertmanager-tls",
        "allied-edge",
        "audit-shipper",
        "backup-tls",
        "database-owner-tls",
        "database-repositories",
        "database-tls",
        "edge-tls",
        "gazette-reader-tls",
        "gazette-tls",
        "lease-tls",
        "prometheus-tls",
        "reader-tls",
        "site",
        "status-page-tls",
        "tls",
        "users",
        "watcher-tls",
    ],
    clusterroles: [
        BREAK_GLASS_ROLE,
        "embassy-cert-manager",
        "embassy-database-member",
        "embassy-dns",
        "embassy-exporter",
    ],
    clusterrolebindings: [BREAK_GLASS_ROLE, "embassy-cert-manager", "embassy-dns", "embassy-exporter"],
    policies: [
        "declared-pods",
        "declared-secrets",
        "declared-workloads",
        "deletion-protection",
        "image-origin",
        "no-entry",
        "no-way-in",
        "nobody-works-there",
        "one-primary",
        "own-jurisdiction",
    ],
} as const;

function declares(apiGroup: string, ...resources: string[]): Rule {
    return { apiGroups: [apiGroup], resources, verbs: DECLARES };
}

/** Pulumi compares what it declares with what is live, so it reads every kind that it writes, Secrets too, but only its own. */
export const OPERATOR_RULES: readonly Rule[] = [
    declares("", "configmaps", "limitranges", "namespaces", "resourcequotas", "serviceaccounts", "services"),
    { ...declares("", "secrets"), resourceNames: NAMED.secrets },
    declares("apps", "daemonsets", "deployments", "statefulsets"),
    declares("batch", "cronjobs", "jobs"),
    declares("networking.k8s.io", "networkpolicies"),
    declares("policy", "poddisruptionbudgets"),
    declares("scheduling.k8s.io", "priorityclasses"),
    declares("storage.k8s.io", "storageclasses"),
    declares("cert-manager.io", "certificates", "clusterissuers"),
    declares("cluster.x-k8s.io", "clusters", "machinedeployments", "machinehealthchecks"),
    declares("bootstrap.cluster.x-k8s.io", "kubeadmconfigtemplates"),
    declares("controlplane.cluster.x-k8s.io", "kubeadmcontrolplanes"),
    declares(
        "infrastructure.cluster.x-k8s.io",
        "metal3clusters",
        "metal3machinetemplates",
        "metal3remediationtemplates",
    ),
    declares("metal3.io", "baremetalhosts"),
    {
        ...declares("admissionregistration.k8s.io", "validatingadmissionpolicies", "validatingadmissionpolicybindings"),
        resourceNames: NAMED.policies,
    },
    declares("rbac.authorization.k8s.io", "rolebindings"),
    { ...declares("rbac.authorization.k8s.io", "clusterrolebindings"), resourceNames: NAMED.clusterrolebindings },
    // These roles have rights that the operator itself has not, so it needs these verbs to declare and bind them; its own role is not among them.
    {
        apiGroups: RBAC,
        resources: ["clusterroles"],
        resourceNames: NAMED.clusterroles,
        verbs: [...DECLARES, "bind", "escalate"],
    },
    // Drift looks for roles that somebody added, and an update that waits says what pods and events tell.
    { apiGroups: RBAC, resources: ["roles"], verbs: LOOKS },
    { apiGroups: [""], resources: ["events", "pods"], verbs: LOOKS },
    { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: LOOKS },
    // A Service whose address an earlier, killed run has taken: https://kubernetes.io/docs/concepts/services-networking/cluster-ip-allocation/
    { apiGroups: ["networking.k8s.io"], resources: ["ipaddresses"], verbs: ["get"] },
];

/** The operator's role and its binding. */
export function operatorObjects(): OperatorObject[] {
    const apiVersion = "rbac.authorization.k8s.io/v1";
    const metadata = { name: OPERATOR_ROLE };
    return [
        { apiVersion, kind: "ClusterRole", metadata, rules: OPERATOR_RULES },
        {
            apiVersion,
            kind: "ClusterRoleBinding",
            metadata,
            roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: OPERATOR_ROLE },
            subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: OPERATOR }],
        },
    ];
}
