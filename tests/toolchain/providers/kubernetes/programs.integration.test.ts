/** Programs as users write them, with the real engine and a real API server: what a second `up` does. */
import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type ApiServer, startApiServer } from "../../../support/apiserver";
import { type Programs, startPrograms } from "../../../support/program";

const KUBECTL = path.resolve(__dirname, "../../../../.embassy/bin/kubectl");
const IN = { namespace: "default" };
const SKIP = { "pulumi.com/skipAwait": "true" };

jest.setTimeout(120_000);

let api: ApiServer;
let programs: Programs;

beforeAll(async () => {
    api = await startApiServer();
    programs = await startPrograms(api.kubeconfig);
}, 90_000);

afterAll(async () => {
    programs.stop();
    await api.stop();
}, 30_000);

async function kubectl(...args: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(KUBECTL, ["--kubeconfig", api.kubeconfig, "-n", "default", ...args]);
    return stdout;
}

async function apply(object: object, ...args: string[]): Promise<void> {
    const running = promisify(execFile)(KUBECTL, ["--kubeconfig", api.kubeconfig, "apply", ...args, "-f", "-"]);
    running.child.stdin?.end(JSON.stringify(object));
    await running;
}

type Step = () => pulumi.Resource | pulumi.Resource[];

/** What the next `up` does to the resources, by name: only what is not `same`. */
async function up(stack: pulumi.automation.Stack, program?: Step): Promise<Record<string, string>> {
    if (program) {
        stack.workspace.program = () => {
            program();
            return Promise.resolve();
        };
    }
    const changes: Record<string, string> = {};
    await stack.up({
        onEvent: ({ resourcePreEvent }) => {
            const { op, urn, detailedDiff } = resourcePreEvent?.metadata ?? {};
            if (op !== undefined && op !== "same" && urn?.includes("::kubernetes:")) {
                changes[urn.split("::").at(-1) ?? ""] = `${op} ${Object.keys(detailedDiff ?? {}).join(",")}`.trim();
            }
        },
    });
    return changes;
}

async function start(
    name: string,
    program: Step,
    settings: Record<string, string> = {},
): Promise<pulumi.automation.Stack> {
    const stack = await programs.stack(name, () => Promise.resolve(void program()), settings);
    await up(stack);
    return stack;
}

const pod = (more: object = {}): k8s.types.input.core.v1.PodTemplateSpec => ({
    metadata: { labels: { app: "web" } },
    spec: { containers: [{ name: "web", image: "web", ...more }] },
});
const selector = { matchLabels: { app: "web" } };

