/**
 * A program's process loads this file before the SDK. It avoids work that hardly any program needs, which would be half of what a preview of
 * this project spends in Node. Variables bring some of it back. It avoids:
 *
 * - npm's dependency resolver, the TypeScript compiler and an inspector session, under which V8 runs as in a debugger:
 *   the SDK has them for functions that are turned into text (dynamic providers, callbacks that run in a cloud), and
 *   they are loaded when such a function is.
 * - Removing the types from a file that was loaded before, and loading Sucrase for that.
 * - Source maps for stack traces. Sucrase keeps lines and ts-node maps them itself, so traces are right without; a
 *   program compiled beforehand shows the lines of its JavaScript.
 * - Messages for each value of each property: ../plugin/struct.ts.
 * - A stack trace for each promise, unless PULUMI_DEBUG_PROMISE_LEAKS asks which promise leaked.
 * - The SDK's debug messages, four calls to the engine per resource, unless EMBASSY_PROGRAM_DEBUG is set; `npm run
 *   pulumi -- --debug` sets it.
 *
 * It also keeps manifests that the SDK's kubernetes components are given as text out of the plain state: components.ts.
 */
import { readFileSync } from "node:fs";
import type { Session } from "node:inspector";
import Module from "node:module";
import { dirname, join } from "node:path";
import { type StructModule, lighten } from "../plugin/struct";
import { type Transform, cached } from "../transpiled";
import { secretManifests } from "./components";

type Load = (request: string, parent: { filename: string } | undefined, isMain: boolean) => unknown;
type Functions = Record<PropertyKey, (...args: unknown[]) => unknown>;

interface Change {
    /** The requested module, and the SDK's file that requests it. */
    readonly request: RegExp;
    readonly from: RegExp;
    readonly apply: (load: () => Functions, from: string) => Functions;
}

/** The SDK takes only functions from these modules: each function loads its module when it is called. */
const deferred: Change["apply"] = (load) =>
    new Proxy(
        {},
        {
            get:
                (_, name) =>
                (...args: unknown[]) =>
                    load()[name]?.(...args),
        },
    );

/** The module with one of its functions replaced, each time that it is requested: in an import cycle that happens before it is complete. */
function replacing(name: string, replace: (original: Functions[string]) => Functions[string]): Change["apply"] {
    let replacement: Functions[string] | undefined;
    return (load) => {
        const exports = load();
        const original = exports[name];
        if (original && original !== replacement) {
            exports[name] = replacement ??= replace(original);
        }
        return exports;
    };
}

const withoutStack = replacing("debuggablePromise", (original) => (...args) => {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    try {
        return original(...args);
    } finally {
        Error.stackTraceLimit = limit;
    }
});
const withoutDebug = replacing("debug", () => () => Promise.resolve());

/** Sucrase is loaded only for files that are not in the cache. */
const withCache: Change["apply"] = (load, from) => {
    const manifest = readFileSync(join(dirname(from), "..", "package.json"), "utf8");
    const { version } = JSON.parse(manifest) as { version: string };
    const transform: Transform = (...args) => load()["transform"]?.(...args);
    return { transform: cached(transform, version, process.env["NODE_COMPILE_CACHE"]) as Functions[string] };
};

/** V8 reports the scripts that are loaded by now before the SDK listens, so they are reported once more. */
const toldAgain = replacing("getSessionAsync", (original) => {
    let session: Promise<Session> | undefined;
    return () =>
        (session ??= (original() as Promise<Session>).then((opened) => {
            opened.post("Debugger.disable");
            opened.post("Debugger.enable");
            return opened;
        }));
});

const SDK = String.raw`[\\/]@pulumi[\\/]pulumi[\\/]`;
const changes: Change[] = [
    {
        request: /^\.\/closure\/(serializeClosure|codePaths)$/,
        from: new RegExp(String.raw`${SDK}runtime[\\/]index\.js$`),
        apply: deferred,
    },
    {
        request: /^source-map-support\/register$/,
        from: new RegExp(String.raw`${SDK}cmd[\\/]run[\\/]index\.js$`),
        apply: deferred,
    },
    {
        request: /\/closure\/v8Hooks$/,
        from: new RegExp(String.raw`${SDK}cmd[\\/]run[\\/]index\.js$`),
        apply: () => ({ isInitializedAsync: () => Promise.resolve() }),
    },
    { request: /^\.\/v8Hooks$/, from: new RegExp(String.raw`${SDK}runtime[\\/]closure[\\/]v8\.js$`), apply: toldAgain },
    {
        request: /^google-protobuf\/google\/protobuf\/struct_pb(\.js)?$/,
        from: new RegExp(SDK),
        apply: (load) => lighten(load() as unknown as StructModule) as unknown as Functions,
    },
    {
        request: /^\.\/runtime\/resource$/,
        from: new RegExp(String.raw`${SDK}resource\.js$`),
        apply: (load, from) =>
            replacing("registerResource", (original) => secretManifests(original, Module.createRequire(from)))(
                load,
                from,
            ),
    },
    { request: /^\.\/index$/, from: /[\\/]sucrase[\\/]dist[\\/]register\.js$/, apply: withCache },
];
if (!process.env["PULUMI_DEBUG_PROMISE_LEAKS"]) {
    changes.push({ request: /\/debuggable$/, from: new RegExp(SDK), apply: withoutStack });
}
if (!process.env["EMBASSY_PROGRAM_DEBUG"]) {
    changes.push({ request: /\/log$/, from: new RegExp(SDK), apply: withoutDebug });
}

// Node's typings lack this function. Every require() passes through it, in packages too.
const loader = Module as unknown as { _load: Load };
const load = loader._load;

loader._load = function (request, parent, isMain) {
    const original = (): unknown => load.call(this, request, parent, isMain);
    const change = changes.find(({ request: asked }) => asked.test(request));
    const from = parent?.filename ?? "";
    return change?.from.test(from) ? change.apply(original as () => Functions, from) : original();
};
