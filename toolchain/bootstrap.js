/**
 * Starts a TypeScript file of this project from a fresh clone: `node toolchain/bootstrap.js <file.ts> [arguments…]`.
 *
 * Plain JavaScript with no dependency, because it runs before anything is installed and on any version of Node.js:
 * syntax of 2018 only, so that an old Node gets as far as the message that says it is too old.
 *
 * 1. `npm ci`, where node_modules is not what package-lock.json says;
 * 2. the file, under the Node.js that package-lock.json pins, with the same terminal, signals and exit code.
 */
"use strict";

const childProcess = require("child_process");
const crypto = require("crypto");
const fs = require("fs");
const os = require("os");
const path = require("path");
const lock = require("../command-line/lock.js");

const root = path.resolve(__dirname, "..");
const home = path.resolve(process.env.EMBASSY_HOME || path.join(root, ".embassy"));
const lockfile = path.join(root, "package-lock.json");
/** npm's own record of what it installed; npm writes it last. */
const installedLockfile = path.join(root, "node_modules", ".package-lock.json");
/** Digest of both lock files when they were last found to agree: comparing them takes longer than hashing them. */
const verified = path.join(root, "node_modules", ".verified-lock");

/** What `@pulumi/pulumi` and the TypeScript sources need; used where no Node.js package is pinned for the machine. */
const SUFFICIENT_NODE = "22.18.0";
/** The pinned Node.js is linked against glibc; on musl (Alpine) and NixOS its interpreter is not there. */
const INTERPRETERS = { "linux-x64": "/lib64/ld-linux-x86-64.so.2", "linux-arm64": "/lib/ld-linux-aarch64.so.1" };
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];
const TERMINAL_SIGNALS = ["SIGINT", "SIGHUP"];

main().catch((error) => {
    process.stderr.write(`${error instanceof Refusal ? error.message : error.stack}\n`);
    process.exitCode = 1;
});

async function main() {
    checkNode();
    const script = process.argv[2];
    if (script === undefined) {
        throw new Refusal("usage: node toolchain/bootstrap.js <file.ts> [arguments…]");
    }
    checkPackages();
    if (!isInstalled()) {
        await install();
    }
    run(
        pinnedNode(),
        ["--require", path.join(__dirname, "typescript.js"), path.resolve(root, script)].concat(process.argv.slice(3)),
    );
}

/** An error that the user can solve; its message says everything that the user needs. */
function Refusal(message) {
    this.message = message;
}

function checkNode() {
    const range = readJson(path.join(root, "package.json")).engines.node;
    const wanted = range.replace(/^\D+/, "");
    if (compareVersions(process.versions.node, wanted) < 0) {
        throw new Refusal(
            `Node.js ${process.versions.node} is too old: ${wanted} or later is needed (found at ${process.execPath}).\n` +
                "Install a current release from https://nodejs.org or with your package manager, and run the command again.",
        );
    }
}

/** Something else in the place of node_modules belongs to the user: the message names it, and nothing touches it. */
function checkPackages() {
    const folder = path.join(root, "node_modules");
    let found;
    try {
        fs.lstatSync(folder);
        found = fs.statSync(folder).isDirectory()
            ? (fs.accessSync(folder, fs.constants.R_OK | fs.constants.X_OK), "")
            : "is a file";
    } catch (error) {
        const isLink = error.syscall === "stat";
        if (error.code === "ENOENT" && !isLink) {
            return;
        }
        found =
            error.code === "ELOOP"
                ? "is a link that leads back to itself"
                : error.code === "ENOENT"
                  ? "is a link to what is not there"
                  : `cannot be read (${error.code})`;
    }
    if (found !== "") {
        throw new Refusal(
            `${folder} ${found}; it must be a folder with the packages of package-lock.json.\n` +
                "Move it away, or give its owner's rights back, and run the command again: it installs them where there are none.",
        );
    }
}

function isInstalled() {
    if (!fs.existsSync(installedLockfile)) {
        return false;
    }
    const [wanted, found] = [fs.readFileSync(lockfile), fs.readFileSync(installedLockfile)];
    const digest = crypto.createHash("sha256").update(wanted).update(found).digest("hex");
    if (fs.existsSync(verified) && fs.readFileSync(verified, "utf8") === digest) {
        return true;
    }
    const same = isSame(JSON.parse(wanted).packages, JSON.parse(found).packages);
    if (same) {
        fs.writeFileSync(verified, digest);
    }
    return same;
}

/** True where each package is installed in its version; whether optional ones are depends on the machine. */
function isSame(wanted, found) {
    return Object.keys(wanted).every((location) => {
        const want = wanted[location];
        const have = found[location];
        if (location === "") {
            return true;
        }
        return have
            ? have.version === want.version && have.integrity === want.integrity
            : Boolean(want.optional || want.devOptional);
    });
}

async function install() {
    const release = await lock.acquire(path.join(home, "install.lock"), (pid) =>
        process.stderr.write(`waiting for process ${pid}, which is installing packages\n`),
    );
    try {
        if (isInstalled()) {
            return;
        }
        // npm removes it too, but in no certain order with the packages; without it a killed install counts as no install.
        fs.rmSync(installedLockfile, { force: true });
        process.stderr.write("installing packages (npm ci)\n");
        await npmCi();
    } finally {
        release();
    }
}

