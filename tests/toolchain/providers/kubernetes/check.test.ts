import { checkObject } from "../../../../toolchain/providers/kubernetes/check";
import { CheckResult } from "../../../../toolchain/plugin/provider";
import { PropertyMap, Secret, UNKNOWN, reveal } from "../../../../toolchain/plugin/values";

interface Options {
    readonly type?: string;
    readonly olds?: PropertyMap;
    readonly seed?: string;
    readonly namespace?: string;
    readonly serverSideApply?: boolean;
    readonly autonaming?: { mode: "propose" | "enforce" | "disable"; proposedName: string };
}

function check(news: PropertyMap, options: Options = {}): CheckResult {
    const type = options.type ?? "kubernetes:core/v1:ConfigMap";
    const request = {
        type,
        name: "settings",
        urn: `urn:pulumi:s::p::${type}::settings`,
        olds: options.olds ?? {},
        news: { apiVersion: "v1", kind: "ConfigMap", ...news },
        randomSeed: new TextEncoder().encode(options.seed ?? "seed"),
        autonaming: options.autonaming,
    };
    return checkObject(request, {
        serverSideApply: options.serverSideApply ?? true,
        defaultNamespace: options.namespace ?? "",
    });
}

const metadata = (result: CheckResult): PropertyMap => result.inputs["metadata"] as PropertyMap;
const reasons = (result: CheckResult): string[] => (result.failures ?? []).map(({ reason }) => reason);

describe("checkObject: names", () => {
    it("keeps a given name and adds nothing", () => {
        expect(metadata(check({ metadata: { name: "a" } }))).toEqual({ name: "a" });
    });

    it("generates one from the resource's name, and says so", () => {
        const result = metadata(check({}));
        expect(result["name"]).toMatch(/^settings-[0-9a-f]{8}$/);
        expect(result["annotations"]).toEqual({ "pulumi.com/autonamed": "true" });
    });

    it("generates the same one for the same seed", () => {
        expect(check({})).toEqual(check({}));
        expect(metadata(check({}))["name"]).not.toBe(metadata(check({}, { seed: "other" }))["name"]);
    });

    it("keeps the one generated before", () => {
        const olds = check({}).inputs;
        expect(metadata(check({ metadata: { labels: { a: "b" } } }, { olds, seed: "other" }))).toEqual({
            ...metadata({ inputs: olds }),
            labels: { a: "b" },
        });
    });

    it("does not keep a name that the user gave before", () => {
        const olds = check({ metadata: { name: "given" } }).inputs;
        expect(metadata(check({}, { olds }))["name"]).toMatch(/^settings-/);
    });

    it("follows the project's naming", () => {
        const autonaming = { mode: "enforce" as const, proposedName: "proposed" };
        expect(metadata(check({}, { autonaming }))["name"]).toBe("proposed");
        expect(reasons(check({}, { autonaming: { mode: "disable", proposedName: "" } }))).toEqual([
            "autonaming is disabled: set metadata.name",
        ]);
    });

    it("leaves an unknown name unknown", () => {
        expect(metadata(check({ metadata: { name: UNKNOWN } }))).toEqual({ name: UNKNOWN });
        expect(check({ metadata: UNKNOWN }).inputs["metadata"]).toBe(UNKNOWN);
    });
});

describe("checkObject: without server-side apply", () => {
    const plain = { serverSideApply: false };
    const labels = (result: CheckResult): unknown => metadata(result)["labels"];

    it("labels a new object as Pulumi's, and goes on with what it has", () => {
        const made = check({ metadata: { name: "a", labels: { b: "c" } } }, plain);
        expect(labels(made)).toEqual({ b: "c", "app.kubernetes.io/managed-by": "pulumi" });
        expect(labels(check({ metadata: { name: "a" } }, { ...plain, olds: made.inputs }))).toEqual({
            "app.kubernetes.io/managed-by": "pulumi",
        });
        const olds = { metadata: { name: "a" } };
        expect(labels(check({ metadata: { name: "a" } }, { ...plain, olds }))).toBeUndefined();
        expect(labels(check({ metadata: { name: "a" } }))).toBeUndefined();
    });

    it("leaves the name to the API server where that is to generate it", () => {
        expect(metadata(check({ metadata: { generateName: "a-" } }, plain))["name"]).toBeUndefined();
    });
});

describe("checkObject: the rest", () => {
    it.each([
        [undefined, "home", "home"],
        ["other", "home", "other"],
        [undefined, "", undefined],
    ])("namespace %p, default %p → %p", (given, namespace, expected) => {
        const result = check({ metadata: { name: "a", ...(given && { namespace: given }) } }, { namespace });
        expect(metadata(result)["namespace"]).toBe(expected);
    });

    it("drops what only the API server can say", () => {
        const given = { name: "a", uid: "1", resourceVersion: "2", creationTimestamp: null, managedFields: [] };
        expect(metadata(check({ metadata: given }))).toEqual({ name: "a" });
    });

    it("keeps secret marks", () => {
        const result = check({ metadata: { name: "a" }, data: { a: new Secret("b"), c: "d" } });
        expect(result.inputs["data"]).toEqual({ a: new Secret("b"), c: "d" });
    });

    it("turns a Secret's stringData into data, all of it secret", () => {
        const result = check({
            kind: "Secret",
            metadata: { name: "a" },
            data: { kept: "eA==", over: "eA==" },
            stringData: { over: "päss", later: UNKNOWN, marked: new Secret("x") },
        });
        expect(result.inputs["stringData"]).toBeUndefined();
        expect(result.inputs["data"]).toBeInstanceOf(Secret);
        expect(reveal(result.inputs)["data"]).toEqual({
            kept: "eA==",
            over: Buffer.from("päss").toString("base64"),
            later: UNKNOWN,
            marked: "eA==",
        });
    });

    it.each([
        ["Secret", "data"],
        ["ConfigMap", "binaryData"],
    ])("a %s's %s is base64 as the API server gives it back, and what is none is left to it", (kind, field) => {
        const given = { lines: "aHVudGVy\nMjI=\r\n\n", plain: "aHVudGVyMjI=", none: "hunter 22!", later: UNKNOWN };
        const result = check({ kind, metadata: { name: "a" }, [field]: given });
        expect(reveal(result.inputs)[field]).toEqual({ ...given, lines: "aHVudGVyMjI=" });
    });

    it("leaves stringData that is wholly unknown unknown", () => {
        const result = check({ kind: "Secret", metadata: { name: "a" }, stringData: UNKNOWN });
        expect(result.inputs["data"]).toEqual(new Secret(UNKNOWN));
    });
});

describe("checkObject: refusals", () => {
    it.each<[string, PropertyMap, Options, string]>([
        ["a list", { kind: "ConfigMapList", items: [] }, {}, "declare each of its items"],
        ["generateName", { metadata: { generateName: "a-" } }, {}, "generateName cannot go with server-side apply"],
        ["a patch without a name", {}, { type: "kubernetes:core/v1:ConfigMapPatch" }, "must name the object"],
        [
            "a patch without server-side apply",
            { metadata: { name: "a" } },
            { type: "kubernetes:core/v1:ConfigMapPatch", serverSideApply: false },
            "need server-side apply",
        ],
        ["metadata that is no object", { metadata: "a" }, {}, "metadata must be an object"],
    ])("%s", (_, news, options, message) => {
        expect(reasons(check(news, options)).join()).toContain(message);
    });

    it("not of a custom kind that happens to end in List", () => {
        const news = { apiVersion: "example.com/v1", kind: "AllowList", metadata: { name: "a" } };
        expect(reasons(check(news))).toEqual([]);
    });
});