describe("a second up is quiet", () => {
    const things: Record<string, () => pulumi.Resource> = {
        quantities: () =>
            new k8s.apps.v1.StatefulSet("a", {
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
        service: () =>
            new k8s.core.v1.Service("a", {
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
        lease: () =>
            new k8s.coordination.v1.Lease("a", {
                metadata: IN,
                spec: {
                    holderIdentity: "a",
                    renewTime: "2026-01-01T03:00:00.500000+03:00",
                    acquireTime: "2026-01-01T00:00:00.000000Z",
                },
            }),
        webhook: () =>
            new k8s.admissionregistration.v1.ValidatingWebhookConfiguration("a", {
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
        autoscaler: () =>
            new k8s.autoscaling.v2.HorizontalPodAutoscaler("a", {
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
        ingress: () =>
            new k8s.networking.v1.Ingress("a", {
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
        role: () =>
            new k8s.rbac.v1.Role("a", {
                metadata: IN,
                rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }],
            }),
        claim: () =>
            new k8s.core.v1.PersistentVolumeClaim("a", {
                metadata: { ...IN, annotations: SKIP },
                spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1024Mi" } } },
            }),
        volume: () =>
            new k8s.core.v1.PersistentVolume("a", {
                metadata: { annotations: SKIP },
                spec: {
                    accessModes: ["ReadWriteOnce"],
                    capacity: { storage: "1024Mi" },
                    hostPath: { path: "/tmp/none" },
                },
            }),
        limits: () =>
            new k8s.core.v1.LimitRange("a", {
                metadata: IN,
                spec: { limits: [{ type: "Container", defaultRequest: { cpu: "0.5" } }] },
            }),
        cronjob: () =>
            new k8s.batch.v1.CronJob("a", {
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
        deployment: () =>
            new k8s.apps.v1.Deployment("a", {
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
        network: () =>
            new k8s.networking.v1.NetworkPolicy("a", {
                metadata: IN,
                spec: { podSelector: {}, ingress: [{ ports: [{ port: "web" }, { port: 81 }], from: [] }] },
            }),
        lines: () => new k8s.core.v1.Secret("a", { metadata: IN, data: { a: "dGhpcyBpcyBh\nIHRlc3Q=\n" } }),
        quota: () =>
            new k8s.core.v1.ResourceQuota("a", {
                metadata: { ...IN, annotations: SKIP },
                spec: { hard: { "requests.cpu": "0.5", pods: 10 as unknown as string } },
            }),
        priority: () => new k8s.scheduling.v1.PriorityClass("a", { value: 1e3, globalDefault: false }),
        budget: () =>
            new k8s.policy.v1.PodDisruptionBudget("a", { metadata: IN, spec: { minAvailable: "50%", selector } }),
        flow: () =>
            new k8s.core.v1.Pod("a", {
                metadata: { ...IN, annotations: SKIP },
                spec: {
                    activeDeadlineSeconds: 10,
                    containers: [{ name: "a", image: "a", resources: { limits: { cpu: "1.0" } } }],

                    tolerations: [{ operator: "Exists" }],
                },
            }),
    };

    it.each(Object.keys(things))("%s", async (kind) => {
        const program = things[kind] as () => pulumi.Resource;
        const stack = await start(`quiet-${kind}`, program);
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

describe("custom resources", () => {
    const definition = (kind: string): object => ({
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name: `${kind.toLowerCase()}es.example.com` },
        spec: {
            group: "example.com",
            scope: "Namespaced",
            names: { kind, plural: `${kind.toLowerCase()}es` },
            versions: [
                {
                    name: "v1",
                    served: true,
                    storage: true,
                    schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
                },
            ],
        },
    });
    const object = {
        apiVersion: "example.com/v1",
        kind: "ConfigPatch",
        metadata: { ...IN, name: "a" },
        spec: { size: 1 },
    };

    beforeAll(async () => {
        await apply(definition("ConfigPatch"));
        await kubectl("wait", "--for=condition=Established", "crd/configpatches.example.com");
        await apply(object);
    });

    it.each(["default/a", "a"])("are read by `get`, as %s", async (id) => {
        const { apiVersion, kind } = object;
        const stack = await start(`get-${id.length}`, () =>
            k8s.apiextensions.CustomResource.get("a", { apiVersion, kind, id }),
        );
        expect(JSON.stringify(await stack.exportStack())).toContain('"size":1');
        expect(await up(stack)).toEqual({ a: "read" });
        await stack.destroy();
    });

    it("whose kind ends in Patch are imported", async () => {
        const stack = await start(
            "patch-kind",
            () => new k8s.apiextensions.CustomResource("a", object, { import: "default/a" }),
        );
        expect(await up(stack)).toEqual({});
        await stack.destroy();
    });
});

async function managers(kind: string, name: string): Promise<{ manager: string; fieldsV1: object }[]> {
    const json = await kubectl("get", kind, name, "--show-managed-fields", "-o=json");
    return (JSON.parse(json) as { metadata: { managedFields: { manager: string; fieldsV1: object }[] } }).metadata
        .managedFields;
}

const deployment = (
    name: string,
    spec: object,
    opts: pulumi.CustomResourceOptions = {},
    label = "one",
): pulumi.Resource =>
    new k8s.apps.v1.Deployment(
        name,
        {
            metadata: { ...IN, name, labels: { label }, annotations: SKIP },
            spec: { replicas: 0, selector, template: pod(), ...spec },
        },
        opts,
    );

describe("fields of other managers", () => {
    it("that are ignored are theirs alone", async () => {
        const scaled = { apiVersion: "apps/v1", kind: "Deployment", metadata: { ...IN, name: "scaled" } };
        const ignoring = (label: string) => (): pulumi.Resource =>
            deployment("scaled", {}, { ignoreChanges: ["spec.replicas"] }, label);
        const stack = await start("scaled", ignoring("one"));
        const scale = (replicas: number): Promise<void> =>
            apply({ ...scaled, spec: { replicas } }, "--server-side", "--field-manager=scaler");
        await scale(0);
        expect(await up(stack, ignoring("two"))).toMatchObject({ scaled: expect.stringMatching(/^update/) as string });
        await scale(2);
        expect(await up(stack, ignoring("three"))).toMatchObject({
            scaled: expect.stringMatching(/^update/) as string,
        });
        expect(await kubectl("get", "deployment", "scaled", "-o=jsonpath={.spec.replicas}")).toBe("2");
        await stack.destroy();
    });

    it("stay theirs beside a Patch, which owns what it says and no more", async () => {
        const stack = await start("patched", () => deployment("patched", {}));
        const patching = await start(
            "patching",
            () =>
                new k8s.apps.v1.DeploymentPatch("patched", {
                    metadata: { ...IN, name: "patched", annotations: { "pulumi.com/patchFieldManager": "patcher" } },
                    spec: { template: { spec: { containers: [{ name: "web", env: [{ name: "A", value: "1" }] }] } } },
                }),
        );
        const own = (await managers("deployment", "patched")).find(({ manager }) => manager === "patcher");
        expect(own?.fieldsV1).toEqual({
            "f:metadata": { "f:annotations": { "f:pulumi.com/patchFieldManager": {} } },
            "f:spec": {
                "f:template": {
                    "f:spec": {
                        "f:containers": {
                            'k:{"name":"web"}': {
                                ".": {},
                                "f:env": { 'k:{"name":"A"}': { ".": {}, "f:name": {}, "f:value": {} } },
                                "f:name": {},
                            },
                        },
                    },
                },
            },
        });
        await patching.destroy();
        await stack.destroy();
    });
});

describe("without server-side apply", () => {
    const settings = { enableServerSideApply: "false" };

    it("a sidecar that somebody else has put in stays, and drift is mended", async () => {
        const program = (label: string, image: string) => (): pulumi.Resource =>
            deployment("plain", { template: pod({ image }) }, {}, label);
        const stack = await start("plain", program("one", "web:1"), settings);
        const sidecar = { spec: { template: { spec: { containers: [{ name: "sidecar", image: "mesh" }] } } } };
        await kubectl("patch", "deployment", "plain", "-p", JSON.stringify(sidecar));
        expect(await up(stack, program("two", "web:2"))).toMatchObject({
            plain: expect.stringMatching(/^update/) as string,
        });
        const images = "-o=jsonpath={.spec.template.spec.containers[*].image} {.metadata.labels}";
        expect(await kubectl("get", "deployment", "plain", images)).toBe(
            'mesh web:2 {"app.kubernetes.io/managed-by":"pulumi","label":"two"}',
        );
        expect(await up(stack)).toEqual({});
        await stack.destroy();
    });

    it("names are generated by the API server", async () => {
        const program = (value: string) => (): pulumi.Resource =>
            new k8s.core.v1.ConfigMap("generated", {
                metadata: { ...IN, generateName: "generated-", labels: { value } },
            });
        const stack = await start("generated", program("one"), settings);
        expect(await up(stack)).toEqual({});
        expect(await up(stack, program("two"))).toEqual({ generated: "update metadata.labels.value" });
        expect(await kubectl("get", "configmap", "-l", "value=two", "-o=name")).toMatch(/^configmap\/generated-\w+\n$/);
        await stack.destroy();
    });
});

describe("replacement of a named object", () => {
    it("that the program asks for with replaceOnChanges, or a claim template makes, deletes it first", async () => {
        const set = (storage: string, label: string) => (): pulumi.Resource =>
            new k8s.apps.v1.StatefulSet(
                "replaced",
                {
                    metadata: { ...IN, name: "replaced", labels: { label } },
                    spec: {
                        replicas: 0,
                        serviceName: "a",
                        selector,
                        template: pod(),
                        volumeClaimTemplates: [
                            {
                                metadata: { name: "data" },
                                spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage } } },
                            },
                        ],
                    },
                },
                { replaceOnChanges: ["metadata.labels"] },
            );
        const stack = await start("replaced", set("1Gi", "one"));
        expect(JSON.stringify(await up(stack, set("1Gi", "two")))).toContain("metadata.labels.label");
        expect(JSON.stringify(await up(stack, set("2Gi", "two")))).toContain("requests.storage");
        await stack.destroy();
    });
});
