/**
 * The providers of one run of the CLI, in one process that starts beside it.
 *
 * The engine starts a plugin when it meets the first resource of it, and waits: three times Node.js, one after the other,
 * each as slow as new code is. Here they start while the CLI and the program do, share what is loaded, and the engine
 * attaches (https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/plugin/provider_plugin.go,
 * GetProviderAttachPort). A CLI that is run in any other way starts the same providers as plugins.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { type AddressInfo, type Server, createServer } from "node:net";
import { join } from "node:path";
import type { Writable } from "node:stream";
import { PROVIDERS } from "../build/parts";
import { binDir, repoRoot } from "../../command-line/paths";
import type { Companion } from "./companion";

const ATTACH = "PULUMI_DEBUG_PROVIDERS";

/**
 * @param environment the CLI's own, which the providers read as well
 * @returns undefined where they are not built, or the user attaches the engine to providers of their own
 */
export async function startProviders(
    environment: NodeJS.ProcessEnv,
    executable = join(binDir, "pulumi-providers"),
): Promise<Companion | undefined> {
    if (environment[ATTACH] !== undefined || !existsSync(executable)) {
        return undefined;
    }
    const host = spawn(executable, {
        // Where the engine starts its plugins: relative paths in a provider's configuration are the program's.
        cwd: join(repoRoot, "infra"),
        env: environment,
        stdio: ["pipe", "ignore", "inherit", "ipc"],
    });
    const ended = once(host, "exit");
    let stopping = false;
    void ended.then(([code, signal]) => {
        // 0: the CLI ended first, and let go of the leash.
        if (!stopping && code !== 0) {
            process.stderr.write(
                `The process with the providers ${PROVIDERS.join(", ")} ended with ${String(signal ?? code)} while they ` +
                    "were in use: what this run still had to do is not done. Run the command again to go on from there.\n",
            );
        }
    });
    // Open from now on: the engine may be there before the process can answer, and waits.
    const doors = await Promise.all(PROVIDERS.map((name) => open(name, host)));
    const addresses = doors.map(({ name, port }) => `${name}:${port}`);
    return {
        environment: { [ATTACH]: addresses.join(",") },
        pid: host.pid ?? 0,
        leash: host.stdin as Writable,
        stop: async () => {
            stopping = true;
            doors.forEach(({ server }) => server.close());
            host.kill();
            await ended;
        },
    };
}

interface Door {
    readonly name: string;
    /** The port is on loopback. */
    readonly port: number;
    readonly server: Server;
}

/**
 * Where the engine finds the provider `name`: whoever comes in is handed over to `host`. A provider that the engine first
 * needs when this process is gone is refused to it, and its run ends with that error.
 */
async function open(name: string, host: ChildProcess): Promise<Door> {
    const server = createServer({ pauseOnConnect: true }, (connection) => {
        host.send(name, connection, (error) => {
            if (error) {
                connection.destroy();
            }
        });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    return { name, server, port: (server.address() as AddressInfo).port };
}
