import fc from "fast-check";
import { diffObjects } from "../../../../toolchain/providers/kubernetes/diff";
import { immutablePaths } from "../../../../toolchain/providers/kubernetes/immutable";
import { kindOf } from "../../../../toolchain/providers/kubernetes/types";
import { PlainMap, UNKNOWN } from "../../../../toolchain/plugin/values";

const SETTINGS = { enableConfigMapMutable: false, enableSecretMutable: false };
const MUTABLE = { enableConfigMapMutable: true, enableSecretMutable: true };

function object(apiVersion: string, kind: string, rest: PlainMap): PlainMap {
    return { apiVersion, kind, metadata: { name: "a", namespace: "land" }, ...rest };
}

interface Case {
    readonly old: PlainMap;
    readonly next: PlainMap;
    readonly live?: PlainMap;
    readonly ignoreChanges?: readonly string[];
    readonly settings?: typeof SETTINGS;
}

function diff({ old, next, live = old, ignoreChanges, settings = SETTINGS }: Case): {
    kinds: Record<string, string>;
    deleteBeforeReplace: boolean | undefined;
} {
    const immutable = immutablePaths(kindOf("", next), next, settings, false);
    const result = diffObjects({ oldInputs: old, live, news: next, immutable, ignoreChanges });
    const kinds = Object.entries(result.detailedDiff).map(([path, { kind }]) => [path, kind]);
    return {
        kinds: Object.fromEntries(kinds) as Record<string, string>,
        deleteBeforeReplace: result.deleteBeforeReplace,
    };
}

const policy = (spec: PlainMap): PlainMap => object("networking.k8s.io/v1", "NetworkPolicy", { spec });
const set = (spec: PlainMap): PlainMap => object("apps/v1", "StatefulSet", { spec });

describe("diffObjects: what changed", () => {
    it.each<[string, Case, Record<string, string>]>([
        ["nothing", { old: policy({ a: 1 }), next: policy({ a: 1 }) }, {}],
        ["a value", { old: policy({ a: 1 }), next: policy({ a: 2 }) }, { "spec.a": "update" }],
        ["a new value", { old: policy({}), next: policy({ a: 1 }) }, { "spec.a": "add" }],
        [
            "an empty map, which means all pods",
            { old: policy({}), next: policy({ podSelector: {} }) },
            { "spec.podSelector": "add" },
        ],
        ["a removed value", { old: policy({ a: 1 }), next: policy({}) }, { "spec.a": "delete" }],
        ["a list item more", { old: policy({ l: [1] }), next: policy({ l: [1, 2] }) }, { "spec.l[1]": "add" }],
        ["a list item less", { old: policy({ l: [1, 2] }), next: policy({ l: [1] }) }, { "spec.l[1]": "delete" }],
        [
            "a value in a list",
            { old: policy({ l: [{ a: 1 }] }), next: policy({ l: [{ a: 2 }] }) },
            { "spec.l[0].a": "update" },
        ],
        ["another type", { old: policy({ a: { b: 1 } }), next: policy({ a: [1] }) }, { "spec.a": "update" }],
        ["an unknown value", { old: policy({ a: 1 }), next: policy({ a: UNKNOWN }) }, { "spec.a": "update" }],
        ["null for absent", { old: policy({ a: null }), next: policy({}) }, {}],
        [
            "another spelling of a quantity",
            { old: set({ hard: { memory: "1024Mi" } }), next: set({ hard: { memory: "1Gi" } }) },
            {},
        ],
        ["a number for its text", { old: policy({ port: "80" }), next: policy({ port: 80 }) }, {}],
        [
            "a key with dots",
            {
                old: object("v1", "Namespace", {}),
                next: {
                    ...object("v1", "Namespace", {}),
                    metadata: { name: "a", namespace: "land", labels: { "a.b/c": "d" } },
                },
            },
            { "metadata.labels": "add" },
        ],
    ])("%s", (_, given, expected) => {
        expect(diff(given).kinds).toEqual(expected);
    });
});

