/** The provider against a real API server and controller manager. */
import { execFile } from "node:child_process";
import http from "node:http";
import { AddressInfo } from "node:net";
import path from "node:path";
import { promisify } from "node:util";
import { VERSION, KubernetesProvider } from "../../../../toolchain/providers/kubernetes/provider";
import { InitFailed, NotSupported, Target, UpdateRequest } from "../../../../toolchain/plugin/provider";
import { PropertyMap, Secret, UNKNOWN, reveal } from "../../../../toolchain/plugin/values";
import { ApiServer, startApiServer } from "../../../support/apiserver";

const KUBECTL = path.resolve(__dirname, "../../../../.embassy/bin/kubectl");
const OWNER = { "pulumi.com/patchFieldManager": "data-embassy" };

// A namespace takes the controller some seconds to delete.
jest.setTimeout(60_000);

let api: ApiServer;
let provider: KubernetesProvider;

beforeAll(async () => {
    api = await startApiServer();
    provider = configured({
        upsertExistingObjects: "true",
        enableSecretMutable: "true",
        enableConfigMapMutable: "true",
    });
    await create(thing("v1", "Namespace", "land", {}));
}, 90_000);

afterAll(async () => {
    await api.stop();
}, 30_000);

function configured(args: PropertyMap): KubernetesProvider {
    const result = new KubernetesProvider();
    result.configure({ kubeconfig: api.kubeconfig, ...args });
    return result;
}

async function kubectl(...args: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(KUBECTL, ["--kubeconfig", api.kubeconfig, "-n", "land", ...args]);
    return stdout;
}

interface Thing extends Target {
    readonly news: PropertyMap;
}

function thing(apiVersion: string, kind: string, name: string, rest: PropertyMap, metadata: PropertyMap = {}): Thing {
    const [group, version] = apiVersion.includes("/") ? apiVersion.split("/") : ["core", apiVersion];
    const type = `kubernetes:${group}/${version}:${kind}`;
    const cluster = ["Namespace", "CustomResourceDefinition", "StorageClass", "IPAddress"].includes(kind);
    return {
        type,
        name,
        urn: `urn:pulumi:s::p::${type}::${name}`,
        news: {
            apiVersion,
            kind,
            metadata: { name, annotations: { ...OWNER }, ...(!cluster && { namespace: "land" }), ...metadata },
            ...rest,
        },
    };
}

interface Made extends Thing {
    readonly id: string;
    readonly inputs: PropertyMap;
    readonly properties: PropertyMap;
}

async function check(of: Thing, by = provider): Promise<PropertyMap> {
    const result = await by.check({ ...of, olds: {}, randomSeed: new Uint8Array() });
    expect(result.failures ?? []).toEqual([]);
    return result.inputs;
}

async function create(of: Thing, by = provider, timeout = 0): Promise<Made> {
    const inputs = await check(of, by);
    const { id, properties } = await by.create({ ...of, properties: inputs, timeout, preview: false });
    return { ...of, id, inputs, properties };
}

const preview = async (of: Thing, by = provider): Promise<PropertyMap> =>
    (await by.create({ ...of, properties: await check(of, by), timeout: 0, preview: true })).properties;

const read = (made: Made, by = provider): ReturnType<KubernetesProvider["read"]> => by.read(made);

async function refreshed(made: Made): Promise<Made> {
    const found = await read(made);
    expect(found).toBeDefined();
    return { ...made, inputs: found?.inputs ?? {}, properties: found?.properties ?? {} };
}

async function diff(made: Made, news: PropertyMap): Promise<Record<string, string>> {
    const request = { ...made, oldInputs: made.inputs, olds: made.properties, news, ignoreChanges: [] };
    const { detailedDiff } = await provider.diff(request);
    return Object.fromEntries(Object.entries(detailedDiff).map(([key, { kind }]) => [key, kind]));
}

