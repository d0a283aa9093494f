/**
 * How a site's API servers are hardened, whoever starts them: a real site's machines, or the lab, which runs with these very
 * arguments. Pure. https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
 */
import { WAYS_IN, WAYS_PAST } from "../access/plan-break-glass";
import { KUBERNETES_NAMESPACE } from "../access/plan-kubernetes";
import { TOKEN_SECONDS } from "../../kubernetes/token";

/** Paths on the machine. */
export interface ApiServerFiles {
    /** {@link ADMISSION} as YAML or JSON. */
    readonly admission: string;
    /** {@link AUDIT_POLICY} as YAML or JSON. */
    readonly auditPolicy: string;
    readonly auditLog: string;
    /** An EncryptionConfiguration with a provider that encrypts Secrets: its key is the site's own, and in no plan. */
    readonly encryption: string;
}

/** MiB of an audit log, and how many of them are kept: some weeks of an idle site, days of a busy one. */
export const AUDIT_LOG = { size: 50, kept: 10 } as const;

/** Who is let in, what is written down, and how Secrets lie in etcd. */
export function hardening({ admission, auditPolicy, auditLog, encryption }: ApiServerFiles): string[] {
    return [
        "--anonymous-auth=false",
        "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction",
        // The embassy has none, and whoever made one would change pods after they were declared, unseen: no policy is asked about these.
        "--disable-admission-plugins=MutatingAdmissionPolicy",
        `--admission-control-config-file=${admission}`,
        // Else one of 3607 s, which clients ask for by default, is good for a year: https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/
        "--service-account-extend-token-expiration=false",
        `--service-account-max-token-expiration=${TOKEN_SECONDS}s`,
        "--tls-min-version=VersionTLS13",
        `--encryption-provider-config=${encryption}`,
        `--audit-policy-file=${auditPolicy}`,
        `--audit-log-path=${auditLog}`,
        `--audit-log-maxsize=${AUDIT_LOG.size}`,
        `--audit-log-maxbackup=${AUDIT_LOG.kept}`,
        "--profiling=false",
    ];
}

const RESTRICTED = { level: "restricted", version: "latest" } as const;

/**
 * What holds for pods of a namespace that says nothing of it: the restricted profile. Kubernetes' own namespace cannot have it, as a control
 * plane's pods are of their machines; there policies say what runs, name by name (infra/cluster/access/pods.ts).
 * https://kubernetes.io/docs/tasks/configure-pod-container/enforce-standards-admission-controller/
 */
export const ADMISSION = {
    apiVersion: "apiserver.config.k8s.io/v1",
    kind: "AdmissionConfiguration",
    plugins: [
        {
            name: "PodSecurity",
            configuration: {
                apiVersion: "pod-security.admission.config.k8s.io/v1",
                kind: "PodSecurityConfiguration",
                defaults: Object.fromEntries(
                    ["enforce", "audit", "warn"].flatMap((mode) => [
                        [mode, RESTRICTED.level],
                        [`${mode}-version`, RESTRICTED.version],
                    ]),
                ),
                exemptions: { usernames: [], runtimeClasses: [], namespaces: [KUBERNETES_NAMESPACE] },
            },
        },
    ],
} as const;

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
