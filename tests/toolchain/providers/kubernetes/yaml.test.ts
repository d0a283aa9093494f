import { decodeYaml } from "../../../../toolchain/providers/kubernetes/yaml";

const object = (rest: string): string => `apiVersion: v1\nkind: ConfigMap\n${rest}`;

describe("decodeYaml", () => {
    it("reads all documents but empty ones", async () => {
        const found = await decodeYaml(
            `# nothing\n---\n${object("a: 1")}\n---\n---\nb: no kind\n---\n${object("a: 2")}\n`,
        );
        expect(found.map((each) => each["a"])).toEqual([1, 2]);
    });

    it.each([
        ["0644", 420],
        ["yes", true],
        ["10:30", "10:30"],
        ["2026-01-02", "2026-01-02"],
        ["1.5", 1.5],
        ["1Gi", "1Gi"],
        ["'1'", "1"],
    ])("reads %s as kubectl does: %p", async (text, expected) => {
        expect((await decodeYaml(object(`a: ${text}`)))[0]?.["a"]).toBe(expected);
    });

    it("follows merge keys", async () => {
        const [found] = await decodeYaml(object("a: &a {x: 1}\nb:\n  <<: *a\n  z: 2"));
        expect(found?.["b"]).toEqual({ x: 1, z: 2 });
    });

    it("says where a document is malformed, and not what is in it", async () => {
        const found = decodeYaml(`${object("a: 1")}\n---\nsecret: hunter22\n  bad: [`);
        await expect(found).rejects.toThrow(/document 2 is malformed at line \d+, column \d+/);
        await expect(found).rejects.not.toThrow(/hunter22/);
    });
});
