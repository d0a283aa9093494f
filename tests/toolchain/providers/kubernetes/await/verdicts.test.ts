import { generic } from "../../../../../toolchain/providers/kubernetes/await/generic";
import { ingress, service } from "../../../../../toolchain/providers/kubernetes/await/networking";
import {
    persistentVolume,
    persistentVolumeClaim,
    resourceQuota,
    secret,
} from "../../../../../toolchain/providers/kubernetes/await/storage";
import { Awaiter } from "../../../../../toolchain/providers/kubernetes/await/verdict";
import { waitFor } from "../../../../../toolchain/providers/kubernetes/await/wait-for";
import {
    daemonSet,
    deployment,
    job,
    pod,
    podReasons,
    replicationController,
    statefulSet,
} from "../../../../../toolchain/providers/kubernetes/await/workloads";
import { PlainMap } from "../../../../../toolchain/plugin/values";

type Expected = "ready" | "failed" | RegExp;
type Case = [string, Awaiter, PlainMap, Expected, PlainMap[]?];

const workload = (spec: PlainMap, status: PlainMap): PlainMap => ({
    metadata: { name: "a", namespace: "land", generation: 2 },
    spec,
    status: { observedGeneration: 2, ...status },
});
const conditions = (...list: PlainMap[]): PlainMap => ({ conditions: list });
const rolled = {
    replicas: 3,
    updatedReplicas: 3,
    availableReplicas: 3,
    readyReplicas: 3,
    currentRevision: "b",
    updateRevision: "b",
};
const slice = (ready?: boolean): PlainMap => ({ endpoints: [{ conditions: ready === undefined ? {} : { ready } }] });
const web = (spec: PlainMap = {}): PlainMap => ({
    metadata: { name: "web", namespace: "land" },
    spec: { selector: { a: "b" }, ...spec },
});

