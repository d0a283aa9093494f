/** If a cluster does not answer, a preview goes on without it, and every other operation fails. */
import { KubernetesProvider } from "../../../../toolchain/providers/kubernetes/provider";
import { type PropertyMap, UNKNOWN } from "../../../../toolchain/plugin/values";

const kubeconfig = JSON.stringify({
    // Nothing listens on port 1.
    clusters: [{ name: "gone", cluster: { server: "http://127.0.0.1:1" } }],
    contexts: [{ name: "gone", context: { cluster: "gone", user: "me", namespace: "land" } }],
    users: [{ name: "me", user: {} }],
    "current-context": "gone",
});
const type = "kubernetes:core/v1:ConfigMap";
const of = { type, name: "a", urn: `urn:pulumi:s::p::${type}::a` };
const news = (color: string): PropertyMap => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "a" },
    data: { color },
});
const stored: PropertyMap = { ...news("blue"), metadata: { name: "a", namespace: "kept" } };
const state = { id: "kept/a", oldInputs: stored, inputs: stored, olds: stored, properties: stored };

function provider(args: PropertyMap): { provider: KubernetesProvider; said: string[] } {
    const said: string[] = [];
    const result = new KubernetesProvider();
    result.connected((message) => Promise.resolve(void said.push(message)));
    result.configure(args);
    return { provider: result, said };
}

async function previewed(by: KubernetesProvider, olds: PropertyMap, color: string): Promise<PropertyMap> {
    const { inputs } = await by.check({ ...of, olds, news: news(color), randomSeed: new Uint8Array() });
    return inputs;
}

const CASES: [string, PropertyMap, RegExp | undefined, string | undefined][] = [
    ["that does not answer", { kubeconfig }, /context "gone", server http:\/\/127\.0\.0\.1:1/, "land"],
    ["of a malformed kubeconfig", { kubeconfig: "{nonsense\n- [" }, /not a valid kubeconfig/, undefined],
    ["of a kubeconfig that is not there yet", { kubeconfig: "/nonexistent/kubeconfig" }, /does not exist/, undefined],
    ["of a kubeconfig that is not known yet", { kubeconfig: UNKNOWN }, undefined, undefined],
    ["of a kubeconfig with something unknown in it", { kubeconfig: { users: [UNKNOWN] } }, undefined, undefined],
];

describe.each(CASES)("a cluster %s", (_, args, warning, namespace) => {
    it("is not asked in a preview, which says so once", async () => {
        const { provider: by, said } = provider(args);
        const inputs = await previewed(by, {}, "red");
        expect(inputs["metadata"]).toEqual({ name: "a", ...(namespace && { namespace }) });
        const made = await by.create({ ...of, properties: inputs, timeout: 0, preview: true });
        expect(made).toEqual({ id: "", properties: inputs });

        const changed = await previewed(by, stored, "green");
        const { detailedDiff } = await by.diff({ ...of, ...state, news: changed, ignoreChanges: [] });
        expect(Object.keys(detailedDiff)).toEqual(["data.color"]);
        const updated = await by.update({ ...of, ...state, news: changed, timeout: 0, preview: true });
        expect(updated).toEqual({ ...news("green"), metadata: { name: "a", namespace: "kept" } });

        expect(said).toHaveLength(warning ? 1 : 0);
        expect(said.join()).toMatch(warning ?? /^$/);
        expect(said.join()).not.toContain("nonsense");
    });

    it("is never taken for an empty one", async () => {
        const { provider: by } = provider(args);
        const message = /cannot reach the Kubernetes cluster.*Nothing in it is taken for deleted/;
        const properties = stored;
        await expect(by.create({ ...of, properties, timeout: 0, preview: false })).rejects.toThrow(message);
        await expect(by.update({ ...of, ...state, news: news("red"), timeout: 0, preview: false })).rejects.toThrow(
            message,
        );
        await expect(by.read({ ...of, ...state })).rejects.toThrow(message);
        await expect(by.delete({ ...of, ...state, timeout: 0 })).rejects.toThrow(message);
    });
});

describe("options", () => {
    it("skipUpdateUnreachable leaves what is in the state as it is, and makes nothing", async () => {
        const { provider: by } = provider({ kubeconfig, skipUpdateUnreachable: "true" });
        expect(await previewed(by, stored, "green")).toEqual(stored);
        expect(await by.read({ ...of, ...state })).toMatchObject({ id: "kept/a", properties: stored });
        const properties = await previewed(by, {}, "green");
        await expect(by.create({ ...of, properties, timeout: 0, preview: false })).rejects.toThrow(/cannot reach/);
        await expect(by.delete({ ...of, ...state, timeout: 0 })).rejects.toThrow(/cannot reach/);
    });

    it("deleteUnreachable drops it", async () => {
        const { provider: by } = provider({ kubeconfig, deleteUnreachable: "true" });
        expect(await by.read({ ...of, ...state })).toBeUndefined();
        await expect(by.delete({ ...of, ...state, timeout: 0 })).resolves.toBeUndefined();
    });
});

describe("a run that may change the cluster", () => {
    beforeEach(() => void (process.env["EMBASSY_CLUSTER_MUST_ANSWER"] = "true"));
    afterEach(() => {
        delete process.env["EMBASSY_CLUSTER_MUST_ANSWER"];
    });

    it("fails even where nothing has changed", async () => {
        const { provider: by } = provider({ kubeconfig });
        const request = { ...of, ...state, news: stored, ignoreChanges: [] };
        await expect(by.diff(request)).rejects.toThrow(/cannot reach/);
    });
});
