/** `pulumi-providers`: every provider in one process, for one run of the CLI. Started by ../cli/providers.ts. */
import type { Socket } from "node:net";
import { serveConnection } from "../plugin/serve";
import { registerProvider } from "../plugin/provider";
import { providers } from ".";
import { loadClient } from "./kubernetes/kubeconfig";

process.on("message", (name: keyof typeof providers, connection: Socket) => {
    serveConnection(connection, (server) => registerProvider(server, providers[name]()));
});
// Ctrl-C and a closed terminal are for the CLI, which tells its providers what they need to know.
process.on("SIGINT", () => undefined).on("SIGHUP", () => undefined);
// The client is loaded while the engine loads the program, so that it is ready when it is needed.
void loadClient();
// Every process that may still need the providers holds the other end. Without any, an orphan would go on writing to a cluster beside the
// next run.
process.stdin.on("close", () => process.exit()).resume();