const CASES: Case[] = [
    ["Deployment rolled out", deployment, workload({ replicas: 3 }, rolled), "ready"],
    ["Deployment of none", deployment, workload({ replicas: 0 }, {}), "ready"],
    [
        "Deployment not seen",
        deployment,
        workload({ replicas: 3 }, { ...rolled, observedGeneration: 1 }),
        /controller has not seen/,
    ],
    ["Deployment with old pods", deployment, workload({ replicas: 3 }, { ...rolled, replicas: 4 }), /1 old ones left/],
    [
        "Deployment not available",
        deployment,
        workload({ replicas: 3 }, { ...rolled, availableReplicas: 2 }),
        /2 available/,
    ],
    [
        "Deployment out of quota",
        deployment,
        workload(
            {},
            conditions({ type: "ReplicaFailure", status: "False", reason: "FailedCreate", message: "exceeded quota" }),
        ),
        /exceeded quota/,
    ],
    ["StatefulSet rolled out", statefulSet, workload({ replicas: 3 }, rolled), "ready"],
    [
        "StatefulSet of none",
        statefulSet,
        workload({ replicas: 0 }, { currentRevision: "a", updateRevision: "a" }),
        "ready",
    ],
    ["StatefulSet without status", statefulSet, { metadata: { generation: 1 }, spec: { replicas: 1 } }, /has not seen/],
    [
        "StatefulSet not ready",
        statefulSet,
        workload({ replicas: 3 }, { ...rolled, readyReplicas: 2 }),
        /2 of 3 replicas are ready/,
    ],
    [
        "StatefulSet rolling",
        statefulSet,
        workload({ replicas: 3 }, { ...rolled, currentRevision: "a", updatedReplicas: 1 }),
        /1 of 3 replicas have revision b/,
    ],
    ["StatefulSet scaling down", statefulSet, workload({ replicas: 2 }, rolled), /3 of 2/],
    [
        "StatefulSet updated by hand",
        statefulSet,
        workload(
            { replicas: 3, updateStrategy: { type: "OnDelete" } },
            { ...rolled, currentRevision: "a", updatedReplicas: 0 },
        ),
        "ready",
    ],
    [
        "StatefulSet behind a partition",
        statefulSet,
        workload(
            { replicas: 3, updateStrategy: { rollingUpdate: { partition: 2 } } },
            { ...rolled, currentRevision: "a", updatedReplicas: 1 },
        ),
        "ready",
    ],
    [
        "ReplicationController",
        replicationController,
        workload({ replicas: 2 }, { replicas: 2, availableReplicas: 2 }),
        "ready",
    ],
    ["ReplicationController of none", replicationController, workload({ replicas: 0 }, {}), "ready"],
    [
        "ReplicationController with a pod that is not available",
        replicationController,
        workload({ replicas: 2 }, { replicas: 2, availableReplicas: 1 }),
        /1 of 2 replicas are available/,
    ],
    ["something without conditions", generic, { kind: "Gadget" }, "ready"],
    ["something ready", generic, { status: conditions({ type: "Ready", status: "True" }) }, "ready"],
    ["something not ready", generic, { status: conditions({ type: "Ready", status: "False" }) }, /Ready is False/],
    ["something stalled", generic, { status: conditions({ type: "Stalled", status: "True" }) }, "failed"],
    ["something reconciling", generic, { status: conditions({ type: "Reconciling", status: "True" }) }, /Reconciling/],
    ["a definition that is not served yet", generic, { kind: "CustomResourceDefinition" }, /Established is not told/],
    ["DaemonSet on no node", daemonSet, workload({}, { desiredNumberScheduled: 0 }), "ready"],
    [
        "DaemonSet",
        daemonSet,
        workload({}, { desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 2 }),
        "ready",
    ],
    [
        "DaemonSet rolling",
        daemonSet,
        workload({}, { desiredNumberScheduled: 2, updatedNumberScheduled: 1, numberAvailable: 2 }),
        /1 of 2/,
    ],
    ["Job done", job, workload({}, conditions({ type: "Complete", status: "True" })), "ready"],
    ["Job suspended", job, workload({ suspend: true }, {}), "ready"],
    [
        "Job failed",
        job,
        workload({}, conditions({ type: "Failed", status: "True", reason: "BackoffLimitExceeded" })),
        "failed",
    ],
    ["Job running", job, workload({ completions: 2 }, { succeeded: 1 }), /1 of 2 completions/],
    ["Pod ready", pod, workload({}, conditions({ type: "Ready", status: "True" })), "ready"],
    ["Pod done", pod, workload({}, { phase: "Succeeded" }), "ready"],
    ["Pod failed", pod, workload({}, { phase: "Failed", message: "evicted" }), "failed"],
    ["Pod pending", pod, workload({}, { phase: "Pending" }), /phase Pending/],
    ["Service with an endpoint", service, web(), "ready", [slice(true)]],
    ["Service with an endpoint of unknown readiness", service, web(), "ready", [slice()]],
    ["Service without one", service, web(), /none of its 1 endpoints/, [slice(false)]],
    ["Service headless", service, web({ clusterIP: "None" }), "ready"],
    ["Service external", service, web({ type: "ExternalName" }), "ready"],
    ["Service without selector", service, web({ selector: {} }), "ready"],
    ["Service balanced", service, web({ type: "LoadBalancer" }), /no load balancer address/, [slice(true)]],
    ["Ingress", ingress, { status: { loadBalancer: { ingress: [{ ip: "1.2.3.4" }] } } }, "ready"],
    ["Ingress without address", ingress, {}, /no address/],
    ["PV available", persistentVolume, { status: { phase: "Available" } }, "ready"],
    ["PV failed", persistentVolume, { status: { phase: "Failed", message: "gone" } }, "failed"],
    ["PVC bound", persistentVolumeClaim, { status: { phase: "Bound" } }, "ready"],
    [
        "PVC pending",
        persistentVolumeClaim,
        { spec: { storageClassName: "x" }, status: { phase: "Pending" } },
        /no StorageClass x/,
    ],
    [
        "PVC bound late",
        persistentVolumeClaim,
        { status: { phase: "Pending" } },
        "ready",
        [{ volumeBindingMode: "WaitForFirstConsumer" }],
    ],
    [
        "PVC bound at once",
        persistentVolumeClaim,
        { status: { phase: "Pending" } },
        /phase Pending/,
        [{ volumeBindingMode: "Immediate" }],
    ],
    [
        "quota enforced",
        resourceQuota,
        { spec: { hard: { memory: "1024Mi" } }, status: { hard: { memory: "1Gi" } } },
        "ready",
    ],
    ["quota not enforced", resourceQuota, { spec: { hard: { pods: "1" } } }, /status\.hard differs/],
    ["Secret", secret, { type: "Opaque" }, "ready"],
    ["token without data", secret, { type: "kubernetes.io/service-account-token" }, /no token yet/],
    ["token", secret, { type: "kubernetes.io/service-account-token", data: { token: "x" } }, "ready"],
];

