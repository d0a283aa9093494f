/**
 * Lets Node.js load this project's TypeScript: `node --require toolchain/typescript.js <file.ts>`. Sucrase removes the types, as Pulumi's own
 * language host has it do for a program, and only for a file that was not loaded before. Lines stay where they are, so stack traces are right.
 *
 * Plain JavaScript, because nothing removes its types.
 */
"use strict";

const { readFileSync } = require("node:fs");
const Module = require("node:module");
const { cached } = require("./transpiled.js");

/** Classes and all else stay as they are written, because the pinned Node.js has them itself. */
const OPTIONS = { transforms: ["typescript", "imports"], disableESTransforms: true };

let removeTypes;

Module._extensions[".ts"] = (module, file) => {
    removeTypes ??= cached(
        (...args) => require("sucrase").transform(...args),
        require("sucrase/package.json").version,
        process.env.NODE_COMPILE_CACHE,
    );
    let code;
    try {
        ({ code } = removeTypes(readFileSync(file, "utf8"), OPTIONS));
    } catch (error) {
        error.message = `${file}: ${error.message}`;
        throw error;
    }
    module._compile(code, file);
};
// A name without an ending is TypeScript rather than JSON: images/lock.ts has images/lock.json beside it. Node.js tries endings in this order.
for (const ending of [".json", ".node"]) {
    const load = Module._extensions[ending];
    delete Module._extensions[ending];
    Module._extensions[ending] = load;
}