describe("diffObjects: the live object", () => {
    it("shows a declared value that differs in it", () => {
        const old = set({ replicas: 3 });
        expect(diff({ old, next: old, live: set({ replicas: 5 }) }).kinds).toEqual({ "spec.replicas": "update" });
    });

    it("shows nothing that the API server or a controller added", () => {
        const old = set({ containers: [{ name: "a" }], replicas: 1 });
        const live = {
            ...set({
                replicas: 1,
                revisionHistoryLimit: 10,
                containers: [{ name: "sidecar" }, { name: "a", imagePullPolicy: "Always" }],
            }),
            status: { readyReplicas: 1 },
        };
        expect(diff({ old, next: old, live }).kinds).toEqual({});
    });

    it("shows nothing that it leaves out", () => {
        const old = set({ hostNetwork: false, labels: {} });
        expect(diff({ old, next: old, live: set({}) }).kinds).toEqual({});
    });

    it("takes another spelling in it for the same", () => {
        const old = set({ limits: { memory: "1024Mi" }, targetPort: "80" });
        expect(diff({ old, next: old, live: set({ limits: { memory: "1Gi" }, targetPort: 80 }) }).kinds).toEqual({});
    });
});

describe("diffObjects: replacement", () => {
    const name = (value: string): PlainMap => ({ ...set({}), metadata: { name: value, namespace: "land" } });
    const namespace = (value: string): PlainMap => ({ ...set({}), metadata: { name: "a", namespace: value } });
    const of = (apiVersion: string, kind: string, field: string, before: unknown, after: unknown): Case => {
        const build = (value: unknown): PlainMap => {
            const steps = field.split(".");
            const nested = steps.reduceRight<unknown>(
                (inner, step) => (step === "0" ? [inner] : { [step]: inner }),
                value,
            );
            return object(apiVersion, kind, nested as PlainMap);
        };
        return { old: build(before), next: build(after) };
    };

    it.each<[string, Case, string]>([
        ["name", { old: name("a"), next: name("b") }, "metadata.name"],
        ["namespace", { old: namespace("a"), next: namespace("b") }, "metadata.namespace"],
        [
            "Deployment selector",
            of("apps/v1", "Deployment", "spec.selector.matchLabels.a", "1", "2"),
            "spec.selector.matchLabels.a",
        ],
        [
            "DaemonSet selector",
            of("apps/v1", "DaemonSet", "spec.selector.matchLabels.a", "1", "2"),
            "spec.selector.matchLabels.a",
        ],
        ["StatefulSet serviceName", of("apps/v1", "StatefulSet", "spec.serviceName", "1", "2"), "spec.serviceName"],
        [
            "StatefulSet podManagementPolicy",
            of("apps/v1", "StatefulSet", "spec.podManagementPolicy", "OrderedReady", "Parallel"),
            "spec.podManagementPolicy",
        ],
        [
            "StatefulSet volumeClaimTemplates",
            of("apps/v1", "StatefulSet", "spec.volumeClaimTemplates.0.metadata.name", "a", "b"),
            "spec.volumeClaimTemplates[0].metadata.name",
        ],
        [
            "Job template",
            of("batch/v1", "Job", "spec.template.spec.restartPolicy", "Never", "OnFailure"),
            "spec.template.spec.restartPolicy",
        ],
        ["Job completions", of("batch/v1", "Job", "spec.completions", 1, 2), "spec.completions"],
        [
            "PVC storageClassName",
            of("v1", "PersistentVolumeClaim", "spec.storageClassName", "a", "b"),
            "spec.storageClassName",
        ],
        ["Pod image", of("v1", "Pod", "spec.containers.0.image", "a", "b"), "spec.containers[0].image"],
        ["Pod serviceAccountName", of("v1", "Pod", "spec.serviceAccountName", "a", "b"), "spec.serviceAccountName"],
        ["Service clusterIP", of("v1", "Service", "spec.clusterIP", "None", "10.0.0.1"), "spec.clusterIP"],
        ["Secret data", of("v1", "Secret", "data.a", "1", "2"), "data.a"],
        ["Secret type", of("v1", "Secret", "type", "a", "b"), "type"],
        ["ConfigMap data", of("v1", "ConfigMap", "data.a", "1", "2"), "data.a"],
        [
            "RoleBinding roleRef",
            of("rbac.authorization.k8s.io/v1", "RoleBinding", "roleRef.name", "a", "b"),
            "roleRef.name",
        ],
        ["StorageClass provisioner", of("storage.k8s.io/v1", "StorageClass", "provisioner", "a", "b"), "provisioner"],
    ])("%s", (_, given, path) => {
        expect(diff(given).kinds).toEqual({ [path]: "update-replace" });
    });

    it.each<[string, Case, string]>([
        ["StatefulSet replicas", of("apps/v1", "StatefulSet", "spec.replicas", 1, 2), "spec.replicas"],
        [
            "StatefulSet revisionHistoryLimit",
            of("apps/v1", "StatefulSet", "spec.revisionHistoryLimit", 1, 2),
            "spec.revisionHistoryLimit",
        ],
        [
            "PVC size",
            of("v1", "PersistentVolumeClaim", "spec.resources.requests.storage", "1Gi", "2Gi"),
            "spec.resources.requests.storage",
        ],
        [
            "PodDisruptionBudget",
            of("policy/v1", "PodDisruptionBudget", "spec.maxUnavailable", 1, 2),
            "spec.maxUnavailable",
        ],
        ["mutable Secret", { ...of("v1", "Secret", "data.a", "1", "2"), settings: MUTABLE }, "data.a"],
        ["mutable ConfigMap", { ...of("v1", "ConfigMap", "data.a", "1", "2"), settings: MUTABLE }, "data.a"],
    ])("not of %s", (_, given, path) => {
        expect(diff(given).kinds).toEqual({ [path]: "update" });
    });

    it("of an immutable Secret, mutable flag or not", () => {
        const secret = (value: string): PlainMap => object("v1", "Secret", { immutable: true, data: { a: value } });
        expect(diff({ old: secret("1"), next: secret("2"), settings: MUTABLE }).kinds).toEqual({
            "data.a": "update-replace",
        });
    });

    it("where a whole field with the immutable one in it is new", () => {
        const next = object("apps/v1", "Deployment", { spec: { selector: { matchLabels: { a: "b" } } } });
        const old = object("apps/v1", "Deployment", {});
        expect(diff({ old, next }).kinds).toEqual({ spec: "add-replace" });
    });

    it("not where an immutable field is given the value that it has by default", () => {
        const next = set({ podManagementPolicy: "OrderedReady" });
        expect(diff({ old: set({}), next, live: next }).kinds).toEqual({ "spec.podManagementPolicy": "add" });
    });

    it("where an immutable field becomes unknown", () => {
        expect(diff({ old: set({ serviceName: "a" }), next: set({ serviceName: UNKNOWN }) }).kinds).toEqual({
            "spec.serviceName": "update-replace",
        });
    });
});

