/** Translates between Pulumi's type tokens and Kubernetes' kinds. */
import { PlainMap } from "../../plugin/values";
import { text } from "./objects";

export interface GroupVersionKind {
    /** Empty for the core group. */
    readonly group: string;
    readonly version: string;
    readonly kind: string;
}
/** Where the API server serves a kind. */
export interface Mapping {
    /** `/api/v1` or `/apis/<group>/<version>`. */
    readonly root: string;
    /** The resource's name in URLs, `networkpolicies`. */
    readonly plural: string;
    readonly namespaced: boolean;
}

/** `v1`, `apps/v1`. */
export function apiVersionOf({ group, version }: GroupVersionKind): string {
    return group ? `${group}/${version}` : version;
}

export function describeKind(gvk: GroupVersionKind): string {
    return `${apiVersionOf(gvk)} ${gvk.kind}`;
}

/**
 * The kind that a resource is about: what its inputs say, otherwise its token (`kubernetes:apps/v1:Deployment`), which is all that an import has.
 * The token spells the core group out and a Patch resource has a suffix: both are removed.
 */
export function kindOf(type: string, inputs: PlainMap): GroupVersionKind {
    const [, module = "", tokenKind = ""] = type.split(":");
    const kind = text(inputs, "kind") || tokenKind.replace(/(?<=.)Patch$/, "");
    const apiVersion = text(inputs, "apiVersion") || module;
    const slash = apiVersion.indexOf("/");
    const group = slash < 0 ? "" : apiVersion.slice(0, slash);
    return { group: group === "core" ? "" : group, version: apiVersion.slice(slash + 1), kind };
}

/** A `…Patch` resource owns some fields of an object, not the object. */
export function isPatch(type: string, kind: string): boolean {
    return type.endsWith(`:${kind}Patch`);
}

export function isDefinition({ group, kind }: GroupVersionKind): boolean {
    return group === "apiextensions.k8s.io" && kind === "CustomResourceDefinition";
}

const STABLE = ["v1"];
/** Kinds that every conformant cluster serves, so that they need no look-up: namespaced kinds, then cluster-wide ones. */
const BUILT_IN: Record<string, { versions?: readonly string[]; namespaced?: string; cluster?: string }> = {
    "": {
        namespaced:
            "ConfigMap Endpoints Event LimitRange PersistentVolumeClaim Pod PodTemplate ReplicationController " +
            "ResourceQuota Secret Service ServiceAccount",
        cluster: "Namespace Node PersistentVolume",
    },
    "admissionregistration.k8s.io": {
        cluster:
            "MutatingWebhookConfiguration ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding " +
            "ValidatingWebhookConfiguration",
    },
    "apiextensions.k8s.io": { cluster: "CustomResourceDefinition" },
    "apiregistration.k8s.io": { cluster: "APIService" },
    apps: { namespaced: "ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet" },
    autoscaling: { versions: ["v1", "v2"], namespaced: "HorizontalPodAutoscaler" },
    batch: { namespaced: "CronJob Job" },
    "certificates.k8s.io": { cluster: "CertificateSigningRequest" },
    "coordination.k8s.io": { namespaced: "Lease" },
    "discovery.k8s.io": { namespaced: "EndpointSlice" },
    "events.k8s.io": { namespaced: "Event" },
    "flowcontrol.apiserver.k8s.io": { cluster: "FlowSchema PriorityLevelConfiguration" },
    "networking.k8s.io": { namespaced: "Ingress NetworkPolicy", cluster: "IngressClass" },
    "node.k8s.io": { cluster: "RuntimeClass" },
    policy: { namespaced: "PodDisruptionBudget" },
    "rbac.authorization.k8s.io": { namespaced: "Role RoleBinding", cluster: "ClusterRole ClusterRoleBinding" },
    "scheduling.k8s.io": { cluster: "PriorityClass" },
    "storage.k8s.io": { namespaced: "CSIStorageCapacity", cluster: "CSIDriver CSINode StorageClass VolumeAttachment" },
};

/** True for the API groups that Kubernetes itself defines, whatever the version. */
export function isBuiltInGroup(group: string): boolean {
    return Object.hasOwn(BUILT_IN, group);
}

/** Where a built-in kind is served; undefined for a kind that has to be looked up in discovery. */
export function builtInMapping({ group, version, kind }: GroupVersionKind): Mapping | undefined {
    const entry = isBuiltInGroup(group) ? BUILT_IN[group] : undefined;
    if (!entry || !(entry.versions ?? STABLE).includes(version)) {
        return undefined;
    }
    const namespaced = entry.namespaced?.split(" ").includes(kind) ?? false;
    if (!namespaced && !entry.cluster?.split(" ").includes(kind)) {
        return undefined;
    }
    return { root: rootOf(group, version), plural: pluralOf(kind), namespaced };
}

export function rootOf(group: string, version: string): string {
    return group ? `/apis/${group}/${version}` : `/api/${version}`;
}

function pluralOf(kind: string): string {
    const singular = kind.toLowerCase();
    if (singular.endsWith("y")) {
        return `${singular.slice(0, -1)}ies`;
    }
    if (singular.endsWith("ss")) {
        return `${singular}es`;
    }
    return singular.endsWith("s") ? singular : `${singular}s`;
}

/** The path of a kind's collection, or of one object in it. */
export function pathOf({ root, plural, namespaced }: Mapping, namespace: string, name?: string): string {
    const scope = namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : "";
    return `${root}${scope}/${plural}${name === undefined ? "" : `/${encodeURIComponent(name)}`}`;
}

const INSTEAD: readonly [RegExp, string][] = [
    [/^kubernetes:helm/, "render the chart with `helm template` beforehand and declare its objects"],
    [/^kubernetes:kustomize/, "render it with `kubectl kustomize` beforehand and declare its objects"],
    [
        /^kubernetes:yaml\/v2:/,
        "use kubernetes.yaml.ConfigFile or ConfigGroup (without v2), or declare the objects one by one",
    ],
];

/** Why a resource type or function is refused, and what to use instead; undefined for one that is accepted. */
export function refusal(token: string): string | undefined {
    const found = INSTEAD.find(([pattern]) => pattern.test(token));
    return found && `${token} is not in the air-gap kubernetes provider: ${found[1]}, or use the official plugin`;
}
