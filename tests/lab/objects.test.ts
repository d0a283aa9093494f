import { apiServer } from "../../infra/networking/egress";
import { diskManifests, nodeManifest, siteManifests } from "../../lab/objects";
import { inventory, node } from "../support/lab";

test("a node carries its labels, its capacity and kwok's mark", () => {
    const taint = { key: "embassy.example/quarantine", effect: "NoSchedule" } as const;
    const manifest = nodeManifest(node("narva-1", { taints: [taint], address: "10.1.0.1" }));
    expect(manifest.metadata).toMatchObject({
        name: "narva-1",
        labels: { "topology.kubernetes.io/zone": "feed-a", "kubernetes.io/hostname": "narva-1" },
        annotations: { "kwok.x-k8s.io/node": "fake" },
    });
    expect(manifest["spec"]).toEqual({ taints: [taint] });
    expect(manifest["status"]).toEqual({
        capacity: { cpu: "8", memory: "32Gi", pods: "110" },
        allocatable: { cpu: "8", memory: "32Gi", pods: "110" },
        addresses: [
            { type: "InternalIP", address: "10.1.0.1" },
            { type: "Hostname", address: "narva-1" },
        ],
    });
});

test("the controller's own taints are left alone where the inventory has none", () => {
    expect(nodeManifest(node("narva-1"))["spec"]).toBeUndefined();
});

test("a disk can be reached from its own node only, and outlives its claim", () => {
    const disks = diskManifests("narva", node("n1"));
    expect(disks.map(({ metadata }) => metadata.name)).toEqual(["narva-n1-nvme-0", "narva-n1-nvme-1"]);
    expect(disks[1]?.["spec"]).toMatchObject({
        storageClassName: "nvme",
        capacity: { storage: "10Gi" },
        persistentVolumeReclaimPolicy: "Retain",
        local: { path: "/var/lib/embassy/nvme/1" },
        nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ values: ["n1"] }] }] } },
    });
});

test("every object of a site has a name of its own and the lab's label", () => {
    const manifests = siteManifests(inventory());
    const ids = manifests.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    expect(new Set(ids).size).toBe(2 + 2 + 3 + 3 * 2);
    for (const { metadata } of manifests) {
        expect(metadata.labels["app.kubernetes.io/managed-by"]).toBe("embassy-lab");
    }
});

test("kwok may read nodes and write statuses, and may not read Secrets", () => {
    const role = JSON.stringify(
        siteManifests(inventory()).find(
            ({ kind, metadata }) => kind === "ClusterRole" && metadata.name.endsWith("kwok"),
        ),
    );
    expect(role).toContain("nodes/status");
    expect(role).not.toMatch(/secrets|\*/);
});

test("pods of real nodes find the API server where network policies let them", () => {
    const network = {
        nodes: "10.1.0.0/24",
        peers: {},
        gateway: "10.1.0.1",
        apiServers: [],
        served: [],
        registry: "registry.example:5000",
        dns: "10.250.0.10",
    };
    const slice = siteManifests(inventory({ network })).find(({ kind }) => kind === "EndpointSlice");
    const { to, ports } = apiServer(network);
    expect(to).toEqual([{ ipBlock: { cidr: "10.1.0.1/32" } }]);
    expect(slice).toMatchObject({
        metadata: { name: "kubernetes", labels: { "kubernetes.io/service-name": "kubernetes" } },
        endpoints: [{ addresses: ["10.1.0.1"] }],
        ports,
    });
});
