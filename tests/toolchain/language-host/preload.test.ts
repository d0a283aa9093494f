import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { repoRoot } from "../../../command-line/paths";

const home = mkdtempSync(join(tmpdir(), "preload-"));
const preload = join(home, "preload.cjs");

beforeAll(() => {
    const entryPoints = [join(repoRoot, "toolchain", "language-host", "preload.ts")];
    buildSync({ entryPoints, outfile: preload, bundle: true, platform: "node", format: "cjs" });
});

afterAll(() => {
    rmSync(home, { recursive: true });
});

/** Runs a program in a process that loads the preload and then the SDK. @returns what it prints */
function run(program: string, env: NodeJS.ProcessEnv = {}): unknown {
    const file = join(home, "program.cjs");
    writeFileSync(
        file,
        `const sdk = require(${JSON.stringify(join(repoRoot, "node_modules/@pulumi/pulumi"))});${program}`,
    );
    const { stdout, stderr } = spawnSync(process.execPath, ["--require", preload, file], {
        encoding: "utf8",
        env: { ...process.env, NODE_OPTIONS: "", ...env },
    });
    try {
        return JSON.parse(stdout);
    } catch {
        throw new Error(stdout + stderr);
    }
}

const LOADED = `const loaded = (name) => Object.keys(require.cache).some((file) => file.includes("/node_modules/" + name + "/"));`;

describe("what the language host keeps from a program's start", () => {
    it("the compiler and the resolver of packages are not loaded with the SDK", () => {
        expect(
            run(`${LOADED} console.log(JSON.stringify([loaded("typescript"), loaded("@npmcli/arborist")]));`),
        ).toEqual([false, false]);
    });

    it("a function that is turned into text loads them, and comes out as it does without the preload", () => {
        const text = run(
            `sdk.runtime.serializeFunction(() => 42).then(({ text }) => console.log(JSON.stringify(text)));`,
        );
        expect(text).toContain("return () => 42");
    });

    it("a function is found in its file, though the file was loaded before anybody listened", () => {
        const program = `const { getFunctionLocationAsync } = require(${JSON.stringify(join(repoRoot, "node_modules/@pulumi/pulumi/runtime/closure/v8"))});
            getFunctionLocationAsync(() => 42).then(({ file }) => console.log(JSON.stringify(file)));`;
        expect(run(program)).toMatch(/program\.cjs$/);
    });

    it("a promise has a stack trace only where somebody asks for leaked promises", () => {
        const program = `const { debuggablePromise } = require(${JSON.stringify(join(repoRoot, "node_modules/@pulumi/pulumi/runtime/debuggable"))});
            const promise = Promise.resolve();
            debuggablePromise(promise, "test");
            console.log(JSON.stringify(promise._debugStackTrace.includes("program.cjs")));`;
        expect(run(program)).toBe(false);
        expect(run(program, { PULUMI_DEBUG_PROMISE_LEAKS: "true" })).toBe(true);
    });

    it("the SDK's debug messages are sent only where they are asked for", () => {
        const program = `console.log(JSON.stringify(sdk.log.debug.length));`;
        expect(run(program)).toBe(0);
        expect(run(program, { EMBASSY_PROGRAM_DEBUG: "true" })).toBe(4);
    });

    it("manifests that a ConfigGroup is given are secret in what it registers, and nothing else is", () => {
        const program = `sdk.runtime.setMocks({ newResource: ({ name }) => ({ id: name, state: {} }), call: () => ({}) });
            const monitor = sdk.runtime.getMonitor();
            const register = monitor.registerResource;
            monitor.registerResource = function (request, ...rest) {
                console.log(JSON.stringify(request.getObject().toJavaScript()));
                return register.call(this, request, ...rest);
            };
            const props = { yaml: "kind: Secret", objs: [{ kind: "Secret" }], resourcePrefix: "a" };
            new sdk.ComponentResource("kubernetes:yaml:ConfigGroup", "group", props);`;
        const secret = (value: unknown): unknown => ({
            "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
            value,
        });
        expect(run(program)).toEqual({
            yaml: secret("kind: Secret"),
            objs: secret([{ kind: "Secret" }]),
            resourcePrefix: "a",
        });
    });
});
