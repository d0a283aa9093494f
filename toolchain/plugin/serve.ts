/** Starts a plugin process the way the engine expects: a gRPC server whose port is the first line of stdout. */
import type { Socket } from "node:net";
import * as grpc from "@grpc/grpc-js";

/** The engine's own limit for messages in both directions: sdk/go/common/util/rpcutil. */
const MESSAGE_LIMIT = 400 * 1024 * 1024;
const PARENT_CHECK_MS = 500;

export const channelOptions: grpc.ChannelOptions = {
    "grpc.max_send_message_length": MESSAGE_LIMIT,
    "grpc.max_receive_message_length": MESSAGE_LIMIT,
    // gRPC would collect statistics of each call, for a service that nobody asks here.
    "grpc.enable_channelz": 0,
};

/**
 * Serves until the process that started this one is gone.
 *
 * The engine kills its plugins when it ends, but a killed engine cannot: without the check an orphan would go on
 * writing to a cluster beside the next run.
 */
export function serve(register: (server: grpc.Server) => void, onOrphaned: () => void = () => undefined): void {
    const parent = process.ppid;
    const server = new grpc.Server(channelOptions);
    register(server);
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
        if (error) {
            process.stderr.write(`cannot listen on loopback: ${error.message}\n`);
            process.exit(1);
        }
        process.stdout.write(`${port}\n`);
    });
    setInterval(() => {
        if (process.ppid !== parent) {
            onOrphaned();
            process.exit(1);
        }
    }, PARENT_CHECK_MS).unref();
}

/**
 * Serves one connection with a server of its own: the engine connects once for each provider that a program configures, and what it tells
 * one provider must not reach the others.
 */
export function serveConnection(connection: Socket, register: (server: grpc.Server) => void): void {
    const server = new grpc.Server(channelOptions);
    register(server);
    server.createConnectionInjector(grpc.ServerCredentials.createInsecure()).injectConnection(connection);
}
