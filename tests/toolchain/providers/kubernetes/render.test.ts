import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { KubernetesProvider } from "../../../../toolchain/providers/kubernetes/provider";
import { decodeYaml } from "../../../../toolchain/providers/kubernetes/yaml";

describe("renderYamlToDirectory", () => {
    let folder: string;
    beforeAll(() => {
        folder = fs.mkdtempSync(path.join(os.tmpdir(), "render-"));
    });
    afterAll(() => {
        fs.rmSync(folder, { recursive: true });
    });

    it("writes, changes and removes a file, for its owner's eyes only, and asks no cluster", async () => {
        const provider = new KubernetesProvider();
        provider.configure({ renderYamlToDirectory: folder, namespace: "land" });
        const type = "kubernetes:core/v1:Secret";
        const of = { type, name: "a", urn: `urn:pulumi:s::p::${type}::a` };
        const news = { apiVersion: "v1", kind: "Secret", metadata: { name: "a" }, stringData: { on: "yes" } };
        const { inputs } = await provider.check({ ...of, olds: {}, news, randomSeed: new Uint8Array() });
        const { id, properties } = await provider.create({ ...of, properties: inputs, timeout: 0, preview: false });
        expect(id).toBe("land/a");

        const file = path.join(folder, "1-manifest", "v1-secret-land-a.yaml");
        expect(fs.statSync(file).mode & 0o777).toBe(0o600);
        const [written] = await decodeYaml(fs.readFileSync(file, "utf8"));
        expect(written).toMatchObject({ metadata: { name: "a", namespace: "land" }, data: { on: "eWVz" } });

        const state = { ...of, id, oldInputs: inputs, olds: properties, properties, timeout: 0 };
        await provider.update({ ...state, news: { ...inputs, type: "Opaque" }, preview: false });
        expect(fs.readFileSync(file, "utf8")).toContain("type: Opaque");
        await provider.delete(state);
        expect(fs.existsSync(file)).toBe(false);
    });

    it.each([
        ["true", true],
        ["false", false],
    ])("with alwaysRender %s an object that has not changed is updated: %p", async (alwaysRender, always) => {
        const provider = new KubernetesProvider();
        provider.configure({ renderYamlToDirectory: folder, alwaysRender });
        const type = "kubernetes:core/v1:ConfigMap";
        const news = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", namespace: "land" } };
        const of = { type, name: "a", urn: `urn:pulumi:s::p::${type}::a`, id: "land/a" };
        const found = await provider.diff({ ...of, oldInputs: news, olds: news, news, ignoreChanges: [] });
        expect(found).toMatchObject({ detailedDiff: {}, always });
    });

    it("puts definitions in a folder of their own, to be applied first", async () => {
        const provider = new KubernetesProvider();
        provider.configure({ renderYamlToDirectory: folder });
        const type = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition";
        const properties = {
            apiVersion: "apiextensions.k8s.io/v1",
            kind: "CustomResourceDefinition",
            metadata: { name: "a.b" },
        };
        const of = { type, name: "a", urn: `urn:pulumi:s::p::${type}::a` };
        await provider.create({ ...of, properties, timeout: 0, preview: false });
        expect(fs.readdirSync(path.join(folder, "0-crd"))).toEqual([
            "apiextensions.k8s.io_v1-customresourcedefinition-default-a.b.yaml",
        ]);
    });
});
