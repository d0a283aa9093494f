/** The options decide where a report is written, and in which formats. */
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { createColors } from "picocolors";
import { FORMATS } from "../../preview/show/formats";
import { markdown } from "../../preview/show/markdown";
import { terminal } from "../../preview/show/terminal";
import { type WriteOptions, prepareReports, withReportOptions, writeReport } from "../../preview/show/write";
import { reportOf } from "./fixture";
import { REGISTRIES, everyRegistry } from "./large";

const report = reportOf(everyRegistry("luxembourg", REGISTRIES.slice(0, 2)));
let folder: string;
let said: string;

beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "reports-"));
    said = "";
    jest.spyOn(process.stdout, "write").mockImplementation((text) => {
        said += String(text);
        return true;
    });
});

afterEach(() => {
    jest.restoreAllMocks();
    rmSync(folder, { recursive: true });
});

async function write(...args: string[]): Promise<void> {
    const command = withReportOptions(new Command().exitOverride().configureOutput({ writeErr: () => undefined }));
    const options = command.parse(args, { from: "user" }).opts<WriteOptions>();
    prepareReports(options);
    await writeReport(report, options);
}

test("in every format to a folder, which is made, and the title is said", async () => {
    await write("--reports", join(folder, "deep", "er"));
    expect(readdirSync(join(folder, "deep", "er")).sort()).toEqual(
        Object.values(FORMATS)
            .map(({ file }) => file)
            .sort(),
    );
    for (const { file, text } of Object.values(FORMATS)) {
        expect(readFileSync(join(folder, "deep", "er", file), "utf8")).toBe(await text(report));
    }
    expect(said).toBe(`${report.title}\n`);
});

test.each(Object.keys(FORMATS))("as %s to be seen, to a file, or to both a file and a folder", async (format) => {
    const { text } = FORMATS[format as keyof typeof FORMATS];
    await write("--format", format);
    expect(said).toBe(await text(report));
    await write("--format", format, "--out", join(folder, "new", "file"), "--reports", folder);
    expect(readFileSync(join(folder, "new", "file"), "utf8")).toBe(await text(report));
    expect(readdirSync(folder)).toHaveLength(Object.keys(FORMATS).length + 1);
});

test("a place that cannot be written to, or a format that there is not, is refused before the work", async () => {
    writeFileSync(join(folder, "file"), "");
    mkdirSync(join(folder, "folder"));
    const refused = async (...args: string[]): Promise<string> => {
        try {
            await write(...args);
            return "";
        } catch (error) {
            return (error as Error).message;
        }
    };
    expect(await refused("--reports", join(folder, "file"))).toMatch(
        /^--reports: .*file cannot be written to \(.*\): name a place/,
    );
    expect(await refused("--out", join(folder, "file", "x"))).toMatch(/^--out: .*file cannot be written to/);
    expect(await refused("--out", join(folder, "folder"))).toMatch(/is a folder: name a file in it/);
    expect(await refused("--format", "xml")).toContain("Allowed choices are markdown, html, json, junit, sarif, title");
    expect(said).toBe("");
});

test("on a terminal nothing is folded, and what is lost is red; without colours there are none", () => {
    const plain = terminal(report, createColors(false));
    expect(plain).not.toMatch(/details>|summary>|\*\*|\u001b/);
    expect(plain).toContain("- replaced StatefulSet is replaced");
    expect(terminal(report, createColors(true))).toContain("\u001b[31mreplaced\u001b[39m");
    expect(plain.length).toBeLessThan(markdown(report).length);
});
