/** The objects that the lab itself puts into a site's API: its machines, their disks, and the rights of kwok and Cilium. */
import { basename } from "node:path";
import { operatorObjects } from "../infra/cluster/access/plan-operator";
import { KUBELET_CLIENT } from "../infra/cluster/control-plane/kubelet";
import { TOPOLOGY } from "../infra/conventions/names";
import { API_SERVER_PORT } from "../infra/networking/addresses";
import { DISKS as DISKS_FOLDER } from "../infra/storage/local-disks";
import { DiskInventory, NetworkInventory, NodeInventory, SiteInventory } from "./inventory";
import { FAKE_NODE_ANNOTATION } from "./stages";

export interface Manifest {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: {
        readonly name: string;
        readonly labels: Readonly<Record<string, string>>;
        readonly annotations?: Readonly<Record<string, string>>;
    };
    readonly [field: string]: unknown;
}

/** Folder of a machine's disks, below /var/lib. */
export const DISKS = basename(DISKS_FOLDER);

export const FIELD_MANAGER = "embassy-lab";
export const OWNED = { "app.kubernetes.io/managed-by": FIELD_MANAGER };

/** A Node as a kubelet would register it. */
export function nodeManifest(node: NodeInventory): Manifest {
    const labels = { ...node.labels, ...OWNED, [TOPOLOGY.host]: node.name };
    const spec = node.taints?.length ? { taints: node.taints } : undefined;
    if (node.machine) {
        // The kubelet finds the Node and adds the rest itself: the machine's resources and its conditions.
        const { pods } = node.machine;
        return {
            apiVersion: "v1",
            kind: "Node",
            metadata: { name: node.name, labels },
            spec: { podCIDR: pods, podCIDRs: [pods], ...spec },
        };
    }
    const capacity = { cpu: node.cpu, memory: node.memory, pods: String(node.pods) };
    return {
        apiVersion: "v1",
        kind: "Node",
        metadata: {
            name: node.name,
            labels: { ...labels, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64" },
            annotations: FAKE_NODE_ANNOTATION,
        },
        ...(spec && { spec }),
        status: {
            capacity,
            allocatable: capacity,
            addresses: [
                ...(node.address ? [{ type: "InternalIP", address: node.address }] : []),
                { type: "Hostname", address: node.name },
            ],
        },
    };
}

/** The machine's local disks, declared as on bare metal: https://kubernetes.io/docs/concepts/storage/volumes/#local */
export function diskManifests(site: string, node: NodeInventory): Manifest[] {
    return node.disks.flatMap((disks) =>
        Array.from({ length: disks.count }, (_, index) => diskManifest(site, node.name, disks, index)),
    );
}

function diskManifest(site: string, node: string, disks: DiskInventory, index: number): Manifest {
    return {
        apiVersion: "v1",
        kind: "PersistentVolume",
        metadata: { name: `${site}-${node}-${disks.class}-${index}`, labels: OWNED },
        spec: {
            storageClassName: disks.class,
            capacity: { storage: disks.size },
            accessModes: ["ReadWriteOnce"],
            persistentVolumeReclaimPolicy: "Retain",
            local: { path: `${DISKS_FOLDER}/${disks.class}/${index}` },
            nodeAffinity: {
                required: {
                    nodeSelectorTerms: [{ matchExpressions: [{ key: TOPOLOGY.host, operator: "In", values: [node] }] }],
                },
            },
        },
    };
}

interface Rule {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly verbs: readonly string[];
}

function rule(apiGroup: string, resources: string[], verbs: string[]): Rule {
    return { apiGroups: [apiGroup], resources, verbs };
}

/** A role and the only user who has it. */
function permissions(name: string, user: string, rules: readonly Rule[]): Manifest[] {
    const metadata = { name, labels: OWNED };
    return [
        { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", metadata, rules },
        {
            apiVersion: "rbac.authorization.k8s.io/v1",
            kind: "ClusterRoleBinding",
            metadata,
            roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name },
            subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: user }],
        },
    ];
}

/** What a simulated kubelet needs: it reads nodes and pods, writes their status, and removes pods that have ended. */
const kwokAccess = permissions("embassy-lab:kwok", "embassy:kwok", [
    rule("", ["nodes", "pods"], ["get", "list", "watch"]),
    rule("", ["nodes/status", "pods/status"], ["patch", "update"]),
    rule("", ["pods"], ["delete", "patch", "update"]),
    rule("", ["events"], ["create", "patch", "update"]),
]);

/** What Cilium's agents need: they read policies and the objects that these select, and tell each other who has which address. */
const ciliumAccess = permissions("embassy-lab:cilium", "embassy:cilium", [
    rule("networking.k8s.io", ["networkpolicies"], ["get", "list", "watch"]),
    rule("discovery.k8s.io", ["endpointslices"], ["get", "list", "watch"]),
    rule("", ["namespaces", "services", "pods", "nodes"], ["get", "list", "watch"]),
    rule("apiextensions.k8s.io", ["customresourcedefinitions"], ["get", "list", "watch"]),
    rule("cilium.io", ["*"], ["get", "list", "watch"]),
    rule("cilium.io", ["ciliumidentities", "ciliumnodes", "ciliumendpoints"], ["create", "update", "patch", "delete"]),
    rule("cilium.io", ["ciliumnodes/status", "ciliumendpoints/status"], ["update", "patch"]),
]);

/** The API server asks kubelets for logs and shells under a name of its own, which kubeadm binds in the same way. */
const kubeletAccess: Manifest = {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: { name: "kubeadm:apiserver-kubelet-client", labels: OWNED },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "system:kubelet-api-admin" },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: KUBELET_CLIENT }],
};

/** The address at which pods find the API server: the gateway, with the port that network policies open there. */
function apiServerEndpoint({ gateway }: NetworkInventory): Manifest {
    return {
        apiVersion: "discovery.k8s.io/v1",
        kind: "EndpointSlice",
        metadata: { name: "kubernetes", labels: { ...OWNED, "kubernetes.io/service-name": "kubernetes" } },
        addressType: "IPv4",
        endpoints: [{ addresses: [gateway], conditions: { ready: true } }],
        ports: [{ name: "https", port: API_SERVER_PORT, protocol: "TCP" }],
    };
}

/** The rights of `pulumi up`, which a machine of the control plane gives on a real site. */
const operatorAccess = operatorObjects().map(({ metadata, ...object }): Manifest => ({
    ...object,
    metadata: { ...metadata, labels: OWNED },
}));

export function siteManifests(site: SiteInventory): Manifest[] {
    return [
        ...operatorAccess,
        ...(site.network ? [kubeletAccess, ...ciliumAccess, apiServerEndpoint(site.network)] : kwokAccess),
        ...site.nodes.map(nodeManifest),
        ...site.nodes.flatMap((node) => diskManifests(site.name, node)),
    ];
}
