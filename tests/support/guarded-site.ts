/** An API server configured like a site's, with all rules that the program declares about who may do what, and credentials to test them. */
import { X509Certificate, createPrivateKey } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { OPERATOR, operatorObjects } from "../../infra/cluster/access/plan-operator";
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
    /** The API server, with a ServiceAccount's token. */
    withToken(token: string): ApiServer;
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

/**
 * Applies resources as the program does: server-side, with its field manager, and bindings of policies last. Who binds a policy must be able
 * to read its parameters, which a policy that is not there yet cannot tell.
 */
export function apply(api: ApiServer, resources: readonly Rendered[]): string {
    const last = (one: Rendered): number => Number(kindOf(one) === "ValidatingAdmissionPolicyBinding");
    const items = resources.toSorted((one, other) => last(one) - last(other)).map(({ inputs }) => inputs);
    return kubectl(
        api,
        ["apply", "--server-side", "--force-conflicts", "--field-manager=data-embassy", "-f", "-"],
        list(items),
    );
}

/**
 * Starts the API server, and applies the accounts, roles, rules and similar objects that the stack declares, but no workloads. An administrator
 * gives the operator its rights, and the rest is the operator's.
 */
export async function guardedSite(stack: string): Promise<GuardedSite> {
    const folder = mkdtempSync(join(tmpdir(), "guarded-"));
    const file = (name: string, content: string): string => {
        writeFileSync(join(folder, name), content, { mode: 0o600 });
        return join(folder, name);
    };
    const config = parseConfig(stack, stackValues(stack));
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
            `--service-cluster-ip-range=${config.networking.services}`,
            `--client-ca-file=${file("clients.crt", new X509Certificate(authority).toString())}`,
        ],
        // The controller manager shows its own certificate: an impersonated user is refused tokens.
        "kube-controller-manager": (server) => [
            "--use-service-account-credentials=true",
            `--kubeconfig=${file("controllers.kubeconfig", kubeconfigOf(server, certificate(controllers)))}`,
        ],
    });
    const known = new Map<string, ApiServer>();
    const withUser = (name: string, user: object): ApiServer => ({
        ...api,
        kubeconfig: file(`${name}.kubeconfig`, kubeconfigOf(api.server, user)),
    });
    const issued = async (user: string, group?: string): Promise<void> => {
        const subject = { commonName: user, ...(group !== undefined && { organization: group }) };
        const credentials = await issueLeaf(authority, subject, 1);
        known.set(`${user}/${group ?? ""}`, withUser(String(known.size), certificate(credentials)));
    };
    for (const [user, group] of [
        [OPERATOR, undefined],
        ["embassy:administrator", "system:masters"],
        ["system:node:b1-3", "system:nodes"],
        ["system:kube-controller-manager", undefined],
        ["system:kube-scheduler", undefined],
        [MEMBERS, undefined],
    ] as const) {
        await issued(user, group);
    }
    const declared = await renderPlan(stack, plan(config));
    const kind = (one: Rendered): number => FIRST.indexOf(kindOf(one));
    const first = declared.filter((one) => kind(one) >= 0).sort((one, other) => kind(one) - kind(other));
    kubectl(api, ["apply", "--server-side", "-f", "-"], list(operatorObjects()));
    const as = (user: string, group = ""): ApiServer => {
        const found = known.get(`${user}/${group}`);
        if (found === undefined) {
            throw new Error(`${user} has no certificate here`);
        }
        return found;
    };
    apply(as(OPERATOR), first);
    apply(
        as(OPERATOR),
        declared.filter(({ name, type }) => RULES.test(name) && type.includes("admissionregistration")),
    );
    return {
        api,
        declared,
        as,
        withToken: (token) => withUser("token", { token }),
        audited: () => readFileSync(auditLog, "utf8"),
        async stop() {
            await api.stop();
            rmSync(folder, { recursive: true });
        },
    };
}

function kubeconfigOf(server: string, user: object): string {
    return JSON.stringify({
        apiVersion: "v1",
        kind: "Config",
        clusters: [{ name: "test", cluster: { server, "insecure-skip-tls-verify": true } }],
        users: [{ name: "test", user }],
        contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
        "current-context": "test",
    });
}

/** A kubeconfig's user. @param credentials key and certificate, PEM */
function certificate(credentials: string): object {
    const key = createPrivateKey(credentials).export({ type: "pkcs8", format: "pem" }).toString();
    return {
        "client-certificate-data": base64(new X509Certificate(credentials).toString()),
        "client-key-data": base64(key),
    };
}

function base64(text: string): string {
    return Buffer.from(text).toString("base64");
}
