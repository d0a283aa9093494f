import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseSettings } from "../../../../toolchain/providers/kubernetes/config";
import { diffSettings, locateCluster } from "../../../../toolchain/providers/kubernetes/kubeconfig";
import { PropertyMap } from "../../../../toolchain/plugin/values";

function kubeconfig(name: string, server: string, ca = "Y2E="): string {
    return JSON.stringify({
        apiVersion: "v1",
        kind: "Config",
        clusters: [{ name, cluster: { server, "certificate-authority-data": ca } }],
        users: [{ name, user: { token: "hunter22" } }],
        contexts: [{ name, context: { cluster: name, user: name, namespace: `${name}-space` } }],
        "current-context": name,
    });
}

const locate = (args: PropertyMap): ReturnType<typeof locateCluster> => locateCluster(parseSettings(args, {}));

describe("locateCluster", () => {
    let folder: string;
    const file = (name: string, content: string): string => {
        const result = path.join(folder, name);
        fs.writeFileSync(result, content);
        return result;
    };
    beforeAll(() => {
        folder = fs.mkdtempSync(path.join(os.tmpdir(), "kubeconfig-"));
    });
    afterAll(() => {
        fs.rmSync(folder, { recursive: true });
    });

    it("reads content", async () => {
        const found = await locate({ kubeconfig: kubeconfig("home", "https://home:6443") });
        expect(found).toMatchObject({ context: "home", server: "https://home:6443", namespace: "home-space" });
    });

    it("reads several files, the first one choosing the context", async () => {
        const files = [
            file("one", kubeconfig("one", "https://one:1")),
            path.join(folder, "none"),
            file("two", kubeconfig("two", "https://two:2")),
        ].join(path.delimiter);
        expect((await locate({ kubeconfig: files })).server).toBe("https://one:1");
        expect((await locate({ kubeconfig: files, context: "two" })).server).toBe("https://two:2");
        const mixed = await locate({ kubeconfig: files, cluster: "two" });
        expect(mixed).toMatchObject({ context: "one", server: "https://two:2" });
        expect(mixed.config.getCurrentCluster()?.server).toBe("https://two:2");
    });

    it.each<[string, PropertyMap, RegExp]>([
        [
            "a missing file",
            { kubeconfig: "/nonexistent/kubeconfig" },
            /\/nonexistent\/kubeconfig does not exist.*KUBECONFIG/,
        ],
        ["a missing context", { kubeconfig: kubeconfig("a", "https://a"), context: "b" }, /no context "b".*\(a\)/],
        ["a missing cluster", { kubeconfig: kubeconfig("a", "https://a"), cluster: "b" }, /no cluster "b".*has a/],
        ["no kubeconfig", { kubeconfig: '{"a":\n"b"}' }, /names no cluster/],
        ["broken YAML", { kubeconfig: "{hunter22\n- [" }, /is not a valid kubeconfig/],
    ])("names %s, and no secret", async (_, args, message) => {
        const found = locate(args);
        await expect(found).rejects.toThrow(message);
        await expect(found).rejects.not.toThrow(/hunter22/);
    });
});

describe("diffSettings", () => {
    const at = (server: string, ca?: string): string => kubeconfig("a", server, ca);

    it.each<[string, PropertyMap, PropertyMap, Record<string, string>]>([
        ["nothing", { kubeconfig: at("https://a") }, { kubeconfig: at("https://a") }, {}],
        ["an option", {}, { enableSecretMutable: "true" }, { enableSecretMutable: "update" }],
        [
            "another server",
            { kubeconfig: at("https://a") },
            { kubeconfig: at("https://b") },
            { kubeconfig: "update-replace" },
        ],
        [
            "a renewed CA",
            { kubeconfig: at("https://a") },
            { kubeconfig: at("https://a", "Y2I=") },
            { kubeconfig: "update" },
        ],
        ["a vanished old file", { kubeconfig: "/gone" }, { kubeconfig: at("https://a") }, { kubeconfig: "update" }],
        [
            "the same identifier",
            { kubeconfig: at("https://a"), clusterIdentifier: "x" },
            { kubeconfig: at("https://b"), clusterIdentifier: "x" },
            { kubeconfig: "update" },
        ],
        [
            "another identifier",
            { kubeconfig: at("https://a"), clusterIdentifier: "x" },
            { kubeconfig: at("https://a"), clusterIdentifier: "y" },
            { clusterIdentifier: "update-replace" },
        ],
        [
            "an identifier that is taken off",
            { kubeconfig: at("https://a"), clusterIdentifier: "x" },
            { kubeconfig: at("https://a") },
            { clusterIdentifier: "update" },
        ],
        [
            "a render folder",
            { renderYamlToDirectory: "a" },
            { renderYamlToDirectory: "b" },
            { renderYamlToDirectory: "update-replace" },
        ],
    ])("%s", async (_, olds, news, expected) => {
        const { detailedDiff } = await diffSettings(olds, news);
        expect(Object.fromEntries(Object.entries(detailedDiff).map(([key, { kind }]) => [key, kind]))).toEqual(
            expected,
        );
    });
});