describe("diffObjects: deleteBeforeReplace", () => {
    const change = (metadata: PlainMap): Case => ({
        old: { ...set({ serviceName: "a" }), metadata },
        next: { ...set({ serviceName: "b" }), metadata },
    });

    it("for a name that the user gave", () => {
        expect(diff(change({ name: "a", namespace: "land" })).deleteBeforeReplace).toBe(true);
    });

    it("for a change that replaces only because the program says so, as with replaceOnChanges", () => {
        expect(diff({ old: set({ replicas: 1 }), next: set({ replicas: 2 }) })).toEqual({
            kinds: { "spec.replicas": "update" },
            deleteBeforeReplace: true,
        });
    });

    it("not for a generated name", () => {
        const annotations = { "pulumi.com/autonamed": "true" };
        expect(diff(change({ name: "a", namespace: "land", annotations })).deleteBeforeReplace).toBe(false);
    });

    it("not for another name or namespace", () => {
        const named = (name: string, namespace: string): PlainMap => ({ ...set({}), metadata: { name, namespace } });
        expect(diff({ old: named("a", "x"), next: named("b", "x") }).deleteBeforeReplace).toBe(false);
        expect(diff({ old: named("a", "x"), next: named("a", "y") }).deleteBeforeReplace).toBe(false);
    });
});

