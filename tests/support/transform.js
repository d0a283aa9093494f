// Compiles TypeScript, and packages that ship only ES modules, to CommonJS, which is what Jest runs.
const { createHash } = require("node:crypto");
const { extname } = require("node:path");
const { transformSync, version } = require("esbuild");

const options = {
    format: "cjs",
    target: "node24",
    platform: "node",
    sourcemap: "inline",
    // Jest's sandbox has no import(), so it is compiled to require().
    supported: { "dynamic-import": false },
};

module.exports = {
    process: (source, file) => ({
        code: transformSync(source, { ...options, loader: extname(file) === ".ts" ? "ts" : "js", sourcefile: file })
            .code,
    }),
    getCacheKey: (source, file) =>
        createHash("sha256")
            .update(JSON.stringify([version, options, extname(file)]))
            .update(file)
            .update(source)
            .digest("hex"),
};