function npmCi() {
    // npm is about to delete node_modules/.bin, which may be on PATH, and its Node.js with it.
    const search = (process.env.PATH || "").split(path.delimiter);
    const env = Object.assign({}, process.env, {
        PATH: search.filter((folder) => !folder.endsWith(path.join("node_modules", ".bin"))).join(path.delimiter),
    });
    // npm's warnings are left out: they are about the Node.js that npm runs in, and the program gets the pinned one.
    const npm = childProcess.spawn("npm", ["ci", "--include=dev", "--include=optional", "--loglevel=error"], {
        cwd: root,
        env,
        stdio: ["inherit", 2, "pipe"],
    });
    let output = "";
    npm.stderr.on("data", (chunk) => {
        process.stderr.write(chunk);
        output = (output + chunk).slice(-65536);
    });
    for (const signal of SIGNALS) {
        process.once(signal, () => npm.kill(signal));
    }
    return new Promise((resolve, reject) => {
        npm.on("error", (error) => {
            reject(
                new Refusal(
                    `npm cannot be started (${error.message}): it comes with Node.js; put it on PATH and run the command again.`,
                ),
            );
        });
        npm.on("close", (code, signal) => {
            SIGNALS.forEach((name) => process.removeAllListeners(name));
            if (code === 0) {
                resolve();
            } else if (signal) {
                reject(new Refusal(`npm ci was ended by ${signal}: run the command again to install from the start.`));
            } else {
                reject(new Refusal(explainNpm(output)));
            }
        });
    });
}

function explainNpm(output) {
    // The address is …/@scope/name/-/name-1.2.3.tgz; the message leaves its host out, because that may hold a token.
    const refused =
        /\b(40[134]|410)\b.*?https?:\/\/[^/\s]+\/(?:.*?\/)??((?:@[^/\s]+\/)?[^/\s]+)\/-\/[^\s]*?-(\d+\.\d+\.\d+[^\s]*?)\.tgz/i.exec(
            output,
        );
    const missing =
        /No matching version found for (\S+?)@(\S+?)\.?\s/.exec(output) ||
        /404\s+'?((?:@[^/\s]+\/)?[^@\s']+)@(\S+?)'? is not in/.exec(output);
    const name = refused ? `${refused[2]}@${refused[3]}` : missing && `${missing[1]}@${missing[2]}`;
    if (name) {
        return (
            `npm ci failed: the registry does not serve ${decodeURIComponent(name)}${refused ? ` (HTTP ${refused[1]})` : ""}.\n` +
            "Use a registry that does (npm config set registry …), or pin a version that is served in package.json and run npm install."
        );
    }
    if (/EINTEGRITY/.test(output)) {
        return "npm ci failed: a package is not the one that package-lock.json names (checksum above). Do not go on: find out who changed it.";
    }
    if (/ENOSPC/.test(output)) {
        return `npm ci failed: no space left on the disk of ${root} or of npm's cache. Free about 1 GiB and run the command again.`;
    }
    if (/ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN/.test(output)) {
        return "npm ci failed: the registry cannot be reached. Check the network and npm config get registry, then run the command again.";
    }
    return "npm ci failed: npm says why above.";
}

function pinnedNode() {
    const machine = `${os.platform()}-${os.arch()}`;
    const pinned = path.join(root, "node_modules", `node-${machine}`, "bin", "node");
    const interpreter = INTERPRETERS[machine];
    if (interpreter && fs.existsSync(interpreter) && fs.existsSync(pinned)) {
        return pinned;
    }
    if (compareVersions(process.versions.node, SUFFICIENT_NODE) >= 0) {
        return process.execPath;
    }
    throw new Refusal(
        `This machine (${machine}) cannot use a Node.js of package-lock.json (${path.relative(root, pinned)}), and the one ` +
            `that runs this is ${process.versions.node}: ${SUFFICIENT_NODE} or later is needed.\n` +
            "Install Node.js 24 from https://nodejs.org or with your package manager, and run the command again.",
    );
}

function run(node, args) {
    const env = Object.assign({}, process.env, {
        EMBASSY_HOME: home,
        NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE || path.join(home, "cache", "node"),
    });
    if (process.execve) {
        // The program takes this process's place, so nothing has to pass signals, terminal and exit code on.
        process.removeAllListeners("warning");
        process.execve(node, [node].concat(args), env);
    }
    const child = childProcess.spawn(node, args, { env, stdio: "inherit" });
    for (const signal of SIGNALS) {
        process.on(signal, () => {
            // A terminal signals its whole process group. Pulumi takes a second SIGINT for "stop at once".
            if (!(process.stdin.isTTY && TERMINAL_SIGNALS.includes(signal))) {
                child.kill(signal);
            }
        });
    }
    child.on("error", (error) => {
        process.stderr.write(`${node} cannot be started: ${error.message}\n`);
        process.exitCode = 1;
    });
    child.on("exit", (code, signal) => {
        if (signal) {
            SIGNALS.forEach((name) => process.removeAllListeners(name));
            process.kill(process.pid, signal);
        } else {
            process.exitCode = code;
        }
    });
}

function compareVersions(left, right) {
    const numbers = (version) => version.split(/[.-]/).slice(0, 3).map(Number);
    const [a, b] = [numbers(left), numbers(right)];
    for (let i = 0; i < 3; i++) {
        const difference = (a[i] || 0) - (b[i] || 0);
        if (difference !== 0) {
            return difference;
        }
    }
    return 0;
}

function readJson(file) {
    return JSON.parse(fs.readFileSync(file, "utf8"));
}
