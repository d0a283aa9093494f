/**
 * Starts the providers of one run of the CLI in one process beside it.
 *
 * The engine starts a plugin when it meets its first resource, and waits: three times for Node.js, one after the other, each time as slow
 * as newly loaded code. Here the providers start while the CLI and the program do, share what they load, and the engine attaches to them
 * (https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/plugin/provider_plugin.go,
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
        // The engine starts its plugins in this folder too: the program means relative paths in a provider's configuration from there.
        cwd: join(repoRoot, "infra"),
        env: environment,
        stdio: ["pipe", "ignore", "inherit", "ipc"],
    });
    const ended = once(host, "exit");
    let stopping = false;
    void ended.then(([code, signal]) => {
        // Exit code 0 means that the CLI ended first, and let go of the leash.
        if (!stopping && code !== 0) {
            process.stderr.write(
                `The process with the providers ${PROVIDERS.join(", ")} ended with ${String(signal ?? code)} while they ` +
                    "were in use: what this run still had to do is not done. Run the command again to go on from there.\n",
            );
        }
    });
    // The ports are open from now on: the engine may connect before the process can answer, and then waits.
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
    /** Port on the loopback interface. */
    readonly port: number;
    readonly server: Server;
}

/**
 * Opens a port for the provider `name`, and hands each connection over to `host`. Where the engine first needs a provider after the host
 * process is gone, its connection is refused, and its run ends with that error.
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
