import fs from "node:fs";
import path from "node:path";
import { indexOf } from "../../../../toolchain/providers/kubernetes/discovery";
import { idOf, parseId } from "../../../../toolchain/providers/kubernetes/objects";
import { VERSION } from "../../../../toolchain/providers/kubernetes/provider";
import { builtInMapping, isPatch, kindOf, pathOf, refusal } from "../../../../toolchain/providers/kubernetes/types";

describe("kindOf", () => {
    it.each([
        ["kubernetes:core/v1:Namespace", {}, { group: "", version: "v1", kind: "Namespace" }],
        ["kubernetes:apps/v1:Deployment", {}, { group: "apps", version: "v1", kind: "Deployment" }],
        ["kubernetes:core/v1:ConfigMapPatch", {}, { group: "", version: "v1", kind: "ConfigMap" }],
        ["kubernetes:example.com/v1alpha1:Patch", {}, { group: "example.com", version: "v1alpha1", kind: "Patch" }],
        [
            "kubernetes:networking.k8s.io/v1:NetworkPolicy",
            {},
            { group: "networking.k8s.io", version: "v1", kind: "NetworkPolicy" },
        ],
        [
            "kubernetes:a.example/v1:Old",
            { apiVersion: "b.example/v2", kind: "New" },
            { group: "b.example", version: "v2", kind: "New" },
        ],
        ["kubernetes:core/v1:Pod", { apiVersion: "v1", kind: "Pod" }, { group: "", version: "v1", kind: "Pod" }],
    ])("%s with %j", (token, inputs, expected) => {
        expect(kindOf(token, inputs)).toEqual(expected);
    });

    it("knows a patch by its token", () => {
        expect(isPatch("kubernetes:core/v1:ConfigMapPatch", "ConfigMap")).toBe(true);
        expect(isPatch("kubernetes:core/v1:ConfigMap", "ConfigMap")).toBe(false);
    });
});

describe("builtInMapping", () => {
    it.each([
        ["", "v1", "Pod", "/api/v1/namespaces/n/pods/a"],
        ["", "v1", "Namespace", "/api/v1/namespaces/a"],
        ["", "v1", "Endpoints", "/api/v1/namespaces/n/endpoints/a"],
        ["networking.k8s.io", "v1", "NetworkPolicy", "/apis/networking.k8s.io/v1/namespaces/n/networkpolicies/a"],
        ["networking.k8s.io", "v1", "Ingress", "/apis/networking.k8s.io/v1/namespaces/n/ingresses/a"],
        ["storage.k8s.io", "v1", "StorageClass", "/apis/storage.k8s.io/v1/storageclasses/a"],
        ["scheduling.k8s.io", "v1", "PriorityClass", "/apis/scheduling.k8s.io/v1/priorityclasses/a"],
        ["rbac.authorization.k8s.io", "v1", "ClusterRole", "/apis/rbac.authorization.k8s.io/v1/clusterroles/a"],
    ])("%s/%s %s is at %s", (group, version, kind, expected) => {
        const mapping = builtInMapping({ group, version, kind });
        expect(mapping && pathOf(mapping, "n", "a")).toBe(expected);
    });

    it.each([
        ["apps", "v1beta1", "Deployment"],
        ["example.com", "v1", "Pod"],
        ["constructor", "v1", "Pod"],
    ])("does not know %s/%s %s", (group, version, kind) => {
        expect(builtInMapping({ group, version, kind })).toBeUndefined();
    });
});

describe("refusal", () => {
    it.each([
        ["kubernetes:helm.sh/v3:Release", "helm template"],
        ["kubernetes:helm.sh/v4:Chart", "helm template"],
        ["kubernetes:helm:template", "helm template"],
        ["kubernetes:kustomize:directory", "kubectl kustomize"],
        ["kubernetes:kustomize/v2:Directory", "kubectl kustomize"],
        ["kubernetes:yaml/v2:ConfigFile", "kubernetes.yaml.ConfigFile"],
    ])("of %s says to use %s", (token, instead) => {
        expect(refusal(token)).toContain(instead);
    });

    it("not of an ordinary kind", () => {
        expect(refusal("kubernetes:core/v1:Pod")).toBeUndefined();
    });
});

describe("discovery", () => {
    it("indexes kinds, and groups that did not answer", () => {
        const { kinds, stale } = indexOf([
            {
                metadata: { name: "example.com" },
                versions: [
                    {
                        version: "v1",
                        resources: [{ resource: "widgets", responseKind: { kind: "Widget" }, scope: "Namespaced" }],
                    },
                    { version: "v2", freshness: "Stale" },
                ],
            },
        ]);
        expect(kinds.get("example.com/v1/Widget")).toEqual({
            root: "/apis/example.com/v1",
            plural: "widgets",
            namespaced: true,
        });
        expect([...stale]).toEqual(["example.com/v2"]);
    });
});

describe("ids", () => {
    it.each([
        ["land/a", { namespace: "land", name: "a" }],
        ["a", { namespace: "", name: "a" }],
        ["system:a", { namespace: "", name: "system:a" }],
    ])("%s", (id, parts) => {
        expect(parseId(id)).toEqual(parts);
        expect(idOf({ metadata: parts })).toBe(id);
    });
});

it("stands in for the version of the SDK that is installed", () => {
    const root = path.resolve(__dirname, "../../../..");
    const sdk = JSON.parse(
        fs.readFileSync(path.join(root, "node_modules/@pulumi/kubernetes/package.json"), "utf8"),
    ) as {
        version: string;
    };
    expect(VERSION).toBe(sdk.version.replace(/^v/, ""));
});
