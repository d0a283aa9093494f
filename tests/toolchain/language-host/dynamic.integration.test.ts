/** Runs a resource whose provider is part of the program itself through the engine and this language host. */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { binDir, repoRoot } from "../../../command-line/paths";

jest.setTimeout(120_000);

const SECRET = "hunter22-of-the-embassy";
const home = mkdtempSync(join(tmpdir(), "dynamic-"));
const project = join(home, "project");
const file = join(home, "note");
afterAll(() => rmSync(home, { recursive: true }));

/** A program whose resource keeps a text in a file. */
const PROGRAM = `
const fs = require("node:fs");
const pulumi = require("@pulumi/pulumi");
const provider = {
    async create({ path, text }) {
        require("node:fs").writeFileSync(path, text);
        return { id: path, outs: { path, text, length: text.length } };
    },
    async diff(id, olds, news) {
        return { changes: olds.text !== news.text };
    },
    async update(id, olds, { path, text }) {
        require("node:fs").writeFileSync(path, text);
        return { outs: { path, text, length: text.length } };
    },
    async delete(id) {
        require("node:fs").rmSync(id);
    },
};
class Note extends pulumi.dynamic.Resource {
    constructor(name, args) {
        super(provider, name, { length: undefined, ...args });
    }
}
const note = new Note("note", { path: process.env.NOTE, text: pulumi.secret(process.env.TEXT) });
exports.length = note.length;
`;

async function pulumi(text: string, ...args: string[]): Promise<string> {
    const env = {
        PATH: [join(repoRoot, "node_modules", ".bin"), binDir, process.env["PATH"]].join(delimiter),
        HOME: home,
        NOTE: file,
        TEXT: text,
        PULUMI_BACKEND_URL: `file://${home}`,
        PULUMI_CONFIG_PASSPHRASE: "test",
        PULUMI_HOME: join(home, "pulumi"),
        PULUMI_SKIP_UPDATE_CHECK: "1",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    };
    const words = [...args, "--non-interactive"];
    const { stdout, stderr } = await promisify(execFile)(join(binDir, "pulumi"), words, { cwd: project, env });
    return stdout + stderr;
}

it("is made, left, changed and removed, and its secrets stand nowhere in plain", async () => {
    mkdirSync(project);
    writeFileSync(join(project, "Pulumi.yaml"), "name: dynamic\nruntime: nodejs\n");
    writeFileSync(join(project, "package.json"), JSON.stringify({ name: "dynamic", main: "index.js" }));
    writeFileSync(join(project, "index.js"), PROGRAM);
    symlinkSync(join(repoRoot, "node_modules"), join(project, "node_modules"));
    await pulumi("", "stack", "init", "test");

    const up = ["up", "--yes", "--stack", "test"];
    const said = [await pulumi(SECRET, ...up)];
    expect(readFileSync(file, "utf8")).toBe(SECRET);
    said.push(await pulumi(SECRET, ...up, "--expect-no-changes"));
    said.push(await pulumi(`${SECRET}, again`, ...up, "--diff"));
    expect(readFileSync(file, "utf8")).toBe(`${SECRET}, again`);
    expect(await pulumi("", "stack", "output", "length", "--show-secrets", "--stack", "test")).toContain("30");
    said.push(await pulumi("", "stack", "export", "--stack", "test"));
    expect(said.join("")).not.toContain(SECRET);
    await pulumi("", "destroy", "--yes", "--stack", "test");
    expect(existsSync(file)).toBe(false);
});
