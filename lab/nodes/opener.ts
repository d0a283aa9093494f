/**
 * Opens connections in the network namespace that it runs in, and hands each to the process that started it, as a file that is open
 * (SCM_RIGHTS: unix(7)), so that nothing has to carry what passes. Node.js runs this file as it is, so it imports nothing of the project, and has
 * no syntax that must be compiled.
 *
 *     node opener.ts RECORD        with a channel to the process that started it
 *
 * RECORD only marks the process as one of the lab's. It is sent `{ id, host, port, within }`, and answers `{ id }` with a socket, or `{ id, error }`.
 */
import { connect } from "node:net";

process.on("message", ({ id, host, port, within }: { id: number; host: string; port: number; within: number }) => {
    const socket = connect({ host, port, timeout: within });
    // What the server says first is for whom the socket is handed to.
    socket.pause();
    socket.once("connect", () => process.send?.({ id }, socket));
    socket.once("timeout", () => socket.destroy(new Error(`${host}:${port} does not answer`)));
    socket.once("error", ({ message }) => process.send?.({ id, error: message }));
});
process.once("disconnect", () => process.exit());
