/** A second `up` of programs as users write them changes nothing, also after a refresh or an import. */
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { IN, SKIP, pod, selector, up, userPrograms } from "../../../support/user-programs";

jest.setTimeout(120_000);

const { apply, kubectl, start } = userPrograms();

describe("a second up is quiet", () => {
    const things: Record<string, (name: string) => pulumi.Resource> = {
        quantities: (name) =>
            new k8s.apps.v1.StatefulSet(name, {
                metadata: { ...IN, annotations: SKIP },
                spec: {
                    replicas: 0,
                    serviceName: "a",
                    selector,
                    template: pod({
                        resources: { limits: { cpu: "0.5", memory: "1024Mi" }, requests: { cpu: 0.1, memory: "1e6" } },
                        env: [
                            {
                                name: "A",
                                valueFrom: { resourceFieldRef: { resource: "limits.cpu", divisor: "1000m" } },
                            },
                        ],
                        ports: [{ containerPort: 80 }],
                    }),
                    volumeClaimTemplates: [
                        {
                            metadata: { name: "data" },
                            spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "0.5Gi" } } },
                        },
                    ],
                },
            }),
        service: (name) =>
            new k8s.core.v1.Service(name, {
                metadata: { ...IN, annotations: SKIP },
                spec: {
                    selector: { app: "a" },
                    externalIPs: ["2001:0db8:0:0::1"],
                    ports: [
                        { port: 80, targetPort: "web" },
                        { name: "x", port: 81, targetPort: 81 },
                    ].slice(0, 1),
                },
            }),
        lease: (name) =>
            new k8s.coordination.v1.Lease(name, {
                metadata: IN,
                spec: {
                    holderIdentity: "a",
                    renewTime: "2026-01-01T03:00:00.500000+03:00",
                    acquireTime: "2026-01-01T00:00:00.000000Z",
                },
            }),
        webhook: (name) =>
            new k8s.admissionregistration.v1.ValidatingWebhookConfiguration(name, {
                webhooks: [
                    {
                        name: "a.example.com",
                        admissionReviewVersions: ["v1"],
                        sideEffects: "None",
                        failurePolicy: "Ignore",
                        clientConfig: {
                            url: "https://127.0.0.1:1/a",
                            caBundle: Buffer.from(CA)
                                .toString("base64")
                                .replace(/(.{60})/g, "$1\n"),
                        },
                        rules: [
                            {
                                apiGroups: ["example.com"],
                                apiVersions: ["v1"],
                                operations: ["CREATE"],
                                resources: ["as"],
                            },
                        ],
                    },
                ],
            }),
        autoscaler: (name) =>
            new k8s.autoscaling.v2.HorizontalPodAutoscaler(name, {
                metadata: { ...IN, annotations: SKIP },
                spec: {
                    maxReplicas: 3,
                    scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "a" },
                    metrics: [
                        {
                            type: "Resource",
                            resource: { name: "memory", target: { type: "AverageValue", averageValue: "1024Mi" } },
                        },
                        {
                            type: "Resource",
                            resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } },
                        },
                        {
                            type: "External",
                            external: { metric: { name: "q" }, target: { type: "Value", value: "0.5" } },
                        },
                    ],
                },
            }),
        ingress: (name) =>
            new k8s.networking.v1.Ingress(name, {
                metadata: { ...IN, annotations: SKIP },
                spec: {
                    rules: [
                        {
                            host: "a.example.com",
                            http: {
                                paths: [
                                    {
                                        path: "/",
                                        pathType: "Prefix",
                                        backend: { service: { name: "a", port: { number: 80 } } },
                                    },
                                ],
                            },
                        },
                    ],
                },
            }),
        role: (name) =>
            new k8s.rbac.v1.Role(name, {
                metadata: IN,
                rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }],
            }),
        claim: (name) =>
            new k8s.core.v1.PersistentVolumeClaim(name, {
                metadata: { ...IN, annotations: SKIP },
                spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1024Mi" } } },
            }),
        volume: (name) =>
            new k8s.core.v1.PersistentVolume(name, {
                metadata: { annotations: SKIP },
                spec: {
                    accessModes: ["ReadWriteOnce"],
                    capacity: { storage: "1024Mi" },
                    hostPath: { path: "/tmp/none" },
                },
            }),
        limits: (name) =>
            new k8s.core.v1.LimitRange(name, {
                metadata: IN,
                spec: { limits: [{ type: "Container", defaultRequest: { cpu: "0.5" } }] },
            }),
        cronjob: (name) =>
            new k8s.batch.v1.CronJob(name, {
                metadata: IN,
                spec: {
                    schedule: "@daily",
                    suspend: true,
                    jobTemplate: {
                        spec: {
                            template: { spec: { restartPolicy: "Never", containers: [{ name: "a", image: "a" }] } },
                        },
                    },
                },
            }),
        deployment: (name) =>
            new k8s.apps.v1.Deployment(name, {
                metadata: { ...IN, annotations: SKIP },
                spec: {
                    replicas: 0,
                    selector,
                    strategy: { rollingUpdate: { maxSurge: "50%", maxUnavailable: 0 } },
                    template: pod({
                        livenessProbe: { httpGet: { port: "web", path: "/" } },
                        readinessProbe: { tcpSocket: { port: 80 } },
                        securityContext: {},
                        env: [{ name: "A", value: "" }],
                        ports: [{ name: "web", containerPort: 80 }],
                        args: [],
                    }),
                },
            }),
        network: (name) =>
            new k8s.networking.v1.NetworkPolicy(name, {
                metadata: IN,
                spec: { podSelector: {}, ingress: [{ ports: [{ port: "web" }, { port: 81 }], from: [] }] },
            }),
        lines: (name) => new k8s.core.v1.Secret(name, { metadata: IN, data: { a: "dGhpcyBpcyBh\nIHRlc3Q=\n" } }),
        quota: (name) =>
            new k8s.core.v1.ResourceQuota(name, {
                metadata: { ...IN, annotations: SKIP },
                spec: { hard: { "requests.cpu": "0.5", pods: 10 as unknown as string } },
            }),
        priority: (name) => new k8s.scheduling.v1.PriorityClass(name, { value: 1e3, globalDefault: false }),
        budget: (name) =>
            new k8s.policy.v1.PodDisruptionBudget(name, { metadata: IN, spec: { minAvailable: "50%", selector } }),
        flow: (name) =>
            new k8s.core.v1.Pod(name, {
                metadata: { ...IN, annotations: SKIP },
                spec: {
                    activeDeadlineSeconds: 10,
                    containers: [{ name: "a", image: "a", resources: { limits: { cpu: "1.0" } } }],

                    tolerations: [{ operator: "Exists" }],
                },
            }),
    };

    /** They bound what others in their namespace may have, or are taken by them, so they are declared when those are gone. */
    const APART = ["limits", "quota", "volume"];
    const names = Object.keys(things);

    it.each([
        ["of every kind", names.filter((name) => !APART.includes(name))],
        ["of what reaches into a namespace's other objects", APART],
    ])("%s", async (_, kinds) => {
        const program = (): void => kinds.forEach((kind) => things[kind]?.(kind));
        const stack = await start(`quiet-${kinds.length}`, program);
        const { resources } = (await stack.exportStack()).deployment as { resources: { urn: string }[] };
        expect(resources.map(({ urn }) => urn.split("::").at(-1))).toEqual(expect.arrayContaining(kinds));
        expect(await up(stack)).toEqual({});
        await stack.refresh();
        expect(await up(stack)).toEqual({});
        await stack.destroy();
    });
});

