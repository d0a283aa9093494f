/**
 * Keeps TypeScript without its types from one run to the next: removing them is a tenth of a program's work. As in Node's compile cache, which
 * is in the same folder, a file's name is a digest of everything that decides its content.
 *
 * Plain JavaScript, because typescript.js needs it before any types are removed (types: transpiled.d.ts).
 */
"use strict";

const { hash } = require("node:crypto");
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");

exports.cached = function cached(transform, version, compileCache) {
    if (!compileCache) {
        return transform;
    }
    const folder = join(compileCache, "..", "sucrase");
    return (code, options) => {
        const file = join(folder, `${hash("sha256", JSON.stringify([version, options, code]))}.json`);
        try {
            return JSON.parse(readFileSync(file, "utf8"));
        } catch {
            const result = transform(code, options);
            keep(file, JSON.stringify(result), folder);
            return result;
        }
    };
};

function keep(file, text, folder) {
    const whole = `${file}.${process.pid}`;
    try {
        mkdirSync(folder, { recursive: true });
        writeFileSync(whole, text);
        renameSync(whole, file);
    } catch {
        // The home cannot be written to, so the next run removes the types again.
    }
}
