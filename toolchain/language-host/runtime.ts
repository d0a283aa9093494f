/**
 * Pulumi's `LanguageRuntime` service for Node.js programs.
 *
 * The official host is a Go module that package registries need not serve; the protocol is public and generated in
 * `@pulumi/pulumi/proto/language_grpc_pb`. Code generation (`pulumi import` without `--generate-code=false`,
 * `pulumi convert`, `pulumi package`) is left out and answered with UNIMPLEMENTED.
 */
import { type ChildProcess, spawn } from "node:child_process";
import * as grpc from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb.js";
import * as proto from "@pulumi/pulumi/proto/language_pb";
import * as plugin from "@pulumi/pulumi/proto/plugin_pb";
import * as programs from "./program";

/** The runner's exit code for "failed, and the user has been told why": @pulumi/pulumi/cmd/run. */
const ALREADY_REPORTED = 32;

/** A program makes a burst of short-lived objects: with V8's default of 1 MiB for them, a tenth of a preview goes into collecting them. */
const PROGRAM_FLAGS = ["--min-semi-space-size=16", "--max-semi-space-size=32"];

type Handler<Q, S> = (request: Q) => Promise<S> | S;

function unary<Q, S>(handle: Handler<Q, S>): grpc.handleUnaryCall<Q, S> {
    return (call, callback) => {
        void (async () => handle(call.request))().then(
            (response) => callback(null, response),
            (error: unknown) =>
                callback({
                    code: grpc.status.UNKNOWN,
                    details: error instanceof Error ? error.message : String(error),
                }),
        );
    };
}

const CODE_GENERATION =
    "this language host runs programs and does not write them: pass --generate-code=false to pulumi import and add the " +
    "resource to the program by hand, or use the official toolchain (EMBASSY_TOOLCHAIN=system)";

const refuse = unary<unknown, never>(() => {
    throw new Error(CODE_GENERATION);
});

export interface LanguageRuntime {
    readonly handlers: grpc.UntypedServiceImplementation;
    /** Ends every program that this host has started. */
    readonly stop: () => void;
}

/**
 * @param defaultEngine the engine's address (host:port) from the command line; a handshake may give another
 * @param preload file that each program's process loads first
 */
