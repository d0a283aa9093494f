/** Links, headings and files that the pages name exist. */
import { existsSync, readFileSync } from "node:fs";
import { join, normalize } from "node:path";
import { repoRoot } from "../../command-line/paths";
import { files, pages } from "./markdown";

const ELSEWHERE = /^(https?|mailto):/;
const topFolders = new Set(files.filter((file) => file.includes("/")).map((file) => file.slice(0, file.indexOf("/"))));
/** Files and folders that a run creates and git ignores. */
const made = readFileSync(join(repoRoot, ".gitignore"), "utf8").split("\n");
/** Matches names of source files, in contrast to files that a user or a run creates. */
const SOURCE = /\.(ts|sql|py|sh|mjs|cjs)$/;
const PATH = /^[\w.@-]+(\/[\w.@<>*-]+)*\/?$/;

it("finds the pages", () => {
    expect(pages.map(({ file }) => file)).toEqual(expect.arrayContaining(["README.md", "docs/README.md"]));
});

it.each(pages)("every link of $file leads somewhere", ({ file, folder, links }) => {
    const broken = links.filter((link) => {
        const [path = "", anchor] = link.split("#");
        if (ELSEWHERE.test(link)) {
            return false;
        }
        const target = path === "" ? file : normalize(join(folder, decodeURI(path)));
        const page = pages.find((other) => other.file === target);
        return !existsSync(join(repoRoot, target)) || (anchor !== undefined && !page?.anchors.has(anchor));
    });
    expect(broken).toEqual([]);
});

it.each(pages)("every file that $file names is there", ({ folder, code }) => {
    expect(code.filter((text) => isPath(text) && !isThere(text, folder))).toEqual([]);
});

/** Whether a text is a path that begins with a folder of this repository, or the name of a source file. */
function isPath(text: string): boolean {
    const [first = ""] = text.split("/");
    return PATH.test(text) && (text.includes("/") ? topFolders.has(first) : SOURCE.test(text));
}

/** Whether a path exists. `<name>` and `*` match any part of a path, and a name without a folder matches files in any folder. */
function isThere(text: string, folder: string): boolean {
    if (made.some((line) => line.replace(/^\//, "") === text)) {
        return true;
    }
    const pattern = text
        .replace(/\/$/, "")
        .split(/<[^>]+>|\*/)
        .map((part) => part.replace(/[.]/g, "\\."))
        .join("[^/]+");
    const places = text.includes("/") ? ["", `${folder}/`] : ["", "(.*/)?"];
    return places.some((place) => {
        const path = new RegExp(`^${place}${pattern}(/|$)`);
        return files.some((file) => path.test(file));
    });
}

it("every page is reached from the README", () => {
    const reached = new Set<string>(["README.md"]);
    for (const file of reached) {
        const page = pages.find((other) => other.file === file);
        page?.links
            .filter((link) => !ELSEWHERE.test(link))
            .map((link) => normalize(join(page.folder, link.split("#")[0] ?? "")))
            .flatMap((path) => [path, join(path, "README.md")])
            .filter((path) => pages.some((other) => other.file === path))
            .forEach((path) => reached.add(path));
    }
    expect(pages.map(({ file }) => file).filter((file) => !reached.has(file))).toEqual([]);
});
