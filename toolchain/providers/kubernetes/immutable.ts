/**
 * Fields that the API server refuses to change, so that a change replaces the object.
 *
 * The official plugin also replaces on a StatefulSet's `revisionHistoryLimit` and a Job's `parallelism`; Kubernetes updates both
 * in place, and a StatefulSet is not replaced where it need not be.
 */
import { PlainMap } from "../../plugin/values";
import { GroupVersionKind } from "./types";

export interface Mutability {
    readonly enableConfigMapMutable: boolean;
    readonly enableSecretMutable: boolean;
}

const IDENTITY = ["metadata.name", "metadata.namespace"];
const CONTAINER_FIELDS =
    "args command env image imagePullPolicy lifecycle livenessProbe ports readinessProbe resources securityContext stdin " +
    "stdinOnce terminationMessagePath terminationMessagePolicy tty volumeDevices volumeMounts workingDir";
const POD_FIELDS =
    "affinity automountServiceAccountToken dnsConfig dnsPolicy enableServiceLinks hostAliases hostIPC hostNetwork hostPID " +
    "hostname imagePullSecrets nodeName nodeSelector overhead preemptionPolicy priority priorityClassName readinessGates " +
    "restartPolicy runtimeClassName schedulerName securityContext serviceAccount serviceAccountName shareProcessNamespace " +
    "subdomain terminationGracePeriodSeconds volumes";
const VOLUME_SOURCES =
    "awsElasticBlockStore azureDisk azureFile cephfs cinder csi fc flexVolume flocker gcePersistentDisk glusterfs hostPath " +
    "iscsi local nfs photonPersistentDisk portworxVolume quobyte rbd scaleIO storageos vsphereVolume";

function under(prefix: string, fields: string): string[] {
    return fields.split(" ").map((field) => `${prefix}.${field}`);
}

/** `group/Kind` → paths; `*` stands for any index. */
const IMMUTABLE: Record<string, readonly string[]> = {
    "/PersistentVolume": under("spec", VOLUME_SOURCES),
    "/PersistentVolumeClaim": under("spec", "accessModes selector storageClassName volumeName"),
    "/Pod": [
        ...under("spec", POD_FIELDS),
        ...under("spec.containers.*", CONTAINER_FIELDS),
        ...under("spec.initContainers.*", CONTAINER_FIELDS),
    ],
    "/ResourceQuota": ["spec.scopes"],
    "/Secret": ["type"],
    "/Service": ["spec.clusterIP"],
    "apps/DaemonSet": ["spec.selector"],
    "apps/Deployment": ["spec.selector"],
    "apps/StatefulSet": under("spec", "podManagementPolicy selector serviceName volumeClaimTemplates"),
    "batch/Job": under("spec", "completions selector template"),
    "rbac.authorization.k8s.io/ClusterRoleBinding": ["roleRef"],
    "rbac.authorization.k8s.io/RoleBinding": ["roleRef"],
    "storage.k8s.io/StorageClass": ["parameters", "provisioner"],
};

/** The paths (`spec.containers.*.image`, split at dots) whose change replaces the object. */
export function immutablePaths(
    gvk: GroupVersionKind,
    inputs: PlainMap,
    settings: Mutability,
    patch: boolean,
): readonly (readonly string[])[] {
    const paths = [...IDENTITY];
    if (!patch) {
        paths.push(...(IMMUTABLE[`${gvk.group}/${gvk.kind}`] ?? []), ...contents(gvk, inputs, settings));
    }
    return paths.map((path) => path.split("."));
}

/** New data makes a new object, so that the pods that mount it are restarted: by default, and always where the object says that it is immutable. */
function contents(gvk: GroupVersionKind, inputs: PlainMap, settings: Mutability): string[] {
    const frozen = inputs["immutable"] === true;
    switch (`${gvk.group}/${gvk.kind}`) {
        case "/Secret":
            return frozen || !settings.enableSecretMutable ? ["data", "stringData"] : [];
        case "/ConfigMap":
            return frozen || !settings.enableConfigMapMutable ? ["data", "binaryData"] : [];
        default:
            return [];
    }
}