async function update(made: Made, news: PropertyMap, more: Partial<UpdateRequest> = {}): Promise<Made> {
    const request = {
        ...made,
        oldInputs: made.inputs,
        olds: made.properties,
        news,
        timeout: 0,
        preview: false,
        ...more,
    };
    return { ...made, inputs: news, properties: await provider.update(request) };
}

const destroy = (made: Made): Promise<void> => provider.delete({ ...made, oldInputs: made.inputs, timeout: 0 });

const policy = (name: string, spec: PropertyMap): Thing =>
    thing("networking.k8s.io/v1", "NetworkPolicy", name, { spec });

const POD = { spec: { containers: [{ name: "web", image: "web", ports: [{ containerPort: 80 }] }] } };
const LABELLED = { metadata: { labels: { app: "web" } }, ...POD };

const THINGS: Record<string, () => Thing> = {
    NetworkPolicy: () =>
        policy("np", {
            podSelector: {},
            policyTypes: ["Ingress", "Egress"],
            ingress: [{ from: [{ podSelector: { matchLabels: { a: "b" } } }], ports: [{ port: 5432 }] }],
            egress: [],
        }),
    PodDisruptionBudget: () =>
        thing("policy/v1", "PodDisruptionBudget", "pdb", {
            spec: { maxUnavailable: 1, selector: { matchLabels: { app: "web" } } },
        }),
    ResourceQuota: () =>
        thing("v1", "ResourceQuota", "quota", { spec: { hard: { "requests.memory": "1024Mi", pods: 10 } } }),
    LimitRange: () =>
        thing("v1", "LimitRange", "limits", { spec: { limits: [{ type: "Container", max: { memory: "2048Mi" } }] } }),
    ServiceAccount: () => thing("v1", "ServiceAccount", "account", { automountServiceAccountToken: false }),
    Secret: () => thing("v1", "Secret", "secret", { stringData: { password: "hunter22" } }),
    ConfigMap: () => thing("v1", "ConfigMap", "config", { data: { limits: "1024Mi" } }),
    Service: () =>
        thing("v1", "Service", "headless", {
            spec: {
                clusterIP: "None",
                selector: { app: "web" },
                publishNotReadyAddresses: false,
                ports: [
                    { name: "tcp", port: 53, targetPort: "dns" },
                    { name: "udp", port: 53, protocol: "UDP" },
                ],
            },
        }),
    StatefulSet: () =>
        thing("apps/v1", "StatefulSet", "set", {
            spec: {
                replicas: 0,
                serviceName: "headless",
                selector: { matchLabels: { app: "web" } },
                template: {
                    metadata: { labels: { app: "web" }, creationTimestamp: null },
                    spec: {
                        hostNetwork: false,
                        securityContext: {},
                        nodeSelector: {},
                        containers: [
                            {
                                name: "web",
                                image: "web",
                                env: [{ name: "A", value: "1024Mi" }],
                                ports: [{ containerPort: 80 }],
                                resources: { limits: { memory: "1024Mi", cpu: 1 } },
                            },
                        ],
                        volumes: [{ name: "scratch", emptyDir: {} }],
                    },
                },
                volumeClaimTemplates: [
                    {
                        metadata: { name: "data" },
                        spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1024Mi" } } },
                    },
                ],
            },
        }),
    StorageClass: () => thing("storage.k8s.io/v1", "StorageClass", "local", { provisioner: "example.com/local" }),
};

describe("life of a resource", () => {
    it.each(Object.keys(THINGS))("%s: created, unchanged, refreshed, adopted again, deleted", async (kind) => {
        const made = await create((THINGS[kind] as () => Thing)());
        expect(await diff(made, made.inputs)).toEqual({});
        const again = await refreshed(made);
        expect(again.inputs).toEqual(made.inputs);
        expect(await diff(again, made.inputs)).toEqual({});
        // A run that was killed before it could save its state is followed by one that finds the object there.
        const adopted = await create(made);
        expect(reveal(adopted.properties)["metadata"]).toMatchObject({ uid: uidOf(made) });
        await destroy(adopted);
        expect(await read(adopted)).toBeUndefined();
        await destroy(adopted);
    });
});

