/** The repository's Markdown pages, with their links, headings, code between backticks, and commands. */
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { type Token, type Tokens, marked } from "marked";
import { repoRoot } from "../../command-line/paths";

export interface Page {
    /** The page's path relative to the repository. */
    readonly file: string;
    readonly folder: string;
    readonly text: string;
    readonly links: readonly string[];
    /** The name of each heading in links on GitHub. */
    readonly anchors: ReadonlySet<string>;
    /** The texts between backticks outside of blocks. */
    readonly code: readonly string[];
    /** Lines of fenced `console` blocks, without the prompt. A line that ends in `\` is joined with the next one. */
    readonly commands: readonly string[];
}

/** Folders without written files: packages, files of runs, and git's own. */
const GENERATED = /^(node_modules|\.embassy|\.git)$/;

/** The paths of all files, relative to the repository. */
export const files: readonly string[] = filesBelow(repoRoot).map((file) => relative(repoRoot, file));

export const pages: readonly Page[] = files.filter((file) => file.endsWith(".md")).map(read);

function filesBelow(folder: string): string[] {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
        if (GENERATED.test(entry.name)) {
            return [];
        }
        const path = join(folder, entry.name);
        return entry.isDirectory() ? filesBelow(path) : [path];
    });
}

function read(file: string): Page {
    const links: string[] = [];
    const headings: string[] = [];
    const code: string[] = [];
    const commands: string[] = [];
    const text = readFileSync(join(repoRoot, file), "utf8");
    const tokens = marked.lexer(text);
    void marked.walkTokens(tokens, (token) => {
        if (token.type === "link" || token.type === "image") {
            links.push((token as Tokens.Link).href);
        } else if (token.type === "heading") {
            headings.push(plain((token as Tokens.Heading).tokens));
        } else if (token.type === "codespan") {
            code.push((token as Tokens.Codespan).text);
        } else if (token.type === "code" && (token as Tokens.Code).lang === "console") {
            commands.push(...commandLines((token as Tokens.Code).text));
        }
    });
    return { file, folder: dirname(file), text, links, anchors: anchorsOf(headings), code, commands };
}

/** A heading's text without its markup. */
function plain(tokens: readonly Token[]): string {
    return tokens
        .map((token) => {
            const { tokens: inner, text = "" } = token as {
                readonly tokens?: readonly Token[];
                readonly text?: string;
            };
            return inner ? plain(inner) : text;
        })
        .join("");
}

/** Anchors as GitHub forms them: only letters, digits, hyphens and underscores stay, and a repeated heading gets a number. */
function anchorsOf(headings: readonly string[]): Set<string> {
    const seen = new Map<string, number>();
    return new Set(
        headings.map((heading) => {
            const anchor = heading
                .toLowerCase()
                .replace(/[^\p{L}\p{N}\s_-]/gu, "")
                .replaceAll(" ", "-");
            const before = seen.get(anchor) ?? 0;
            seen.set(anchor, before + 1);
            return before === 0 ? anchor : `${anchor}-${before}`;
        }),
    );
}

function commandLines(text: string): string[] {
    return text
        .replace(/\\\n\s*/g, "")
        .split("\n")
        .filter((line) => /^[$#] /.test(line))
        .map((line) => line.slice(2));
}
