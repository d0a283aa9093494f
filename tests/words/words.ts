/** Words that the project no longer uses for its parts, each with the common term, which docs/glossary.md explains. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

export interface Word {
    readonly found: RegExp;
    readonly instead: string;
}

export const WORDS: readonly Word[] = [
    { found: /\bstored versions?\b/i, instead: "backup" },
    { found: /\b(un)?seal(s|ed|ing|ers?)?\b/i, instead: "object lock, object-lock retention" },
    { found: /\bstewards?\b/i, instead: "object-store controller" },
    { found: /\bwriters?\b/i, instead: "lease agent" },
    { found: /\bleave to write\b/i, instead: "lease" },
    { found: /\bname ?servers?\b/i, instead: "DNS server" },
    { found: /\bwalls?\b(?![- ]clock)/i, instead: "network policies" },
    { found: /\b(one step|two[- ]steps)\b|^held$/i, instead: "deletion protection" },
    { found: /\bhand(ed)?[ -]?overs?\b/i, instead: "cross-stack secrets" },
    { found: /\bsameness\b/i, instead: "parity" },
    { found: /\bcopiers?\b/i, instead: "public-copy uploader" },
    { found: /\breaders?\b/i, instead: "edge API" },
    { found: /\bsite (takes?|taking) over\b/i, instead: "failover, promotion" },
    { found: /\b(site|Tallinn|Luxembourg) (is|was) lost\b/i, instead: "fails, data loss" },
    { found: /\b(whence|thereof)\b/i, instead: "from where, of it" },
    { found: /\b(is|are) to be\b|\bas it is to\b/i, instead: "must be, as declared" },
];

export interface Hit {
    readonly file: string;
    readonly line: number;
    readonly text: string;
    readonly instead: string;
}

/** The former words that `text` contains. */
export function wordsIn(text: string): Word[] {
    return WORDS.filter(({ found }) => found.test(text));
}

/** Finds former words in what a program can print: string literals and templates, without imports. */
export function hitsInCode(file: string, root: string): Hit[] {
    const source = ts.createSourceFile(file, readFileSync(join(root, file), "utf8"), ts.ScriptTarget.Latest);
    const hits: Hit[] = [];
    const visit = (node: ts.Node): void => {
        if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
            return;
        }
        if (ts.isStringLiteralLike(node) || ts.isTemplateLiteralToken(node)) {
            const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
            hits.push(...wordsIn(node.text).map(({ instead }) => ({ file, line, text: node.text, instead })));
        }
        ts.forEachChild(node, visit);
    };
    visit(source);
    return hits;
}

/** Mentions of the SQL role `reader`, whose name is in live databases, and of the Secrets with its certificates. */
const ROLE = /`reader`|`(?:gazette-)?reader-tls`|CREATE ROLE reader\b/g;

/** Finds former words in prose, line by line. */
export function hitsInProse(file: string, root: string): Hit[] {
    return readFileSync(join(root, file), "utf8")
        .replaceAll(ROLE, "")
        .split("\n")
        .flatMap((text, index) => wordsIn(text).map(({ instead }) => ({ file, line: index + 1, text, instead })));
}