function uidOf(made: Made): string {
    return (reveal(made.properties)["metadata"] as { uid: string }).uid;
}

describe("drift", () => {
    it("of a policy is shown, and mended in spite of kubectl's ownership", async () => {
        const made = await create((THINGS["NetworkPolicy"] as () => Thing)());
        const patch = [
            { op: "add", path: "/spec/ingress/-", value: {} },
            { op: "add", path: "/spec/ingress/0/from/0/namespaceSelector", value: {} },
            { op: "replace", path: "/spec/podSelector", value: { matchLabels: { only: "this" } } },
        ];
        await kubectl("patch", "networkpolicy", "np", "--type=json", "-p", JSON.stringify(patch));
        const drifted = await refreshed(made);
        expect(await diff(drifted, made.inputs)).toEqual({
            "spec.ingress[0].from[0].namespaceSelector": "delete",
            "spec.ingress[1]": "delete",
            "spec.podSelector.matchLabels": "delete",
        });
        expect(await update(drifted, made.inputs, { preview: true })).toMatchObject({
            properties: { spec: { podSelector: {} } },
        });
        const mended = await refreshed(await update(drifted, made.inputs));
        expect(mended.inputs).toEqual(made.inputs);
        expect(await diff(mended, made.inputs)).toEqual({});
        await destroy(mended);
    });

    it("of a deleted object is that it is gone", async () => {
        const made = await create((THINGS["PodDisruptionBudget"] as () => Thing)());
        await kubectl("delete", "pdb", "pdb");
        expect(await read(made)).toBeUndefined();
    });

    it("of a key added by hand is shown and removed; a controller's is not", async () => {
        const made = await create((THINGS["ConfigMap"] as () => Thing)());
        await kubectl("patch", "configmap", "config", "-p", '{"data":{"extra":"by hand"}}');
        await kubectl(
            "patch",
            "configmap",
            "config",
            "--field-manager=controller",
            "-p",
            '{"data":{"other":"machine"}}',
        );
        const drifted = await refreshed(made);
        expect(await diff(drifted, made.inputs)).toEqual({ "data.extra": "delete" });
        const mended = await update(drifted, made.inputs);
        expect(mended.properties["data"]).toEqual({ limits: "1024Mi", other: "machine" });
        await destroy(mended);
    });
});

