/** The messages that docs/troubleshoot.md explains exist in the code. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Tokens, marked } from "marked";
import { repoRoot } from "../../command-line/paths";
import { files } from "./markdown";

/** Messages of Pulumi's engine, which are not in this repository. */
const ENGINE = ["unknown stack ", "the stack is currently locked"];

const messages = marked
    .lexer(readFileSync(join(repoRoot, "docs", "troubleshoot.md"), "utf8"))
    .filter((token): token is Tokens.Table => token.type === "table")
    .flatMap(({ rows }) => rows.map(([message]) => message?.tokens ?? []))
    .flat()
    .filter((token): token is Tokens.Codespan => token.type === "codespan")
    .map(({ text }) => text);

/** The sources' texts as a user sees them: concatenated strings are joined. */
const sources = files
    .filter((file) => /\.(ts|js)$/.test(file) && !file.startsWith("tests/"))
    .map((file) =>
        readFileSync(join(repoRoot, file), "utf8")
            .replace(/["'`]\s*\+\s*["'`]/g, "")
            .replaceAll('\\"', '"'),
    );

it("has messages", () => {
    expect(messages.length).toBeGreaterThan(30);
});

it.each(messages.filter((message) => !ENGINE.some((words) => message.startsWith(words))))(
    "the code says: %s",
    (message) => {
        const parts = message
            .split("…")
            .map((part) => part.trim())
            .filter((part) => /\w{2}/.test(part));
        expect(parts).not.toEqual([]);
        expect(sources.some((source) => parts.every((part) => source.includes(part)))).toBe(true);
    },
);
