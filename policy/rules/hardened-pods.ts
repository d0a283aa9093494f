import { KUBERNETES_NAMESPACE } from "../../infra/cluster/access/plan-kubernetes";
import { AUDIT_FOLDER, AUDIT_SHIPPER } from "../../infra/conventions/audit";
import { FIRST_UID } from "../../infra/conventions/users";
import { DISKS } from "../../infra/storage/local-disks";
import { type Container, type SecurityContext, containersOf, podSpecOf } from "./pods";
import type { KubernetesObject, Rule } from "./rule";

/** The settings of a pod that are not as they must be. */
function podFaults(object: KubernetesObject): string[] {
    const pod = podSpecOf(object);
    if (pod === undefined) {
        return [];
    }
    const { securityContext, automountServiceAccountToken: token, serviceAccountName: account } = pod;
    return [
        ...must("automountServiceAccountToken", token, false),
        ...(account === "default" ? ["serviceAccountName is default; it must be an account of its own"] : []),
        ...must("securityContext.runAsNonRoot", securityContext?.runAsNonRoot, true),
        ...must("securityContext.seccompProfile.type", securityContext?.seccompProfile?.type, "RuntimeDefault"),
        ...contextFaults(securityContext),
        ...[securityContext?.fsGroup, ...(securityContext?.supplementalGroups ?? [])]
            .filter((group) => group === 0)
            .map(() => "securityContext has root's group; it must have none"),
        ...must("securityContext.sysctls", securityContext?.sysctls?.length ?? 0, 0),
        ...(pod.volumes ?? []).filter((volume) => !isAuditLog(object, volume)).flatMap(volumeFaults),
        ...(["hostNetwork", "hostPID", "hostIPC"] as const).flatMap((host) => must(host, pod[host] ?? false, false)),
    ];
}

/**
 * Kinds of volumes that are allowed; any other is a machine's or another system's:
 * https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
const VOLUMES = ["configMap", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"];

/** The one folder of a machine that a pod has: the audit log of its API server, for whoever stores it elsewhere. */
function isAuditLog({ kind, metadata }: KubernetesObject, { hostPath }: Readonly<Record<string, unknown>>): boolean {
    const isShipper =
        kind === "DaemonSet" && metadata?.namespace === KUBERNETES_NAMESPACE && metadata.name === AUDIT_SHIPPER;
    return isShipper && (hostPath as { path?: string } | undefined)?.path === AUDIT_FOLDER;
}

function volumeFaults({ name, ...source }: Readonly<Record<string, unknown>>): string[] {
    return Object.keys(source)
        .filter((kind) => source[kind] !== undefined && !VOLUMES.includes(kind))
        .map((kind) => `volume ${String(name)} is ${kind}; it must be one of ${VOLUMES.join(", ")}`);
}

/**
 * Faults in the security context of a pod, or of a container, which may differ from its pod's: it runs as root, or lifts what the runtime
 * restricts.
 */
function contextFaults(context: SecurityContext = {}): string[] {
    const root = (["runAsUser", "runAsGroup"] as const).filter((field) => context[field] === 0);
    const named = (["seLinuxOptions", "windowsOptions"] as const).filter((field) => context[field] !== undefined);
    return [
        ...root.map((field) => `securityContext.${field} is 0, which is root; it must be another`),
        ...[context.runAsUser ?? FIRST_UID]
            .filter((uid) => uid > 0 && uid < FIRST_UID)
            .map(
                (uid) =>
                    `securityContext.runAsUser is ${uid}, as a user of its machine may be; it must be at least ${FIRST_UID}`,
            ),
        ...must("securityContext.runAsNonRoot", context.runAsNonRoot ?? true, true),
        ...(["seccompProfile", "appArmorProfile"] as const).flatMap((profile) =>
            must(`securityContext.${profile}.type`, context[profile]?.type ?? "RuntimeDefault", "RuntimeDefault"),
        ),
        ...named.map((field) => `securityContext.${field} is there; it must be left to the runtime`),
    ];
}

function containerFaults({ name = "without a name", securityContext, resources, ports = [] }: Container): string[] {
    const {
        allowPrivilegeEscalation,
        readOnlyRootFilesystem,
        privileged = false,
        procMount = "Default",
        capabilities,
    } = securityContext ?? {};
    return [
        ...contextFaults(securityContext),
        ...must("procMount", procMount, "Default"),
        ...must("allowPrivilegeEscalation", allowPrivilegeEscalation, false),
        ...must("readOnlyRootFilesystem", readOnlyRootFilesystem, true),
        ...must("privileged", privileged, false),
        ...must("capabilities.drop", capabilities?.drop?.join(), "ALL"),
        ...must("capabilities.add", capabilities?.add?.join() ?? "", ""),
        ...ports.flatMap(({ hostPort = 0 }) => must("hostPort", hostPort, 0)),
        ...["cpu", "memory"].flatMap((resource) =>
            resources?.limits?.[resource] === undefined
                ? [`resources.limits.${resource} is missing; a container must not take what others need`]
                : [],
        ),
    ].map((fault) => `container ${name}: ${fault}`);
}

/** What is wrong with a volume that a claim would be given. */
function volumeOfMachine({ kind, spec }: KubernetesObject): string[] {
    if (kind !== "PersistentVolume") {
        return [];
    }
    const { path = "" } = (spec?.["local"] ?? {}) as { path?: string };
    return path.startsWith(`${DISKS}/`) && !path.includes("..")
        ? []
        : [`a PersistentVolume is not a machine's own disk; spec.local.path must be below ${DISKS}`];
}

function must(field: string, found: unknown, right: unknown): string[] {
    return found === right ? [] : [`${field} is ${String(found)}; it must be ${String(right) || "empty"}`];
}

/** "Kubernetes Pod security", Kubernetes Hardening Guide 1.2, NSA and CISA 2022, https://media.defense.gov */
export const hardenedPods: Rule = {
    name: "hardened-pods",
    description:
        "Every pod runs without root, privileges, capabilities, an API token of its own accord, a writable root or anything of its machine's.",
    violations: (object) => [
        ...podFaults(object),
        ...containersOf(object).flatMap(containerFaults),
        ...volumeOfMachine(object),
    ],
};