describe("update", () => {
    it("removes what the program no longer says", async () => {
        const made = await create(thing("v1", "ConfigMap", "shrinking", { data: { a: "1", b: "2" } }));
        const news = { ...made.inputs, data: { a: "1" } };
        expect(await diff(made, news)).toEqual({ "data.b": "delete" });
        expect((await update(made, news)).properties["data"]).toEqual({ a: "1" });
        await destroy(made);
    });

    it("removes it too from an object that was created without apply", async () => {
        const posting = configured({});
        const made = await create(thing("v1", "ConfigMap", "posted", { data: { a: "1", b: "2" } }), posting);
        const news = { ...made.inputs, data: { a: "1" } };
        expect((await update(made, news)).properties["data"]).toEqual({ a: "1" });
        await destroy(made);
    });

    it("writes nothing older over what another manager renews, where that is ignored, also by force", async () => {
        const made = await create(thing("v1", "Secret", "renewed", { stringData: { "tls.crt": "first" } }));
        const second = Buffer.from("second").toString("base64");
        const patch = JSON.stringify({ data: { "tls.crt": second } });
        await kubectl("patch", "secret", "renewed", "--field-manager=cert-manager", "-p", patch);
        const metadata = { ...(made.inputs["metadata"] as object), labels: { role: "primary" } };
        const forced = { ...metadata, annotations: { ...OWNER, "pulumi.com/patchForce": "true" } };
        const news = { ...made.inputs, metadata: forced } as PropertyMap;
        await update(made, news, { ignoreChanges: ["stringData", "data"] });
        const found = await kubectl(
            "get",
            "secret",
            "renewed",
            "-o",
            "jsonpath={.data.tls\\.crt} {.metadata.labels.role}",
        );
        expect(found).toBe(`${second} primary`);
    });

    it("names the other manager of a field, unless it is forced or ignored", async () => {
        const made = await create(thing("v1", "ConfigMap", "contested", { data: { a: "1" } }));
        await kubectl("patch", "configmap", "contested", "--field-manager=operator", "-p", '{"data":{"a":"2"}}');
        const news = { ...made.inputs, data: { a: "3" } };
        await expect(update(made, news)).rejects.toThrow(
            /ConfigMap land\/contested: \.data\.a belongs to field manager "operator"/,
        );
        expect((await update(made, news, { ignoreChanges: ["data.a"] })).properties["data"]).toEqual({ a: "2" });
        const forced = {
            ...news,
            metadata: {
                ...(news["metadata" as keyof typeof news] as object),
                annotations: { ...OWNER, "pulumi.com/patchForce": "true" },
            },
        };
        expect((await update(made, forced as PropertyMap)).properties["data"]).toEqual({ a: "3" });
        await destroy(made);
    });

    it("hands fields over to another field manager", async () => {
        const made = await create(thing("v1", "ConfigMap", "handed", { data: { a: "1" } }));
        const renamed = thing(
            "v1",
            "ConfigMap",
            "handed",
            { data: { a: "1" } },
            { annotations: { "pulumi.com/patchFieldManager": "other" } },
        );
        const after = await update(made, await check(renamed));
        expect(after.properties["__fieldManager"]).toBe("other");
        const managers = await kubectl(
            "get",
            "configmap",
            "handed",
            "--show-managed-fields",
            "-o=jsonpath={.metadata.managedFields[*].manager}",
        );
        expect(managers).toBe("other");
        await destroy(after);
    });

    it("works without server-side apply", async () => {
        const plain = configured({ enableServerSideApply: "false", enableConfigMapMutable: "true" });
        const made = await create(thing("v1", "ConfigMap", "plain", { data: { a: "1", b: "2" } }), plain);
        const news = { ...made.inputs, data: { a: "3" } };
        const request = { ...made, oldInputs: made.inputs, olds: made.properties, news, timeout: 0, preview: false };
        expect((await plain.update(request))["data"]).toEqual({ a: "3" });
        await destroy(made);
    });
});

describe("create", () => {
    it("refuses what exists, without upsert", async () => {
        const posting = configured({});
        const made = await create(thing("v1", "ConfigMap", "twice", {}), posting);
        await expect(create(made, posting)).rejects.toThrow(/ConfigMap land\/twice: it exists already.*pulumi import/);
        await destroy(made);
    });

    it("waits for its namespace", async () => {
        const made = create(thing("v1", "ConfigMap", "early", {}, { namespace: "later" }));
        await new Promise((resolve) => setTimeout(resolve, 200));
        const namespace = await create(thing("v1", "Namespace", "later", {}));
        expect((await made).id).toBe("later/early");
        await destroy(namespace);
    });

    describe("of a Service whose address is taken", () => {
        /** An address that whoever made `owner` has, as the API server leaves it when it is killed in between. */
        async function taken(owner: string): Promise<{ address: Made; service: Thing }> {
            const first = await kubectl(
                "get",
                "-n",
                "default",
                "service/kubernetes",
                "-o",
                "jsonpath={.spec.clusterIP}",
            );
            const ip = first.replace(/\d+$/, "77");
            const parentRef = { resource: "services", namespace: "land", name: owner };
            const address = await create(thing("networking.k8s.io/v1", "IPAddress", ip, { spec: { parentRef } }));
            return {
                address,
                service: thing("v1", "Service", "fixed", { spec: { clusterIP: ip, ports: [{ port: 80 }] } }),
            };
        }

        it("waits, where an earlier try at the same Service took it, until the API server has freed it", async () => {
            const { address, service } = await taken("fixed");
            const made = create(service);
            await new Promise((resolve) => setTimeout(resolve, 500));
            await destroy(address);
            expect((await made).id).toBe("land/fixed");
            await destroy(await made);
        });

        it("fails where another Service has it", async () => {
            const { address, service } = await taken("other");
            await expect(create(service)).rejects.toThrow(/Service land\/fixed.*already allocated/);
            await destroy(address);
        });
    });

    it("says which field is unknown", async () => {
        await expect(create(thing("v1", "ConfigMap", "typo", { dta: {} }), configured({}))).rejects.toThrow(
            /unknown field "dta"/,
        );
        await expect(create(policy("typo", { podSelectr: {} }))).rejects.toThrow(/\.spec\.podSelectr/);
    });

    it("hides secret values that the API server quotes", async () => {
        const bad = thing("v1", "Secret", "bad", { data: { password: "hunter22-not-base64" } });
        const failing = create(bad);
        await expect(failing).rejects.toThrow(/Secret land\/bad/);
        await expect(failing).rejects.not.toThrow(/hunter22/);
    });
});