describe("readiness", () => {
    it.each(CASES)("%s", (_, awaiter, object, expected, related = []) => {
        const { reasons, final = false } = awaiter.check(object, related);
        const outcome = reasons.length === 0 ? "ready" : final ? "failed" : reasons.join("; ");
        expect(outcome).toMatch(expected instanceof RegExp ? expected : new RegExp(`^${expected}$`));
    });
});

describe("podReasons", () => {
    it("names conditions and containers", () => {
        const object = workload(
            {},
            {
                conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/3 nodes" }],
                containerStatuses: [
                    { name: "web", state: { waiting: { reason: "ImagePullBackOff", message: "no such image" } } },
                    { name: "new", state: { waiting: { reason: "ContainerCreating" } } },
                ],
            },
        );
        expect(podReasons(object)).toEqual([
            "pod a: PodScheduled: Unschedulable: 0/3 nodes",
            "pod a: container web: ImagePullBackOff: no such image",
        ]);
    });
});

describe("waitFor", () => {
    const object = workload(
        {},
        {
            phase: "Running",
            conditions: [
                { type: "Ready", status: "False" },
                { type: "Synced", status: "True" },
                { type: "Seen", status: "True", observedGeneration: 1 },
            ],
            ports: [{ name: "web", port: 80 }],
        },
    );

    it.each([
        ["condition=Synced", true],
        ["condition=Ready", false],
        ["condition=Ready=False", true],
        ["jsonpath={.status.phase}", true],
        ["jsonpath={.status.phase}=Running", true],
        ["jsonpath={.status.phase}=Pending", false],
        ["jsonpath={.status.missing}", false],
        ['jsonpath={.status.conditions[?(@.type=="Synced")].status}=True', true],
        ['["condition=Synced","jsonpath={.status.phase}=Running"]', true],
        ['["condition=Synced","condition=Ready"]', false],
        ["condition=synced=true", true],
        ["condition=Seen", false],
        ["jsonpath={$.status.phase}=Running", true],
        ["jsonpath={ .status.phase }=Running", true],
        ['jsonpath={.status.conditions[?(@.type == "Other" || @.type == "Synced")].status}=True', true],
        ['jsonpath={.status.conditions[?(@.type=="Other" || @.type=="Missing")].status}', false],
        ["jsonpath={.status.conditions}", true],
        ["jsonpath={.status.ports[0].port}=80", true],
        ["jsonpath={.status.observedGeneration}=2", true],
    ])("%s → %p", async (expression, ready) => {
        const awaiter = await waitFor(expression);
        expect(awaiter.check(object, []).reasons.length === 0).toBe(ready);
    });

    it("believes nothing that is said about an older specification", async () => {
        const outdated = { ...object, metadata: { generation: 3 } };
        for (const expression of ["condition=Synced", "jsonpath={.status.phase}=Running"]) {
            expect((await waitFor(expression)).check(outdated, []).reasons).toHaveLength(1);
        }
    });

    it("gives up where a whole object is compared with a text", async () => {
        const { reasons, final } = (await waitFor("jsonpath={.status.ports}=80")).check(object, []);
        expect([reasons, final]).toEqual([[expect.stringContaining("there is an object or a list")], true]);
    });

    it.each([
        "ready",
        "[]",
        "[1]",
        '["condition=Ready"',
        "jsonpath='{.status.phase}'=Running",
        "jsonpath={.status.phase}=",
        "jsonpath={.status.phase}=a=b",
        "jsonpath=.status.phase",
        "jsonpath={.status[}",
    ])("refuses %s", async (expression) => {
        await expect(waitFor(expression)).rejects.toThrow(/pulumi.com\/waitFor/);
    });
});
