/** `pulumi-providers`: every provider in one process, for one run of the CLI. Started by ../cli/providers.ts. */
import type { Socket } from "node:net";
import { serveConnection } from "../plugin/serve";
import { registerProvider } from "../plugin/provider";
import { providers } from ".";
import { loadClient } from "./kubernetes/kubeconfig";

process.on("message", (name: keyof typeof providers, connection: Socket) => {
    serveConnection(connection, (server) => registerProvider(server, providers[name]()));
});
// Ctrl-C and a terminal that is closed are for the CLI, which tells its providers what they have to know of it.
process.on("SIGINT", () => undefined).on("SIGHUP", () => undefined);
// While the program is loaded there is time for what is needed then.
void loadClient();
// The other end is held by whoever may still want something done. With nobody left, an orphan would go on writing to a
// cluster beside the next run.
process.stdin.on("close", () => process.exit()).resume();