describe("preview", () => {
    it("changes nothing, and makes nothing up", async () => {
        const of = thing("v1", "Service", "shown", { spec: { ports: [{ port: 80 }] } });
        const shown = await preview(of);
        expect(shown).toMatchObject({ spec: { clusterIP: UNKNOWN, type: "ClusterIP" }, metadata: { uid: UNKNOWN } });
        expect(shown["status"]).toBeUndefined();
        await expect(kubectl("get", "service", "shown")).rejects.toThrow(/not found/);
    });

    it("fails for what the API server would refuse", async () => {
        await expect(preview(policy("bad", { podSelector: {}, policyTypes: ["Sideways"] }))).rejects.toThrow(
            /Sideways/,
        );
    });

    it.each<[string, () => Thing]>([
        ["an unknown value", () => thing("v1", "ConfigMap", "a", { data: { a: UNKNOWN } })],
        ["a namespace to be made", () => thing("v1", "ConfigMap", "a", {}, { namespace: "unborn" })],
        ["a kind to be made", () => thing("example.com/v1", "Unborn", "a", {})],
    ])("lets %s pass", async (_, of) => {
        const given = of();
        expect(await preview(given)).toEqual(await check(given));
    });
});

describe("custom resources", () => {
    const crd = (more: PropertyMap = {}): Thing =>
        thing("apiextensions.k8s.io/v1", "CustomResourceDefinition", "widgets.example.com", {
            spec: {
                group: "example.com",
                scope: "Namespaced",
                names: { kind: "Widget", plural: "widgets", singular: "widget" },
                versions: [
                    {
                        name: "v1",
                        served: true,
                        storage: true,
                        schema: {
                            openAPIV3Schema: {
                                type: "object",
                                properties: {
                                    spec: {
                                        type: "object",
                                        properties: {
                                            parts: {
                                                type: "array",
                                                items: { type: "string" },
                                                x_kubernetes_list_type: "set",
                                            },
                                            size: { type: "integer", default: 1 },
                                            ...more,
                                        },
                                    },
                                },
                            },
                        },
                    },
                ],
            },
        });
    const widget = (): Thing => thing("example.com/v1", "Widget", "widget", { spec: { parts: ["a"] } });

    it("follow their definition, and are gone with it", async () => {
        const early = create(widget());
        const definition = await create(crd());
        const made = await early;
        expect(reveal(made.properties)["spec"]).toEqual({ parts: ["a"], size: 1 });
        expect((await refreshed(made)).inputs).toEqual(made.inputs);
        expect((await refreshed(definition)).inputs).toEqual(definition.inputs);

        const changed = await update(definition, await check(crd({ colour: { type: "string" } })));
        const adopted = await create(changed);
        expect(adopted.id).toBe("widgets.example.com");

        await destroy(adopted);
        expect(await read(made, configured({}))).toBeUndefined();
        await destroy(made);
    });
});

