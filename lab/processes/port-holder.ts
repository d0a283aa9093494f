/** Which process listens on a port of this machine. */
import * as fs from "node:fs/promises";
import * as net from "node:net";
import { readIfThere } from "../../command-line/files";
import { hasCode } from "../../command-line/system-error";
import { runningCommands } from "./identity";

/** Whether 127.0.0.1:`port` can be listened on. */
export function isFree(port: number): Promise<boolean> {
    return new Promise((resolve, reject) => {
        const server = net.createServer();
        server.once("error", (error) => (hasCode(error, "EADDRINUSE") ? resolve(false) : reject(error)));
        server.listen({ host: "127.0.0.1", port, exclusive: true }, () => server.close(() => resolve(true)));
    });
}

/** Inodes of the sockets that listen on `port`, from the text of `/proc/net/tcp` or `tcp6` (proc_net(5)). */
export function listeningInodes(table: string, port: number): string[] {
    const LISTEN = "0A";
    return table
        .split("\n")
        .slice(1)
        .map((line) => line.trim().split(/\s+/))
        .filter(([, local, , state]) => state === LISTEN && parseInt(local?.split(":")[1] ?? "", 16) === port)
        .map((fields) => fields[9] ?? "");
}

/** "process 4711 (nginx -g …)", or `undefined` where the system does not let us see it. */
export async function holderOf(port: number): Promise<string | undefined> {
    const tables = await Promise.all(["/proc/net/tcp", "/proc/net/tcp6"].map(readIfThere));
    const sockets = new Set(
        tables.flatMap((table) => listeningInodes(table ?? "", port)).map((inode) => `socket:[${inode}]`),
    );
    if (sockets.size === 0) {
        return undefined;
    }
    for (const { pid, argv } of await runningCommands()) {
        const fds = await fs.readdir(`/proc/${pid}/fd`).catch(() => []);
        const links = await Promise.all(fds.map((fd) => fs.readlink(`/proc/${pid}/fd/${fd}`).catch(() => "")));
        if (links.some((link) => sockets.has(link))) {
            // It names only the program, because a foreign process's arguments may hold its secrets.
            return `process ${pid} (${argv[0] ?? "unknown"})`;
        }
    }
    return undefined;
}
