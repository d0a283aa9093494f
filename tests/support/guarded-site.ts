/** An API server configured like a site's, with all rules that the program declares about who may do what, and credentials to test them. */
import { X509Certificate, createPrivateKey } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { ADMISSION, hardening } from "../../infra/cluster/control-plane/api-server";
import { AUDIT_POLICY } from "../../infra/cluster/control-plane/audit";
import { parseConfig } from "../../infra/site/config";
import { plan } from "../../infra/site/plan";
import { issueAuthority, issueLeaf } from "../../credentials/certificates";
import { kubectl } from "./admission";
import { type ApiServer, startApiServer } from "./apiserver";
import { type Rendered, renderPlan } from "./render";
import { stackValues } from "./stacks";

/** Flags that a test's API server runs without: its readiness is asked for anonymously, and it has no key for encryption. */
const LEFT_OUT = /^--(anonymous-auth|encryption-provider-config)=/;
/** Names of the program's resources that decide who may do what. */
const RULES = /^(declared|ways-in|jurisdiction|break-glass|image-origin|deletion-protection|priorities)/;
const FIRST = [
    "Namespace",
    "ServiceAccount",
    "PriorityClass",
    "ClusterRole",
    "ClusterRoleBinding",
    "RoleBinding",
    "ConfigMap",
];

/** The service account of the land registry's database members. */
export const MEMBERS = "system:serviceaccount:registry-land:database";

export interface GuardedSite {
    readonly api: ApiServer;
    readonly declared: readonly Rendered[];
    /** The API server, with the credentials of this user and group. */
    as(user: string, group?: string): ApiServer;
    /** The API server's audit log. */
    audited(): string;
    stop(): Promise<void>;
}

export function kindOf({ type }: Rendered): string {
    return type.split(":").pop() ?? "";
}

export function list(items: readonly object[]): object {
    return { apiVersion: "v1", kind: "List", items };
}

/** Applies resources as the program does: server-side, with its field manager. */
export function apply(api: ApiServer, resources: readonly Rendered[]): string {
    const items = resources.map(({ inputs }) => inputs);
    return kubectl(
        api,
        ["apply", "--server-side", "--force-conflicts", "--field-manager=data-embassy", "-f", "-"],
        list(items),
    );
}

/** Starts the API server, and applies the accounts, roles, rules and similar objects that the stack declares, but no workloads. */
export async function guardedSite(stack: string): Promise<GuardedSite> {
    const folder = mkdtempSync(join(tmpdir(), "guarded-"));
    const file = (name: string, content: string): string => {
        writeFileSync(join(folder, name), content, { mode: 0o600 });
        return join(folder, name);
    };
    const authority = await issueAuthority({ commonName: "clients" }, 1);
    const controllers = await issueLeaf(authority, { commonName: "system:kube-controller-manager" }, 1);
    const auditLog = join(folder, "audit.log");
    const flags = hardening({
        admission: file("admission.yaml", stringify(ADMISSION)),
        auditPolicy: file("audit.yaml", stringify(AUDIT_POLICY)),
        auditLog,
        encryption: "",
    });
    const api = await startApiServer({
        "kube-apiserver": [
            ...flags.filter((flag) => !LEFT_OUT.test(flag)),
            // kubeadm sets this flag.
            "--allow-privileged=true",
            `--client-ca-file=${file("clients.crt", new X509Certificate(authority).toString())}`,
        ],
        // The controller manager shows its own certificate: an impersonated user is refused tokens.
        "kube-controller-manager": (server) => [
            "--use-service-account-credentials=true",
            `--kubeconfig=${file("controllers.kubeconfig", kubeconfigOf(server, controllers))}`,
        ],
    });
    const known = new Map<string, ApiServer>();
    const issued = async (user: string, group?: string): Promise<void> => {
        const subject = { commonName: user, ...(group !== undefined && { organization: group }) };
        const credentials = await issueLeaf(authority, subject, 1);
        const name = `${user}/${group ?? ""}`;
        known.set(name, {
            ...api,
            kubeconfig: file(`${String(known.size)}.kubeconfig`, kubeconfigOf(api.server, credentials)),
        });
    };
    for (const [user, group] of [
        ["embassy:administrator", "system:masters"],
        ["system:node:b1-3", "system:nodes"],
        ["system:kube-controller-manager", undefined],
        ["system:kube-scheduler", undefined],
        [MEMBERS, undefined],
    ] as const) {
        await issued(user, group);
    }
    const declared = await renderPlan(stack, plan(parseConfig(stack, stackValues(stack))));
    const kind = (one: Rendered): number => FIRST.indexOf(kindOf(one));
    const first = declared.filter((one) => kind(one) >= 0).sort((one, other) => kind(one) - kind(other));
    apply(api, first);
    apply(
        api,
        declared.filter(({ name, type }) => RULES.test(name) && type.includes("admissionregistration")),
    );
    return {
        api,
        declared,
        as(user, group) {
            const found = known.get(`${user}/${group ?? ""}`);
            if (found === undefined) {
                throw new Error(`${user} has no certificate here`);
            }
            return found;
        },
        audited: () => readFileSync(auditLog, "utf8"),
        async stop() {
            await api.stop();
            rmSync(folder, { recursive: true });
        },
    };
}

function kubeconfigOf(server: string, credentials: string): string {
    const key = createPrivateKey(credentials).export({ type: "pkcs8", format: "pem" }).toString();
    return JSON.stringify({
        apiVersion: "v1",
        kind: "Config",
        clusters: [{ name: "test", cluster: { server, "insecure-skip-tls-verify": true } }],
        users: [
            {
                name: "test",
                user: {
                    "client-certificate-data": base64(new X509Certificate(credentials).toString()),
                    "client-key-data": base64(key),
                },
            },
        ],
        contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
        "current-context": "test",
    });
}

function base64(text: string): string {
    return Buffer.from(text).toString("base64");
}