describe("patches", () => {
    it("own some fields of an object, and give them up again", async () => {
        const made = await create(thing("v1", "ConfigMap", "patched", { data: { a: "1" } }));
        const base = thing("v1", "ConfigMap", "patched", { data: { b: "2" } }, { annotations: {} });
        const type = "kubernetes:core/v1:ConfigMapPatch";
        const patch = await create({ ...base, type, urn: `urn:pulumi:s::p::${type}::patched` });
        expect(patch.properties["data"]).toEqual({ a: "1", b: "2" });
        await destroy(patch);
        expect((await read(made))?.properties["data"]).toEqual({ a: "1" });
        await destroy(made);
    });
});

describe("import", () => {
    it("finds what a program would have to say", async () => {
        await kubectl("create", "secret", "generic", "imported", "--from-literal=password=hunter22");
        const { urn, type, name } = thing("v1", "Secret", "imported", {});
        const found = await provider.read({ urn, type, name, id: "land/imported", inputs: {}, properties: {} });
        expect(found?.inputs).toMatchObject({
            apiVersion: "v1",
            kind: "Secret",
            metadata: { name: "imported", namespace: "land" },
        });
        expect(found?.inputs["data"]).toEqual(new Secret({ password: Buffer.from("hunter22").toString("base64") }));
        expect(JSON.stringify(found)).not.toContain(Buffer.from("hunter22").toString("base64"));
    });
});

describe("waiting", () => {
    const deployment = (name: string): Thing =>
        thing("apps/v1", "Deployment", name, {
            spec: { replicas: 1, selector: { matchLabels: { app: "web" } }, template: LABELLED },
        });

    it("ends when the object is ready", async () => {
        const made = create(deployment("patient"));
        const status = {
            replicas: 1,
            updatedReplicas: 1,
            availableReplicas: 1,
            readyReplicas: 1,
            observedGeneration: 99,
        };
        // No node, so that nobody else ever writes this; the controller may do so once more in between.
        const interval = setInterval(() => {
            void kubectl(
                "patch",
                "deployment",
                "patient",
                "--subresource=status",
                "--type=merge",
                "-p",
                JSON.stringify({ status }),
            ).catch(() => undefined);
        }, 300);
        const ready = await made.finally(() => clearInterval(interval));
        expect(reveal(ready.properties)["status"]).toMatchObject({ availableReplicas: 1 });
        await destroy(ready);
    });

    it("ends with reasons when time is up, and the state is kept", async () => {
        const failure = await create(deployment("late"), provider, 2).catch((error: unknown) => error);
        expect(failure).toBeInstanceOf(InitFailed);
        const { id, properties, reasons } = failure as InitFailed;
        expect(id).toBe("land/late");
        expect(properties["metadata"]).toMatchObject({ name: "late" });
        expect(reasons.join("\n")).toMatch(
            /Deployment land\/late exists but is not ready\nnot ready after 2 s\n.*available/,
        );
        await kubectl("delete", "deployment", "late");
    });

    it("ends when the run is cancelled", async () => {
        const other = configured({ upsertExistingObjects: "true" });
        const made = create(deployment("cancelled"), other);
        setTimeout(() => other.cancel(), 1000);
        await expect(made).rejects.toThrow(/the run was cancelled/);
        await kubectl("delete", "deployment", "cancelled");
    });

    it("follows pulumi.com/waitFor and skipAwait", async () => {
        const annotated = (name: string, key: string, value: string): Thing =>
            thing(
                "apps/v1",
                "Deployment",
                name,
                { spec: deployment(name).news["spec"] ?? null },
                { annotations: { ...OWNER, [key]: value } },
            );
        const skipped = await create(annotated("skipped", "pulumi.com/skipAwait", "true"));
        await destroy(skipped);
        const waited = await create(annotated("waited", "pulumi.com/waitFor", "jsonpath={.status.observedGeneration}"));
        expect(reveal(waited.properties)["status"]).toHaveProperty("observedGeneration");
        await destroy(waited);
    });
});