export function languageRuntime(defaultEngine: string, preload: string): LanguageRuntime {
    let engine = defaultEngine;
    const children = new Set<ChildProcess>();

    const start = (args: readonly string[], options: Parameters<typeof spawn>[2]): ChildProcess => {
        const child = spawn(process.execPath, args, options);
        children.add(child);
        child.once("close", () => children.delete(child));
        return child;
    };

    const stop = (): void => {
        for (const child of children) {
            child.kill("SIGKILL");
        }
    };

    const run = async (request: proto.RunRequest): Promise<proto.RunResponse> => {
        const { directory, entryPoint, options } = programInfo(request.getInfo());
        const child = start(
            [
                ...PROGRAM_FLAGS,
                "--require",
                preload,
                ...options.nodeargs,
                programs.sdkEntryPoint(directory, "run"),
                ...runnerArguments(request, engine),
                entryPoint,
                ...request.getArgsList(),
            ],
            {
                // Relative --require/--import in nodeargs are relative to the project, not to this host.
                cwd: directory,
                // What the program prints reaches the engine through this host's own stdout and stderr.
                stdio: ["ignore", "inherit", "inherit"],
                env: {
                    ...process.env,
                    PULUMI_NODEJS_TYPESCRIPT: String(options.typescript),
                    ...(options.tsconfig !== undefined && { PULUMI_NODEJS_TSCONFIG_PATH: options.tsconfig }),
                    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().entries())),
                    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
                },
            },
        );
        const outcome = await exit(child);
        if (outcome === 0) {
            return new proto.RunResponse();
        }
        return outcome === ALREADY_REPORTED
            ? new proto.RunResponse().setBail(true)
            : new proto.RunResponse().setError(`Program exited with ${describe(outcome)}`);
    };

    const runPlugin = async (
        call: grpc.ServerWritableStream<proto.RunPluginRequest, proto.RunPluginResponse>,
    ): Promise<void> => {
        const request = call.request;
        const { directory, options } = programInfo(request.getInfo());
        const isPolicyPack = request.getKind() === "analyzer";
        const runner = isPolicyPack ? "run-policy-pack" : "run-plugin";
        const child = start(
            [...options.nodeargs, programs.sdkEntryPoint(directory, runner), ...request.getArgsList(), directory],
            {
                // A policy pack reads its version from package.json in the working folder: @pulumi/policy, policy.ts.
                cwd: isPolicyPack ? directory : request.getPwd(),
                stdio: ["ignore", "pipe", "pipe"],
                env: { ...process.env, ...environment(request.getEnvList()) },
            },
        );
        child.stdout?.on("data", (chunk: Buffer) => call.write(new proto.RunPluginResponse().setStdout(chunk)));
        child.stderr?.on("data", (chunk: Buffer) => call.write(new proto.RunPluginResponse().setStderr(chunk)));
        // The engine ends a plugin by closing the stream.
        call.on("cancelled", () => child.kill("SIGKILL"));
        const outcome = await exit(child);
        call.write(new proto.RunPluginResponse().setExitcode(typeof outcome === "number" ? outcome : 1));
        call.end();
    };

    const handlers = {
        handshake: unary((request: proto.LanguageHandshakeRequest) => {
            engine = request.getEngineAddress() || engine;
            return new proto.LanguageHandshakeResponse();
        }),
        getPluginInfo: unary(() => new plugin.PluginInfo()),
        getRequiredPackages: unary((request: proto.GetRequiredPackagesRequest) => {
            const { directory } = programInfo(request.getInfo());
            const packages = programs
                .dependencies(directory, false)
                .filter((dependency) => dependency.plugin !== undefined)
                .map(({ plugin: name = "", version, server = "" }) =>
                    new plugin.PackageDependency()
                        .setKind("resource")
                        .setName(name)
                        .setVersion(`v${version}`)
                        .setServer(server),
                );
            return new proto.GetRequiredPackagesResponse().setPackagesList(packages);
        }),
        run: unary(run),
        runPlugin: (call: grpc.ServerWritableStream<proto.RunPluginRequest, proto.RunPluginResponse>) => {
            runPlugin(call).catch((error: unknown) => {
                call.emit("error", { code: grpc.status.UNKNOWN, details: String(error) });
            });
        },
        about: unary(() =>
            new proto.AboutResponse().setExecutable(process.execPath).setVersion(process.version.slice(1)),
        ),
        getProgramDependencies: unary((request: proto.GetProgramDependenciesRequest) => {
            const { directory } = programInfo(request.getInfo());
            const list = programs
                .dependencies(directory, request.getTransitivedependencies())
                .map(({ name, version }) => new proto.DependencyInfo().setName(name).setVersion(version));
            return new proto.GetProgramDependenciesResponse().setDependenciesList(list);
        }),
        installDependencies: (
            call: grpc.ServerWritableStream<proto.InstallDependenciesRequest, proto.InstallDependenciesResponse>,
        ) => {
            const { directory } = programInfo(call.request.getInfo());
            const child = spawn("npm", ["install"], {
                cwd: programs.packageRoot(directory),
                stdio: ["ignore", "pipe", "pipe"],
            });
            child.stdout.on("data", (chunk: Buffer) =>
                call.write(new proto.InstallDependenciesResponse().setStdout(chunk)),
            );
            child.stderr.on("data", (chunk: Buffer) =>
                call.write(new proto.InstallDependenciesResponse().setStderr(chunk)),
            );
            exit(child).then(
                (outcome) =>
                    outcome === 0
                        ? call.end()
                        : call.emit("error", {
                              code: grpc.status.UNKNOWN,
                              details: `npm install ended with ${describe(outcome)}`,
                          }),
                (error: unknown) => call.emit("error", { code: grpc.status.UNKNOWN, details: String(error) }),
            );
        },
        runtimeOptionsPrompts: unary(() => new proto.RuntimeOptionsResponse()),
        cancel: unary(() => {
            stop();
            return new Empty();
        }),
        generateProgram: refuse,
        generateProject: refuse,
        generatePackage: refuse,
    };
    return { handlers, stop };
}

function programInfo(info: proto.ProgramInfo | undefined): {
    directory: string;
    entryPoint: string;
    options: programs.RuntimeOptions;
} {
    if (!info) {
        throw new Error("the engine sent no program information: it must be version 3.100 or later");
    }
    return {
        directory: info.getProgramDirectory(),
        entryPoint: info.getEntryPoint(),
        options: programs.runtimeOptions(info.getOptions()?.toJavaScript() ?? {}),
    };
}

/** The command line of `@pulumi/pulumi/cmd/run`, up to the program. */
export function runnerArguments(request: proto.RunRequest, engine: string): string[] {
    const flags: Record<string, string> = {
        monitor: request.getMonitorAddress(),
        engine,
        organization: request.getOrganization(),
        project: request.getProject(),
        stack: request.getStack(),
        pwd: request.getPwd(),
        "root-directory": request.getInfo()?.getRootDirectory() ?? "",
    };
    const args = Object.entries(flags).flatMap(([flag, value]) => (value === "" ? [] : [`--${flag}`, value]));
    if (request.getParallel() > 0) {
        args.push("--parallel", String(request.getParallel()));
    }
    if (request.getDryrun()) {
        args.push("--dry-run");
    }
    return args;
}

function environment(pairs: readonly string[]): Record<string, string> {
    return Object.fromEntries(
        pairs.map((pair) => {
            const at = pair.indexOf("=");
            return [pair.slice(0, at), pair.slice(at + 1)];
        }),
    );
}

function exit(child: ChildProcess): Promise<number | NodeJS.Signals> {
    return new Promise((resolve, reject) => {
        child.once("error", reject);
        child.once("close", (code, signal) => resolve(code ?? signal ?? 1));
    });
}

function describe(outcome: number | NodeJS.Signals): string {
    return typeof outcome === "number" ? `non-zero exit code: ${outcome}` : `signal ${outcome}`;
}