const CA = `-----BEGIN CERTIFICATE-----
MIIBdTCCARugAwIBAgIUaB
-----END CERTIFICATE-----
`;

describe("import", () => {
    it("of a Service is followed by a quiet up", async () => {
        await kubectl("create", "service", "clusterip", "imported", "--tcp=80:80");
        const program = (): pulumi.Resource =>
            new k8s.core.v1.Service(
                "imported",
                {
                    metadata: { ...IN, name: "imported", annotations: SKIP },
                    spec: { selector: { app: "imported" }, ports: [{ name: "80-80", port: 80 }] },
                },
                { import: "default/imported" },
            );
        const stack = await start("imported", program);
        expect(await up(stack)).toEqual({});
        await stack.destroy();
    });

    it("of a claim that is bound keeps its volume", async () => {
        await apply({
            apiVersion: "v1",
            kind: "PersistentVolumeClaim",
            metadata: { ...IN, name: "kept" },
            spec: {
                storageClassName: "local",
                volumeName: "kept",
                accessModes: ["ReadWriteOnce"],
                resources: { requests: { storage: "1Gi" } },
            },
        });
        const program = (): pulumi.Resource =>
            new k8s.core.v1.PersistentVolumeClaim(
                "kept",
                {
                    metadata: { ...IN, name: "kept", annotations: SKIP },
                    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1024Mi" } } },
                },
                { import: "default/kept" },
            );
        const stack = await start("kept", program);
        expect(await up(stack)).toEqual({});
        await stack.destroy();
    });
});
