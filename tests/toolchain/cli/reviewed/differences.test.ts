import { codeDifference, firstDifference } from "../../../../toolchain/cli/reviewed/differences";
import type { Bound } from "../../../../toolchain/cli/reviewed/plan-file";
import { stateVersion } from "../../../../toolchain/cli/reviewed/state";

const BOUND: Bound = {
    project: "data-embassy",
    stack: "tallinn",
    engine: "v3.256.0",
    options: ["--refresh"],
    config: { "data-embassy:site": "1", "data-embassy:registries.land.cpu": "2" },
    state: { written: "2026-01-01T00:00:00Z", digest: "a", resources: { "urn:a": "1", "urn:b": "2" } },
    code: { commit: "a".repeat(40), tree: "t", files: { "infra/a.ts": "100644 1", "infra/b.ts": "100644 2" } },
};

describe("the first difference between a plan and what is here", () => {
    it("is none where there is none, also at another commit of the same files", () => {
        const now = { ...BOUND, code: { ...BOUND.code, commit: "b".repeat(40) } };
        expect(firstDifference(BOUND, now)).toBeUndefined();
        expect(codeDifference(BOUND, now)).toBeUndefined();
    });

    it.each([
        ["project", { project: "other" }, "It is for the project data-embassy, and this is the project other."],
        ["stack", { stack: "luxembourg" }, "It is for the stack tallinn, and this is the stack luxembourg."],
        ["engine", { engine: "v3.257.0" }, "It is for the engine v3.256.0, and this is the engine v3.257.0."],
        ["option", { options: [] }, "It was made with --refresh, which is not given now."],
        [
            "option more",
            { options: ["--refresh", "--replace=urn:a"] },
            "It was made without --replace=urn:a, which is given now.",
        ],
        [
            "value",
            { config: { ...BOUND.config, "data-embassy:registries.land.cpu": "3" } },
            "The configuration of tallinn has changed since: data-embassy:registries.land.cpu is otherwise.",
        ],
        [
            "value less",
            { config: { "data-embassy:site": "1" } },
            "The configuration of tallinn has changed since: data-embassy:registries.land.cpu is gone.",
        ],
        [
            "resource of the state",
            { state: { written: "2026-01-02T00:00:00Z", digest: "b", resources: { "urn:a": "1", "urn:b": "3" } } },
            "It is for the state of 2026-01-01T00:00:00Z, which was written 2026-01-02T00:00:00Z. In it urn:b is otherwise.",
        ],
        [
            "resource less",
            { state: { written: "2026-01-02T00:00:00Z", digest: "b", resources: { "urn:a": "1" } } },
            "It is for the state of 2026-01-01T00:00:00Z, which was written 2026-01-02T00:00:00Z. In it urn:b is gone.",
        ],
    ])("names the %s", (_, otherwise, sentence) => {
        expect(firstDifference(BOUND, { ...BOUND, ...otherwise })).toBe(sentence);
    });

    it("names the commits and the first file of the code", () => {
        const code = {
            commit: "b".repeat(40),
            tree: "u",
            files: { "infra/a.ts": "100644 1", "infra/c.ts": "100644 3" },
        };
        expect(codeDifference(BOUND, { ...BOUND, code })).toBe(
            "It is of the code of commit aaaaaaaaaaaa, and this is bbbbbbbbbbbb: infra/b.ts is gone, and 1 more files.",
        );
        const here = { ...BOUND.code, files: { ...BOUND.code.files, "infra/a.ts": "100755 1" } };
        expect(codeDifference(BOUND, { ...BOUND, code: here })).toBe(
            "It is of the code of commit aaaaaaaaaaaa, but not as it is here: infra/a.ts is otherwise.",
        );
    });
});

describe("the version of a state", () => {
    const exported = (time: string, ciphertext: string, cpu = 1) => ({
        deployment: {
            manifest: { time },
            resources: [
                { urn: "urn:a", inputs: { cpu, key: { ciphertext } }, modified: time },
                { urn: "urn:a", delete: true },
            ],
        },
    });
    const before = stateVersion(exported("1", "x"));

    it("is another each time that it was written, and names what changed but for its encryption", () => {
        const written = stateVersion(exported("2", "y"));
        expect(written.digest).not.toBe(before.digest);
        expect(written.resources).toEqual(before.resources);
        const changed = stateVersion(exported("2", "y", 2));
        expect(before.resources).toHaveProperty(["urn:a (still to be deleted)"]);
        expect(firstDifference({ ...BOUND, state: before }, { ...BOUND, state: changed })).toMatch(
            /In it urn:a is otherwise/,
        );
        expect(firstDifference({ ...BOUND, state: before }, { ...BOUND, state: written })).toMatch(
            /No resource in it is otherwise/,
        );
    });

    it("is one also where there is nothing yet", () => {
        expect(stateVersion({ deployment: {} })).toMatchObject({ resources: {} });
    });
});
