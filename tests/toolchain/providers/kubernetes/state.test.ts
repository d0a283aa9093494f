import { asPreviewed } from "../../../../toolchain/providers/kubernetes/preview";
import { fieldManagerOf, importedInputs, parseState, toState } from "../../../../toolchain/providers/kubernetes/state";
import { PlainMap, UNKNOWN } from "../../../../toolchain/plugin/values";

const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

describe("toState", () => {
    const live = {
        apiVersion: "v1",
        kind: "Secret",
        metadata: {
            name: "a",
            uid: "1",
            managedFields: [{ manager: "x" }],
            annotations: { [LAST_APPLIED]: '{"data":{"a":"aHVudGVyMjI="}}', kept: "yes" },
        },
        data: { a: "aHVudGVyMjI=" },
    };
    const state = {
        inputs: { kind: "Secret", data: { a: "aHVudGVyMjI=" } },
        live,
        initialApiVersion: "v1",
        fieldManager: "m",
    };

    it("holds the object, its inputs and how they came to be, as the official plugin keeps them", () => {
        const properties = toState(state, {});
        expect(properties).toMatchObject({
            __initialApiVersion: "v1",
            __fieldManager: "m",
            __inputs: { kind: "Secret" },
        });
        expect(parseState(properties)).toMatchObject({
            initialApiVersion: "v1",
            fieldManager: "m",
            inputs: state.inputs,
        });
    });

    it("has no plain trace of a Secret's data, and no managed fields", () => {
        const json = JSON.stringify(toState(state, {}));
        expect(json).not.toContain("aHVudGVyMjI=");
        expect(json).not.toContain("managedFields");
        expect(json).toContain('"kept":"yes"');
    });

    it("spells OpenAPI extensions as the SDK does", () => {
        const crd = { kind: "CustomResourceDefinition", spec: { schema: { "x-kubernetes-list-type": "map" } } };
        const properties = toState({ ...state, live: crd }, {});
        expect(properties["spec"]).toEqual({ schema: { x_kubernetes_list_type: "map" } });
        expect(parseState(properties).live["spec"]).toEqual(crd.spec);
    });
});

describe("importedInputs", () => {
    it("leaves out what the API server and controllers write", () => {
        const live = {
            kind: "Deployment",
            metadata: {
                name: "a",
                uid: "1",
                resourceVersion: "2",
                generation: 1,
                annotations: { "deployment.kubernetes.io/revision": "1" },
            },
            spec: { replicas: 1 },
            status: { replicas: 1 },
        };
        expect(importedInputs(live)).toEqual({
            kind: "Deployment",
            metadata: { name: "a", annotations: {} },
            spec: { replicas: 1 },
        });
    });
});

describe("fieldManagerOf", () => {
    const named: PlainMap = { metadata: { annotations: { "pulumi.com/patchFieldManager": "data-embassy" } } };

    it("prefers the annotation, then the state", () => {
        expect(fieldManagerOf("urn:a", named, "old", true)).toBe("data-embassy");
        expect(fieldManagerOf("urn:a", {}, "old", true)).toBe("old");
    });

    it("is the same for the same resource after a run that saved nothing", () => {
        const own = fieldManagerOf("urn:a", {}, "", true);
        expect(own).toMatch(/^pulumi-kubernetes-[0-9a-f]{8}$/);
        expect(fieldManagerOf("urn:a", {}, "", true)).toBe(own);
        expect(fieldManagerOf("urn:b", {}, "", true)).not.toBe(own);
    });

    it("is the official plugin's without server-side apply", () => {
        expect(fieldManagerOf("urn:a", named, "old", false)).toBe("pulumi-kubernetes");
    });
});

describe("asPreviewed", () => {
    it("makes unknown what a dry run only makes up", () => {
        const live = {
            kind: "Service",
            metadata: { name: "a", uid: "1", creationTimestamp: "now" },
            spec: { clusterIP: "10.0.0.1", type: "ClusterIP" },
            status: {},
        };
        expect(asPreviewed(live, {})).toEqual({
            kind: "Service",
            metadata: { name: "a", uid: UNKNOWN, creationTimestamp: UNKNOWN },
            spec: { clusterIP: UNKNOWN, type: "ClusterIP" },
        });
        expect(asPreviewed(live, { spec: { clusterIP: "10.0.0.1" } })["spec"]).toEqual(live.spec);
    });
});
