import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sumsIn, tampered } from "../../../toolchain/debian/verify";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** A package as apt-cache shows it, with fields in any order and a description of several lines. */
function stanza(name: string, version: string, sum: string): string {
    return `Package: ${name}\nVersion: ${version}\nDescription-en: a program\n of SHA256: sums\nSHA256: ${sum}\nPriority: optional\n`;
}

const index = [
    stanza("runit", "2.1.2-54", sha256("runit")),
    stanza("passwd", "1:4.13+dfsg1-1+deb12u2", sha256("passwd")),
    stanza("runit", "2.1.2-53", sha256("runit of before")),
    "Package: virtual\nVersion: 1\n",
].join("\n");

let folder: string;
beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "debian-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function kept(name: string, version: string, content: string): { name: string; version: string; file: string } {
    const file = join(folder, `${name}_${version.replace(":", "%3a")}.deb`);
    writeFileSync(file, content);
    return { name, version, file };
}

test("a kept package is what the index says of its version", async () => {
    const packages = [kept("runit", "2.1.2-54", "runit"), kept("passwd", "1:4.13+dfsg1-1+deb12u2", "passwd")];
    expect(await tampered(packages, sumsIn(index))).toEqual([]);
});

test.each([
    ["of another content", "runit", "2.1.2-54", "Runit"],
    ["of another version under its name", "runit", "2.1.2-54", "runit of before"],
    ["of which the index has no digest", "virtual", "1", "virtual"],
    ["that is not in the index", "other", "1", "other"],
])("one %s is not used", async (_, name, version, content) => {
    const wrong = kept(name, version, content);
    expect(await tampered([kept("passwd", "1:4.13+dfsg1-1+deb12u2", "passwd"), wrong], sumsIn(index))).toEqual([wrong]);
});
