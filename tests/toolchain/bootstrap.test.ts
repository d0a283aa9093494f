import { type SpawnSyncReturns, spawn, spawnSync } from "node:child_process";
import {
    chmodSync,
    copyFileSync,
    existsSync,
    mkdirSync,
    mkdtempSync,
    readFileSync,
    rmSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

const project = resolve(__dirname, "../..");

let clone: string;

function write(path: string, content: string): string {
    const file = join(clone, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    return file;
}

/** A lockfile with two packages, of which one is only for another machine. */
function lockfile(version: string): string {
    const packages = {
        "": { name: "clone" },
        "node_modules/a": { version, integrity: `sha512-${version}` },
        "node_modules/other-machine": { version: "1.0.0", integrity: "sha512-o", optional: true },
    };
    return JSON.stringify({ packages });
}

/** A fake npm that records its calls. If there is a file `refusal`, it fails with that file's text as output. */
const FAKE_NPM = `#!/bin/sh
echo "npm $*" >> calls
if [ -e refusal ]; then cat refusal >&2; exit 1; fi
mkdir -p node_modules
cp package-lock.json node_modules/.package-lock.json
`;

beforeEach(() => {
    clone = mkdtempSync(join(tmpdir(), "bootstrap-"));
    for (const file of [
        "toolchain/bootstrap.js",
        "toolchain/typescript.js",
        "toolchain/transpiled.js",
        "command-line/lock.js",
    ]) {
        mkdirSync(dirname(join(clone, file)), { recursive: true });
        copyFileSync(join(project, file), join(clone, file));
    }
    write("package.json", JSON.stringify({ engines: { node: ">=20" } }));
    write("package-lock.json", lockfile("1.0.0"));
    write("main.js", `console.log(process.argv.slice(2).join(), process.env.EMBASSY_HOME);`);
    chmodSync(write("path/npm", FAKE_NPM), 0o755);
});
afterEach(() => {
    rmSync(clone, { recursive: true });
});

/** @param prelude JavaScript that runs first in the bootstrap's process, to imitate another machine */
function bootstrap(args: readonly string[], prelude = ""): SpawnSyncReturns<string> {
    const machine = write("machine.js", prelude);
    return spawnSync(process.execPath, ["--require", machine, join(clone, "toolchain/bootstrap.js"), ...args], {
        encoding: "utf8",
        cwd: clone,
        env: { PATH: `${join(clone, "path")}:/usr/bin:/bin` },
    });
}

function npmCalls(): number {
    const calls = join(clone, "calls");
    return existsSync(calls) ? readFileSync(calls, "utf8").split("\n").filter(Boolean).length : 0;
}

/** Removes execve, by which the program would replace the bootstrap, so that the bootstrap keeps running. */
const NO_EXECVE = "process.execve = undefined;";
const OLD_NODE = `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.1.0" } });`;

describe("installing", () => {
    it("installs on a fresh clone, then runs the program with its arguments", () => {
        const { stdout, stderr, status } = bootstrap(["main.js", "a", "b"]);
        expect({ stdout, status }).toEqual({ stdout: `a,b ${join(clone, ".embassy")}\n`, status: 0 });
        expect(stderr).toContain("installing packages");
    });

    it("does not install again, and says nothing", () => {
        bootstrap(["main.js"]);
        expect(bootstrap(["main.js"]).stderr).toBe("");
        expect(npmCalls()).toBe(1);
    });

    it("installs again when package-lock.json changes", () => {
        bootstrap(["main.js"]);
        write("package-lock.json", lockfile("2.0.0"));
        expect(bootstrap(["main.js"]).status).toBe(0);
        expect(npmCalls()).toBe(2);
    });

    it("takes an install by npm itself as it is", () => {
        write("node_modules/.package-lock.json", lockfile("1.0.0"));
        expect(bootstrap(["main.js"]).status).toBe(0);
        expect(npmCalls()).toBe(0);
    });

    it("installs again after an install that did not end", () => {
        bootstrap(["main.js"]);
        write("package-lock.json", lockfile("2.0.0"));
        write("refusal", "killed\n");
        expect(bootstrap(["main.js"]).status).toBe(1);
        // The lockfile is that of the last good install. Only npm's own record shows that the packages are incomplete.
        write("package-lock.json", lockfile("1.0.0"));
        rmSync(join(clone, "refusal"));
        expect(bootstrap(["main.js"]).status).toBe(0);
        expect(npmCalls()).toBe(3);
    });
});

describe("what stands in the place of node_modules", () => {
    const folder = (): string => join(clone, "node_modules");
    it.each([
        ["is a link that leads back to itself", () => symlinkSync("node_modules", folder())],
        ["is a link to what is not there", () => symlinkSync("nowhere", folder())],
        ["is a file", () => writeFileSync(folder(), "")],
    ])("%s: named in a sentence, and left alone", (what, make) => {
        make();
        const { stderr, status } = bootstrap(["main.js"]);
        expect({ stderr, status }).toEqual({
            stderr: expect.stringContaining(`${folder()} ${what}; it must be`) as string,
            status: 1,
        });
        expect(stderr).not.toMatch(/\n\s+at /);
        expect(npmCalls()).toBe(0);
        rmSync(folder());
    });

    it("may be a link to a folder", () => {
        mkdirSync(join(clone, "elsewhere"));
        symlinkSync("elsewhere", folder());
        expect(bootstrap(["main.js"]).status).toBe(0);
    });
});

it("hands a signal on to npm, and says how to go on", async () => {
    // Without `exec` the shell would have a child, and a signal that comes before the child runs `sleep` would be lost.
    const npm = write("path/npm", "#!/bin/sh\necho started >&2\nexec sleep 60\n");
    chmodSync(npm, 0o755);
    const running = spawn(process.execPath, [join(clone, "toolchain/bootstrap.js"), "main.js"], {
        env: { PATH: `${join(clone, "path")}:/usr/bin:/bin` },
        stdio: ["ignore", "inherit", "pipe"],
    });
    let printed = "";
    running.stderr.on("data", (chunk: Buffer) => {
        printed += chunk.toString();
        if (chunk.toString().includes("started")) {
            running.kill("SIGTERM");
        }
    });
    await new Promise((done) => running.once("close", done));
    expect(printed).toContain("npm ci was ended by SIGTERM: run the command again");
    expect(existsSync(join(clone, ".embassy/install.lock"))).toBe(false);
});

describe("what npm refuses", () => {
    it.each([
        [
            "npm error 403 403 Forbidden - GET https://u:secret@registry.test/npm/@scope/name/-/name-1.2.3-rc.1.tgz",
            "does not serve @scope/name@1.2.3-rc.1 (HTTP 403)",
        ],
        [
            "npm error 404 Not Found - GET https://registry.test/name/-/name-1.2.3.tgz - Not found",
            "does not serve name@1.2.3 (HTTP 404)",
        ],
        ["npm error notarget No matching version found for @scope/name@1.2.3.\n", "does not serve @scope/name@1.2.3."],
        ["npm error code EINTEGRITY\n", "checksum above"],
        ["npm error code ENOSPC\n", "no space left"],
        ["npm error code ENOTFOUND\n", "cannot be reached"],
    ])("%s", (refusal, message) => {
        write("refusal", refusal);
        const { stderr, status } = bootstrap(["main.js"]);
        const closing = stderr.slice(stderr.indexOf("npm ci failed"));
        expect(status).toBe(1);
        expect(stderr).toContain(refusal);
        expect(closing).toContain(message);
        expect(closing).not.toContain("secret");
    });

    it("says so where there is no npm", () => {
        rmSync(join(clone, "path/npm"));
        const { stderr } = bootstrap(["main.js"], `process.env.PATH = "/nowhere";`);
        expect(stderr).toContain("npm cannot be started");
    });
});

describe("which Node.js", () => {
    it("refuses one that is too old, naming what was found and what is needed", () => {
        const { stderr, status } = bootstrap(["main.js"], OLD_NODE.replace("20.1.0", "18.19.1"));
        expect(status).toBe(1);
        expect(stderr).toMatch(
            /^Node\.js 18\.19\.1 is too old: 20 or later is needed \(found at .*\)\.\n.*nodejs\.org/,
        );
        expect(npmCalls()).toBe(0);
    });

    it("runs the program in the pinned one", () => {
        bootstrap(["main.js"]);
        const pinned = `node_modules/node-${process.platform}-${process.arch}/bin/node`;
        write(pinned, "");
        rmSync(join(clone, pinned));
        symlinkSync(process.execPath, join(clone, pinned));
        write("main.js", "console.log(process.argv0);");
        expect(bootstrap(["main.js"], OLD_NODE + NO_EXECVE).stdout).toBe(`${join(clone, pinned)}\n`);
    });

    it("runs it in its own where none is pinned, if that is new enough", () => {
        expect(bootstrap(["main.js"]).status).toBe(0);
        const { stderr, status } = bootstrap(["main.js"], OLD_NODE);
        expect(status).toBe(1);
        expect(stderr).toMatch(/the one that runs this is 20\.1\.0: 22\.18\.0 or later is needed/);
    });
});

describe.each([
    ["in its place", ""],
    ["as its child", NO_EXECVE],
])("the program, run %s", (_, prelude) => {
    it("has its exit code passed on", () => {
        write("main.js", "process.exitCode = 32;");
        expect(bootstrap(["main.js"], prelude).status).toBe(32);
    });

    it("has the signal passed on that ends it", () => {
        write("main.js", "process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000);");
        expect(bootstrap(["main.js"], prelude).signal).toBe("SIGTERM");
    });

    it("gets a signal that is sent to the bootstrap, once", async () => {
        bootstrap(["main.js"]);
        const program = `
            let signals = 0;
            process.on("SIGINT", () => { signals += 1; setTimeout(() => { console.log(signals); process.exit(); }, 100); });
            setInterval(() => {}, 1000);
            console.log("ready");
        `;
        write("main.js", program);
        const machine = write("machine.js", prelude);
        const args = ["--require", machine, join(clone, "toolchain/bootstrap.js"), "main.js"];
        const running = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
        let printed = "";
        running.stdout.on("data", (chunk: Buffer) => {
            printed += chunk.toString();
            if (printed === "ready\n") {
                running.kill("SIGINT");
            }
        });
        await new Promise((done) => running.once("close", done));
        expect(printed).toBe("ready\n1\n");
    });
});
