/** If a file is not a state, the message says what was found instead, and how to get a state. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readExport } from "../../../preview/state/export";

const ENGINE = "v3.256.0";

let folder: string;
let file: string;
beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "export-"));
    file = join(folder, "export.json");
});
afterEach(() => rmSync(folder, { recursive: true }));

function resource(stack: string, project = "data-embassy", more: object = {}): object {
    const type = "pulumi:pulumi:Stack";
    return { urn: `urn:pulumi:${stack}::${project}::${type}::${project}-${stack}`, type, ...more };
}

function exported(resources: readonly object[], manifest: object = {}, version = 3): string {
    return JSON.stringify({ version, deployment: { manifest: { version: ENGINE, ...manifest }, resources } });
}

function featured(features: unknown): string {
    const state = JSON.parse(exported([resource("tallinn")], {}, 4)) as object;
    return JSON.stringify({ ...state, features });
}

function refusal(text: string | undefined, named?: string): string {
    if (text !== undefined) {
        writeFileSync(file, text);
    }
    try {
        readExport(file, named, ENGINE);
        return "";
    } catch (error) {
        return (error as Error).message;
    }
}

test.each<[string, string | undefined, string]>([
    ["not there", undefined, "is not there"],
    ["empty", " \n", "is empty"],
    ["cut off", exported([resource("tallinn")]).slice(0, 80), "is not valid JSON"],
    ["something else", "<html>", "is not valid JSON"],
    ["JSON of something else", '{"a": 1}', "holds no export of a state"],
    ["null", "null", "holds no export of a state"],
    ["a list", "[]", "holds no export of a state"],
    ["resources that are none", '{"version": 3, "deployment": {"resources": [1]}}', "holds no export of a state"],
    ["a back end's own file", '{"version": 3, "checkpoint": {}}', "it is a back end's own file"],
    ["of a newer version", exported([resource("tallinn")], {}, 99), "is a state of version 99"],
    ["of a newer engine", exported([resource("tallinn")], { version: "v3.257.0" }), "by engine v3.257.0, newer than"],
    ["of another project", exported([resource("tallinn", "website")]), "is a state of project website"],
    ["of two stacks", exported([resource("tallinn"), resource("luxembourg")]), "holds no state of one stack"],
    ["without resources", exported([]), "name it with --stack"],
    ["of features that nobody knows", featured(["views", "telepathy"]), "(v3.256.0) does not know: telepathy."],
    ["of features that are no list", featured("views"), "its features are no list of names"],
])("a file that is %s", (_, text, what) => {
    expect(refusal(text).startsWith(`${file} `)).toBe(true);
    expect(refusal(text)).toContain(what);
});

test("a state of another stack than the one that is named", () => {
    expect(refusal(exported([resource("luxembourg")]), "tallinn")).toContain(
        "is the state of stack luxembourg, not of",
    );
    expect(refusal(exported([resource("luxembourg")]), "luxembourg")).toBe("");
});

test("a state of version 4 whose features this engine knows is taken, and handed on with them", () => {
    writeFileSync(file, featured(["views", "taint"]));
    const { checkpoints } = readExport(file, undefined, ENGINE);
    expect(checkpoints.get("tallinn")).toMatchObject({ version: 4, features: ["views", "taint"] });
});

test("nothing of what a file holds is in what is said of it", () => {
    expect(refusal('{"version": 3, "password": "q9secret')).not.toContain("q9secret");
});

test("an older engine's is taken, and what another stack handed over is as it recorded", () => {
    const outputs = { name: "organization/data-embassy/tallinn", outputs: { crossStackSecrets: "handed" } };
    const reference = resource("luxembourg", "data-embassy", { type: "pulumi:pulumi:StackReference", outputs });
    writeFileSync(file, exported([reference], { version: "v3.100.0", time: "2026-03-01T12:00:00Z" }));
    const { stack, written, checkpoints } = readExport(file, undefined, ENGINE);
    expect({ stack, written }).toEqual({ stack: "luxembourg", written: "2026-03-01T12:00:00Z" });
    expect([...checkpoints.keys()]).toEqual(["tallinn", "luxembourg"]);
    expect(JSON.stringify(checkpoints.get("tallinn"))).toContain('"outputs":{"crossStackSecrets":"handed"}');
});
