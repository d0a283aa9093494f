/**
 * How a site's API servers are hardened, on a real site's machines and in the lab, which runs with these very arguments. Pure.
 * https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
 */
import { AUDIT_LOG } from "./audit";
import { KUBERNETES_NAMESPACE } from "../access/plan-kubernetes";
import { TOKEN_SECONDS } from "../../kubernetes/token";

/** Paths on the machine. */
export interface ApiServerFiles {
    /** {@link ADMISSION} as YAML or JSON. */
    readonly admission: string;
    /** `AUDIT_POLICY` of audit.ts as YAML or JSON. */
    readonly auditPolicy: string;
    readonly auditLog: string;
    /** An EncryptionConfiguration with a provider that encrypts Secrets. Its key belongs to the site and is in no plan. */
    readonly encryption: string;
}

/** Who is let in, what is written down, and how Secrets lie in etcd. */
export function hardening({ admission, auditPolicy, auditLog, encryption }: ApiServerFiles): string[] {
    return [
        "--anonymous-auth=false",
        "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction",
        // The embassy has no such policies. Anybody who created one could change pods unseen after they were declared, because no policy
        // applies to these.
        "--disable-admission-plugins=MutatingAdmissionPolicy",
        `--admission-control-config-file=${admission}`,
        // Otherwise a token of 3607 s, which clients request by default, would be valid for a year:
        // https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/
        "--service-account-extend-token-expiration=false",
        `--service-account-max-token-expiration=${TOKEN_SECONDS}s`,
        "--tls-min-version=VersionTLS13",
        `--encryption-provider-config=${encryption}`,
        `--audit-policy-file=${auditPolicy}`,
        `--audit-log-path=${auditLog}`,
        `--audit-log-maxsize=${AUDIT_LOG.size}`,
        `--audit-log-maxbackup=${AUDIT_LOG.kept}`,
        `--audit-log-maxage=${AUDIT_LOG.days}`,
        "--audit-log-compress=true",
        "--profiling=false",
    ];
}

const RESTRICTED = { level: "restricted", version: "latest" } as const;

/**
 * Pods of a namespace that declares no profile get the restricted one. Kubernetes' own namespace cannot have it, because a control plane's
 * pods use their machines; there, policies list by name what may run (infra/cluster/access/pods.ts).
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
