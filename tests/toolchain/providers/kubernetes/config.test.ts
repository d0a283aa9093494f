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
