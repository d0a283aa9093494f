/**
 * A test's own home, as `.embassy` is a user's: it holds lab, state and passphrase, and links to the built toolchain.
 * Commands run as processes, as a user's do.
 */
import {
    type ChildProcess,
    type ChildProcessByStdio,
    type SpawnSyncReturns,
    spawn,
    spawnSync,
} from "node:child_process";
import {
    closeSync,
    copyFileSync,
    existsSync,
    mkdirSync,
    mkdtempSync,
    openSync,
    readFileSync,
    rmSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { parseDocument } from "yaml";
import { wholeStackDocument } from "../../toolchain/cli/project-config";
import { PROJECT } from "../../infra/conventions/names";
import { runOnly } from "../../restore/stamp";
import { pulumiEnvironment } from "../../toolchain/cli/environment";
import { declaredStacks, stackFile } from "../../toolchain/cli/stack-file";
import { embassyHome, repoRoot } from "../../command-line/paths";
import { layoutFolder } from "../../images/build";
import { PROMETHEUS } from "../../infra/conventions/monitoring";
import { MONITORING, MONITORING_KEY, VIEWERS } from "./stacks";
import { TYPESCRIPT } from "../../command-line/typescript";

const BIN = join(repoRoot, "node_modules", ".bin");

export interface Outcome {
    readonly code: number | null;
    /** Standard output. */
    readonly stdout: string;
    /** Standard output and standard error, for messages. */
    readonly output: string;
}

/** No command takes this long. A command that hangs is killed, so that its test fails and the other tests still run. */
const LONGEST_MS = 10 * 60_000;

export class Home {
    readonly path: string;
    private env: NodeJS.ProcessEnv;
    private running: string | undefined;
    private isWatched = false;
    private root = repoRoot;

    /** @param shared folders of the user's own home that are linked, because they are downloaded or built once for all homes */
    constructor(name: string, ...shared: readonly ("cache" | "images")[]) {
        mkdirSync(join(embassyHome, "tests"), { recursive: true });
        this.path = mkdtempSync(join(embassyHome, "tests", `${name}-`));
        mkdirSync(join(this.path, "pulumi"));
        symlinkSync(join(embassyHome, "bin"), join(this.path, "bin"));
        symlinkSync(join(embassyHome, "pulumi", "plugins"), join(this.path, "pulumi", "plugins"));
        for (const folder of shared) {
            mkdirSync(join(embassyHome, folder), { recursive: true });
            symlinkSync(join(embassyHome, folder), join(this.path, folder));
        }
        this.env = {
            ...process.env,
            EMBASSY_HOME: this.path,
            PATH: `${BIN}:${process.env["PATH"] ?? ""}`,
            NODE_COMPILE_CACHE: join(embassyHome, "cache", "node"),
            NODE_OPTIONS: "",
        };
    }

    /** The same home, with further variables in the environment of its commands. */
    with(variables: NodeJS.ProcessEnv): Home {
        const other = Object.assign(Object.create(Home.prototype) as Home, this);
        other.env = { ...this.env, ...variables };
        return other;
    }

    /** The same home, whose sites declare every registry but run only this one, so that a test of one registry costs no more. */
    only(registry: string): Home {
        return Object.assign(this.with({}), { running: registry });
    }

    /** The same home, whose sites are watched. @throws Error where nobody has built the image for that, which no stack file wants */
    watched(): Home {
        if (!existsSync(layoutFolder(PROMETHEUS, embassyHome))) {
            throw new Error(`there is no image ${PROMETHEUS}: run npm run images -- ${PROMETHEUS}`);
        }
        return Object.assign(this.with({}), { isWatched: true });
    }

    /** The same home, with the commands of another clone of the project. */
    of(clone: string): Home {
        return Object.assign(this.with({}), { root: clone });
    }

    /** The environment that `npm run pulumi` gives the CLI in this home. */
    pulumiEnvironment(sites: readonly string[]): NodeJS.ProcessEnv {
        return pulumiEnvironment(this.env, "modules", sites, this.path);
    }

    /** `npm run lab -- …` */
    lab(...args: string[]): Outcome {
        return this.run(["start/lab.ts", ...args]);
    }

    /** Repairs a part that was made to fail. On a busy host it may become ready only after the lab has stopped waiting; then `up` goes on. */
    repair(site: string, part: string): void {
        if (this.lab("repair", `${site}/${part}`).code !== 0) {
            must(this.lab("up", site));
        }
    }

    /** `npm run data -- …` */
    data(...args: string[]): Outcome {
        return this.run(["data/main.ts", ...args]);
    }

    /** `npm run restore -- …` */
    restore(...args: string[]): Outcome {
        return this.run(this.restoring(args));
    }

    /** The same, still running. */
    startRestore(...args: string[]): ChildProcess {
        return this.start(this.restoring(args));
    }

    private restoring(args: readonly string[]): string[] {
        const named = this.running !== undefined && args.includes("--from") ? ["--registry", this.running] : [];
        return ["restore/main.ts", ...args, ...named];
    }

    /** `npm run alerts -- …` */
    alerts(...args: string[]): Outcome {
        return this.run(["monitoring/main.ts", ...args]);
    }

    /** `npm run keys -- …` */
    keys(...args: string[]): Outcome {
        return this.run(["custody/main.ts", ...args]);
    }

    /** `npm run preview -- …` */
    preview(...args: string[]): Outcome {
        return this.run(["preview/main.ts", ...args]);
    }

    /** `npm run drift -- …` */
    drift(...args: string[]): Outcome {
        return this.run(["preview/drift/main.ts", ...args]);
    }

    /** `npm run pulumi -- …` */
    pulumi(...args: string[]): Outcome {
        return this.run(["toolchain/pulumi.ts", ...args, "--non-interactive"]);
    }

    /** The same, still running, in its own process group, so that all of it can be ended. {@link said} returns its output. */
    startPulumi(...args: string[]): ChildProcess {
        return this.start(["toolchain/pulumi.ts", ...args, "--non-interactive"]);
    }

    /** `npm run lab -- …`, still running. {@link said} returns its output. */
    startLab(...args: string[]): ChildProcess {
        return this.start(["start/lab.ts", ...args]);
    }

    /** `npm run data -- …`, still running. */
    startData(...args: string[]): ChildProcess {
        return this.start(["data/main.ts", ...args]);
    }

    /** A project folder for the CLI itself, which writes into the stack files that it finds there. */
    project(): string {
        // Before any command, the wrapper creates the folder of the state and the passphrase.
        must(this.pulumi("version"));
        const folder = join(this.path, "project");
        mkdirSync(folder);
        for (const linked of ["infra", "node_modules", "package.json", "Pulumi.yaml"]) {
            symlinkSync(join(repoRoot, linked), join(folder, linked));
        }
        for (const stack of declaredStacks()) {
            copyFileSync(stackFile(stack, repoRoot), stackFile(stack, folder));
        }
        return folder;
    }

    kubectl(site: string, ...args: string[]): Outcome {
        const kubeconfig = join(this.path, "lab", site, "kubeconfig");
        return outcome(
            spawnSync(join(this.path, "bin", "kubectl"), ["--kubeconfig", kubeconfig, ...args], {
                encoding: "utf8",
                maxBuffer: 256 * 1024 * 1024,
            }),
        );
    }

    /** The same, still running; its output can be read as it comes. */
    startKubectl(site: string, ...args: string[]): ChildProcessByStdio<null, Readable, null> {
        const kubeconfig = join(this.path, "lab", site, "kubeconfig");
        return spawn(join(this.path, "bin", "kubectl"), ["--kubeconfig", kubeconfig, ...args], {
            stdio: ["ignore", "pipe", "inherit"],
        });
    }

    /** The text of a stack's state file. */
    state(stack: string): string {
        return readFileSync(this.stateFile(stack), "utf8");
    }

    private stateFile(stack: string): string {
        return join(this.path, "state", ".pulumi", "stacks", PROJECT, `${stack}.json`);
    }

    /**
     * Creates a stack if it does not exist, and runs its first `up`. `values` replace those of the project's stack file.
     * @throws Error with the CLI's output if it fails
     */
    up(stack: string, values: Readonly<Record<string, string>> = {}): Outcome {
        if (!existsSync(this.stateFile(stack))) {
            must(this.pulumi("stack", "init", stack, "--no-select"));
        }
        const asDeclared = ["up", "--stack", stack, "--yes", "--skip-preview"];
        const own = this.running === undefined && !this.isWatched && Object.keys(values).length === 0;
        return must(this.pulumi(...(own ? asDeclared : this.declaration(stack, values))));
    }

    /** Runs `up` for a stack whose file has other values. The project's own file stays as it is. */
    declare(stack: string, values: Readonly<Record<string, string>>, ...options: string[]): void {
        must(this.pulumi(...this.declaration(stack, values), ...options));
    }

    /** The same, still running. */
    startDeclare(stack: string, values: Readonly<Record<string, string>>, ...options: string[]): ChildProcess {
        return this.startPulumi(...this.declaration(stack, values), ...options);
    }

    private declaration(stack: string, values: Readonly<Record<string, string>>): string[] {
        const file = stackFile(stack, this.path);
        const document = parseDocument(
            Object.entries(values).reduce(
                (text, [key, value]) => text.replace(new RegExp(`^( +${key}:) .*$`, "m"), `$1 ${value}`),
                wholeStackDocument(readFileSync(stackFile(stack, repoRoot), "utf8")).toString(),
            ),
        );
        if (this.running !== undefined) {
            runOnly(document, [this.running]);
        }
        if (this.isWatched) {
            document.setIn(["config", MONITORING_KEY], { ...MONITORING, viewers: VIEWERS });
        }
        writeFileSync(file, document.toString());
        return ["up", "--stack", stack, "--yes", "--skip-preview", "--config-file", file];
    }

    /** The end of the output of commands that were started and not waited for. */
    said(): string {
        return existsSync(this.log) ? readFileSync(this.log, "utf8").slice(-4_000) : "";
    }

    private get log(): string {
        return join(this.path, "started.log");
    }

    remove(): void {
        this.lab("down", "--delete");
        // A Node.js process that is ending may still write its compile cache.
        rmSync(this.path, { recursive: true, force: true, maxRetries: 10, retryDelay: 300 });
    }

    private start(args: readonly string[]): ChildProcess {
        const log = openSync(this.log, "a");
        try {
            return spawn(join(BIN, "node"), [...TYPESCRIPT, ...args], {
                cwd: repoRoot,
                env: this.env,
                detached: true,
                stdio: ["ignore", log, log],
            });
        } finally {
            closeSync(log);
        }
    }

    private run(args: readonly string[]): Outcome {
        return outcome(
            spawnSync(join(BIN, "node"), [...TYPESCRIPT, ...args], {
                cwd: this.root,
                env: this.env,
                encoding: "utf8",
                timeout: LONGEST_MS,
                killSignal: "SIGKILL",
                maxBuffer: 256 * 1024 * 1024,
            }),
        );
    }
}

function outcome({ status, stdout, stderr }: SpawnSyncReturns<string>): Outcome {
    return { code: status, stdout, output: stdout + stderr };
}

/** @throws Error with the output if the command failed */
export function must(result: Outcome): Outcome {
    if (result.code !== 0) {
        throw new Error(`exit code ${result.code ?? "none"}:\n${result.output}`);
    }
    return result;
}
