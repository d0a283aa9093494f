/** The life cycle of resources of each kind in a real API server. */
import { VERSION } from "../../../../toolchain/providers/kubernetes/provider";
import { NotSupported } from "../../../../toolchain/plugin/provider";
import { Secret, reveal } from "../../../../toolchain/plugin/values";
import { type Made, type Thing, thing, realCluster } from "./real-cluster";
import { THINGS } from "./things";

const { provider, kubectl, create, read, refreshed, diff, destroy } = realCluster();

describe("life of a resource", () => {
    it.each(Object.keys(THINGS))("%s: created, unchanged, refreshed, adopted again, deleted", async (kind) => {
        const made = await create((THINGS[kind] as () => Thing)());
        expect(await diff(made, made.inputs)).toEqual({});
        const again = await refreshed(made);
        expect(again.inputs).toEqual(made.inputs);
        expect(await diff(again, made.inputs)).toEqual({});
        // If a run is killed before it can save its state, the next run finds the object already there.
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

describe("import", () => {
    it("finds what a program would have to say", async () => {
        await kubectl("create", "secret", "generic", "imported", "--from-literal=password=hunter22");
        const { urn, type, name } = thing("v1", "Secret", "imported", {});
        const found = await provider().read({ urn, type, name, id: "land/imported", inputs: {}, properties: {} });
        expect(found?.inputs).toMatchObject({
            apiVersion: "v1",
            kind: "Secret",
            metadata: { name: "imported", namespace: "land" },
        });
        expect(found?.inputs["data"]).toEqual(new Secret({ password: Buffer.from("hunter22").toString("base64") }));
        expect(JSON.stringify(found)).not.toContain(Buffer.from("hunter22").toString("base64"));
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

describe("refusals", () => {
    it("of what is left out say what to use instead", async () => {
        const release = thing("helm.sh/v3", "Release", "chart", {});
        await expect(provider().check({ ...release, olds: {}, randomSeed: new Uint8Array() })).rejects.toThrow(
            NotSupported,
        );
        await expect(provider().invoke("kubernetes:helm:template", {})).rejects.toThrow(/helm template/);
        expect(() => provider().construct("kubernetes:yaml/v2:ConfigFile")).toThrow(/kubernetes.yaml.ConfigFile/);
    });

    it("decodes YAML, with a namespace for what lives in one", async () => {
        const text =
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: b}\n";
        const { result } = await provider().invoke("kubernetes:yaml:decode", { text, defaultNamespace: "land" });
        expect(result).toMatchObject([{ metadata: { name: "a", namespace: "land" } }, { metadata: { name: "b" } }]);
    });
});

it("has the version of the official plugin", () => {
    expect(provider().version).toBe(VERSION);
});
