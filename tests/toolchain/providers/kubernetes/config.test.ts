import { checkSettings, parseSettings } from "../../../../toolchain/providers/kubernetes/config";
import { PropertyMap, Secret, UNKNOWN } from "../../../../toolchain/plugin/values";

describe("parseSettings", () => {
    it("has the official plugin's defaults", () => {
        expect(parseSettings({}, {})).toMatchObject({
            enableServerSideApply: true,
            enableConfigMapMutable: false,
            enableSecretMutable: false,
            enablePatchForce: false,
            upsertExistingObjects: false,
            deleteUnreachable: false,
            kubeconfig: "",
            renderYamlToDirectory: "",
        });
    });

    it.each([
        ["true", true],
        [true, true],
        ["1", true],
        ["false", false],
        [false, false],
        ["", false],
    ])("reads a flag from %p", (value, expected) => {
        expect(parseSettings({ enableSecretMutable: value }, {}).enableSecretMutable).toBe(expected);
    });

    it("takes the environment where the configuration is silent", () => {
        const environment = { PULUMI_K8S_ENABLE_SERVER_SIDE_APPLY: "false", PULUMI_K8S_DELETE_UNREACHABLE: "true" };
        expect(parseSettings({ deleteUnreachable: "false" }, environment)).toMatchObject({
            enableServerSideApply: false,
            deleteUnreachable: false,
        });
    });

    it.each<[PropertyMap[string], string]>([
        [new Secret("content"), "content"],
        [{ kind: "Config" }, '{"kind":"Config"}'],
    ])("takes a kubeconfig as %p", (kubeconfig, expected) => {
        expect(parseSettings({ kubeconfig }, {}).kubeconfig).toBe(expected);
    });
});

describe("checkSettings", () => {
    it.each<[PropertyMap, Record<string, string>, string[]]>([
        [{ enableSecretMutable: "true", deleteUnreachable: false, kubeconfig: UNKNOWN }, {}, []],
        [{ enableSecretMutable: "yes" }, {}, ['enableSecretMutable is "yes": it must be "true" or "false"']],
        [
            {},
            { PULUMI_K8S_DELETE_UNREACHABLE: "on" },
            ['PULUMI_K8S_DELETE_UNREACHABLE is "on": it must be "true" or "false"'],
        ],
        [
            { renderYamlToDirectory: "out", context: "a" },
            {},
            ["context cannot go with renderYamlToDirectory, which uses no cluster: leave one of them out"],
        ],
        [{ renderYamlToDirectory: "out", kubeconfig: "k" }, { KUBECONFIG: "k" }, []],
    ])("%j with %j", (args, environment, expected) => {
        expect(checkSettings(args, environment).map(({ reason }) => reason)).toEqual(expected);
    });
});

describe("strictMode", () => {
    const own = "urn:pulumi:s::p::pulumi:providers:kubernetes::mine";
    const byDefault = "urn:pulumi:s::p::pulumi:providers:kubernetes::default_4_34_2";

    it.each<[string, PropertyMap, string, string[]]>([
        ["whole", { strictMode: "true", kubeconfig: "k", context: "c" }, own, []],
        ["not known yet", { strictMode: "true", kubeconfig: UNKNOWN, context: "c" }, own, []],
        ["off", { strictMode: "false" }, byDefault, []],
        ["empty", { strictMode: "true" }, own, ["kubeconfig", "context"]],
        ["the default", { strictMode: "true", kubeconfig: "k", context: "c" }, byDefault, ["strictMode"]],
    ])("asks for a provider with kubeconfig and context: %s", (_, args, urn, failing) => {
        expect(checkSettings(args, {}, urn).map(({ property }) => property)).toEqual(failing);
    });

    it("may be the stack's", () => {
        const environment = { PULUMI_CONFIG: '{"strictMode":"true"}' };
        expect(checkSettings({}, environment, own)).toHaveLength(2);
        expect(checkSettings({ strictMode: "false" }, environment, own)).toEqual([]);
    });
});

it("alwaysRender needs a folder to render to", () => {
    expect(checkSettings({ alwaysRender: "true" }, {})).toEqual([
        { property: "alwaysRender", reason: expect.stringContaining("renderYamlToDirectory") as string },
    ]);
    expect(checkSettings({ alwaysRender: "true", renderYamlToDirectory: "out" }, {})).toEqual([]);
});