describe("diffObjects: an imported object", () => {
    const imported = (live: PlainMap, next: PlainMap, settings = SETTINGS): Record<string, string> => {
        const immutable = immutablePaths(kindOf("", next), next, settings, false);
        const result = diffObjects({ oldInputs: live, live, news: next, immutable, imported: true });
        return Object.fromEntries(Object.entries(result.detailedDiff).map(([path, { kind }]) => [path, kind]));
    };

    it("leaves alone what the API server has filled in", () => {
        const live = object("v1", "Service", {
            spec: {
                clusterIP: "10.0.0.1",
                clusterIPs: ["10.0.0.1"],
                type: "ClusterIP",
                ports: [{ port: 80, protocol: "TCP", targetPort: 80 }],
            },
        });
        expect(imported(live, object("v1", "Service", { spec: { ports: [{ port: 80 }] } }))).toEqual({});
        const claim = object("v1", "PersistentVolumeClaim", {
            spec: { storageClassName: "local", volumeName: "pv-1" },
        });
        expect(imported(claim, object("v1", "PersistentVolumeClaim", { spec: {} }))).toEqual({});
        const pod = object("v1", "Pod", { spec: { nodeName: "a", volumes: [{ name: "kube-api-access" }] } });
        expect(imported(pod, object("v1", "Pod", { spec: {} }))).toEqual({});
    });

    it("shows what the program says otherwise, and keys of its own that it leaves out", () => {
        const live = object("v1", "ConfigMap", { data: { a: "1", b: "2" } });
        expect(imported(live, object("v1", "ConfigMap", { data: { a: "3" } }), MUTABLE)).toEqual({
            "data.a": "update",
            "data.b": "delete",
        });
    });
});

describe("diffObjects: ignoreChanges", () => {
    it.each([
        ["spec.replicas", {}],
        ["spec", {}],
        ["spec.other", { "spec.replicas": "update" }],
    ])("%s", (ignored, expected) => {
        const given = { old: set({ replicas: 1 }), next: set({ replicas: 2 }), ignoreChanges: [ignored] };
        expect(diff(given).kinds).toEqual(expected);
    });
});

describe("diffObjects: properties", () => {
    const tree = fc.letrec<{ value: unknown }>((tie) => ({
        value: fc.oneof(
            { maxDepth: 3 },
            fc.constantFrom("a", "1Gi", "", 0, 1, true, false),
            fc.array(tie("value"), { maxLength: 3 }),
            fc.dictionary(fc.constantFrom("a", "b", "limits", "name", "x.y"), tie("value"), { maxKeys: 3 }),
        ),
    })).value;
    const spec = fc.dictionary(fc.constantFrom("a", "b", "c"), tree) as fc.Arbitrary<PlainMap>;

    it("finds nothing where several in a list have one name and nothing changed", () => {
        const twice = {
            a: [
                { name: "a", b: 1 },
                { name: "a", b: 2 },
            ],
        };
        expect(diff({ old: policy(twice), next: policy(twice) }).kinds).toEqual({});
    });

    it("finds nothing where nothing changed", () => {
        fc.assert(
            fc.property(spec, (inputs) => {
                expect(diff({ old: policy(inputs), next: policy(inputs) }).kinds).toEqual({});
            }),
        );
    });

    it("finds something exactly where something changed, and nothing once that is applied", () => {
        fc.assert(
            fc.property(spec, spec, (before, after) => {
                const changed = JSON.stringify(before) !== JSON.stringify(after);
                fc.pre(changed);
                const [old, next] = [policy(before), policy(after)];
                const found = Object.keys(diff({ old, next }).kinds);
                const backward = Object.keys(diff({ old: next, next: old }).kinds);
                expect(found.length > 0).toBe(backward.length > 0);
                expect(diff({ old: next, next, live: next }).kinds).toEqual({});
            }),
        );
    });
});
