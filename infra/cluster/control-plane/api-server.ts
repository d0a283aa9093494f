/**
 * How a site's API servers are hardened, whoever starts them: a real site's machines, or the lab, which runs with these very
 * arguments. Pure. https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
 */
import { WAYS_IN, WAYS_PAST } from "../access/plan-break-glass";

/** Paths on the machine. */
export interface ApiServerFiles {
    /** {@link AUDIT_POLICY} as YAML or JSON. */
    readonly auditPolicy: string;
    readonly auditLog: string;
    /** An EncryptionConfiguration with a provider that encrypts Secrets: its key is the site's own, and in no plan. */
    readonly encryption: string;
}

/** MiB of an audit log, and how many of them are kept: some weeks of an idle site, days of a busy one. */
export const AUDIT_LOG = { size: 50, kept: 10 } as const;

/** Who is let in, what is written down, and how Secrets lie in etcd. */
export function hardening({ auditPolicy, auditLog, encryption }: ApiServerFiles): string[] {
    return [
        "--anonymous-auth=false",
        "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction",
        "--tls-min-version=VersionTLS13",
        `--encryption-provider-config=${encryption}`,
        `--audit-policy-file=${auditPolicy}`,
        `--audit-log-path=${auditLog}`,
        `--audit-log-maxsize=${AUDIT_LOG.size}`,
        `--audit-log-maxbackup=${AUDIT_LOG.kept}`,
        "--profiling=false",
    ];
}

const core = (resources: readonly string[]) => [{ group: "", resources: [...resources] }];
const READS = ["get", "list", "watch"];

/**
 * Who did what, and who entered a pod: in full for what declares something, without bodies where those hold keys. What a
 * cluster says to itself to stay alive is left out, or nobody would find the rest. The first rule that fits decides:
 * https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/
 */
export const AUDIT_POLICY = {
    apiVersion: "audit.k8s.io/v1",
    kind: "Policy",
    // One record for each request, at its end.
    omitStages: ["RequestReceived"],
    omitManagedFields: true,
    rules: [
        { level: "None", nonResourceURLs: ["/livez*", "/readyz*", "/healthz*", "/version", "/api*", "/openapi*"] },
        // Whoever enters a pod, and however: a shell is opened by get. Its command is in the address, a debugging container's in the body.
        { level: "Request", resources: core([...WAYS_IN, ...WAYS_PAST]) },
        { level: "None", resources: [{ group: "coordination.k8s.io", resources: ["leases"] }] },
        // Secrets apart, also from the cluster's own: of those every reading counts.
        { level: "Metadata", resources: core(["secrets", "serviceaccounts/token"]) },
        { level: "None", userGroups: ["system:nodes"], verbs: READS },
        {
            level: "None",
            users: ["system:apiserver", "system:kube-controller-manager", "system:kube-scheduler"],
            verbs: READS,
        },
        { level: "None", userGroups: ["system:serviceaccounts:kube-system"], verbs: READS },
        {
            level: "Metadata",
            resources: [
                // Credentials, and what members of a database tell each other every few seconds.
                { group: "", resources: ["configmaps"] },
                { group: "authentication.k8s.io", resources: ["tokenreviews"] },
            ],
        },
        { level: "Request", verbs: ["create", "update", "patch", "delete", "deletecollection"] },
        { level: "Metadata" },
    ],
} as const;
