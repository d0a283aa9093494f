/** Who owns an object's fields in programs as users write them: other managers, patches, no server-side apply, and replacement. */
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { IN, SKIP, definition, pod, selector, up, userPrograms } from "../../../support/user-programs";

jest.setTimeout(120_000);

const { apply, kubectl, start } = userPrograms();

describe("custom resources", () => {
    const object = {
        apiVersion: "example.com/v1",
        kind: "ConfigPatch",
        metadata: { ...IN, name: "a" },
        spec: { size: 1 },
    };

    beforeAll(async () => {
        await apply(definition("ConfigPatch", "configpatches"));
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