describe("refusals", () => {
    it("of what is left out say what to use instead", async () => {
        const release = thing("helm.sh/v3", "Release", "chart", {});
        await expect(provider.check({ ...release, olds: {}, randomSeed: new Uint8Array() })).rejects.toThrow(
            NotSupported,
        );
        await expect(provider.invoke("kubernetes:helm:template", {})).rejects.toThrow(/helm template/);
        expect(() => provider.construct("kubernetes:yaml/v2:ConfigFile")).toThrow(/kubernetes.yaml.ConfigFile/);
    });

    it("decodes YAML, with a namespace for what lives in one", async () => {
        const text =
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: b}\n";
        const { result } = await provider.invoke("kubernetes:yaml:decode", { text, defaultNamespace: "land" });
        expect(result).toMatchObject([{ metadata: { name: "a", namespace: "land" } }, { metadata: { name: "b" } }]);
    });
});

describe("a cluster that is not there", () => {
    const gone = (args: PropertyMap = {}): KubernetesProvider => {
        const result = new KubernetesProvider();
        const cluster = {
            clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:1" } }],
            users: [{ name: "u", user: {} }],
        };
        const context = {
            contexts: [{ name: "home", context: { cluster: "c", user: "u" } }],
            "current-context": "home",
        };
        result.configure({
            kubeconfig: JSON.stringify({ apiVersion: "v1", kind: "Config", ...cluster, ...context }),
            ...args,
        });
        return result;
    };
    const of = (): Made => ({
        ...thing("v1", "ConfigMap", "a", {}),
        id: "land/a",
        inputs: { kind: "ConfigMap" },
        properties: {},
    });
    const message =
        /cannot reach.*context "home", server https:\/\/127.0.0.1:1.*ECONNREFUSED.*Nothing in it is taken for deleted/;

    it("fails whatever asks or changes it with one clear error; a preview goes on without it (unreachable.test.ts)", async () => {
        const away = gone();
        const made = of();
        await expect(away.create({ ...made, properties: made.news, timeout: 0, preview: false })).rejects.toThrow(
            message,
        );
        await expect(away.read(made)).rejects.toThrow(message);
        await expect(away.delete({ ...made, oldInputs: {}, timeout: 0 })).rejects.toThrow(message);
    });

    it("drops its resources only where that is asked for", async () => {
        expect(await gone({ deleteUnreachable: "true" }).read(of())).toBeUndefined();
        await expect(
            gone({ deleteUnreachable: "true" }).delete({ ...of(), oldInputs: {}, timeout: 0 }),
        ).resolves.toBeUndefined();
        expect(await gone({ skipUpdateUnreachable: "true" }).read(of())).toMatchObject({ id: "land/a" });
    });

    it("is not mistaken for one that answers, but without the object's kind", async () => {
        const proxy = http.createServer((request, response) => {
            response.writeHead(request.url === "/version" ? 200 : 404, { "content-type": "application/json" });
            response.end(request.url === "/version" ? "{}" : '"no such page"');
        });
        await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
        const server = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
        const behind = new KubernetesProvider();
        behind.configure({
            kubeconfig: JSON.stringify({
                apiVersion: "v1",
                kind: "Config",
                clusters: [{ name: "c", cluster: { server } }],
                users: [{ name: "u", user: {} }],
                contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
                "current-context": "c",
            }),
        });
        await expect(behind.read(of())).rejects.toThrow(/404/);
        proxy.close();
    });

    it("is still told from deletion when it goes away in the middle of a run", async () => {
        const made = await create(thing("v1", "ConfigMap", "left", {}));
        await api.stopApiServer();
        await expect(read(made)).rejects.toThrow(/cannot reach.*ECONNREFUSED/);
    });
});

it("has the version of the official plugin", () => {
    expect(provider.version).toBe(VERSION);
});
