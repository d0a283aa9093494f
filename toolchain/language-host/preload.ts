/**
 * Loaded in a program's process ahead of the SDK: keeps it from work that hardly any program needs, half of what a
 * preview of this project would spend in Node. What is left out comes back by the environment:
 *
 * - npm's dependency resolver, the TypeScript compiler and an inspector session, which the SDK has for functions that
 *   are turned into text (dynamic providers, callbacks that run in a cloud): loaded when such a function is.
 * - Source maps for stack traces. Sucrase keeps lines and ts-node maps them itself, so traces are right without; a
 *   program compiled beforehand shows the lines of its JavaScript.
 * - A stack trace for each promise, unless PULUMI_DEBUG_PROMISE_LEAKS asks which promise leaked.
 * - The SDK's debug messages, four calls to the engine per resource, unless EMBASSY_PROGRAM_DEBUG is set; `npm run
 *   pulumi -- --debug` sets it.
 */
import Module from "node:module";

type Load = (request: string, parent: { filename: string } | undefined, isMain: boolean) => unknown;
type Functions = Record<PropertyKey, (...args: unknown[]) => unknown>;

interface Change {
    /** What is asked for, and the SDK's file that asks. */
    readonly request: RegExp;
    readonly from: RegExp;
    readonly apply: (load: () => Functions) => Functions;
}

/** All that the SDK takes from these are functions: each loads the module when it is called. */
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

/** The module itself, one of its functions replaced: each time, for in a circle it is asked for before it is complete. */
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
];
if (!process.env["PULUMI_DEBUG_PROMISE_LEAKS"]) {
    changes.push({ request: /\/debuggable$/, from: new RegExp(SDK), apply: withoutStack });
}
if (!process.env["EMBASSY_PROGRAM_DEBUG"]) {
    changes.push({ request: /\/log$/, from: new RegExp(SDK), apply: withoutDebug });
}

// Not in Node's typings: the one place through which every require() goes, that of packages included.
const loader = Module as unknown as { _load: Load };
const load = loader._load;

loader._load = function (request, parent, isMain) {
    const original = (): unknown => load.call(this, request, parent, isMain);
    const change = changes.find(({ request: asked }) => asked.test(request));
    return change?.from.test(parent?.filename ?? "") ? change.apply(original as () => Functions) : original();
};
