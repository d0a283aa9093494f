/**
 * Connections into a site: to the edge from an ally's address, and to a pod from its machine. Only root of that machine can connect to a pod in
 * this way, because the API server lets nobody into pods, and policies let a machine reach its own pods.
 */
import { spawn } from "node:child_process";
import type { Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { type Site, openSite } from "../options";
import { initOf } from "./machine";
import { NETWORK, RELAY_COMMAND, SYSTEM_PATH } from "./network";

/** Marks the process as one of the lab's. */
const RECORD = "entrance";
/** The number of the file that is the process's end of the socket. */
const SOCKET = 3;

export interface PodPlace {
    readonly node: string;
    /** IPv4 of the pod. */
    readonly address: string;
    readonly port: number;
}

/**
 * @param within milliseconds
 * @returns a socket that is connected
 * @throws Error with the code ECONNREFUSED where the machine is down, or the pod takes no connection
 */
export async function podEntrance(siteName: string, place: PodPlace, within: number): Promise<Socket> {
    const { node, address, port } = place;
    const site = openSite(siteName, {});
    const init = await initOf(site, node);
    if (init === undefined) {
        throw refused(`the machine ${node} is down`);
    }
    return entrance(site, init, `${address}:${port}`, within);
}

/**
 * @param place address and port of a Service that the edge has
 * @param within milliseconds
 * @returns a socket that is connected
 * @throws Error with the code ECONNREFUSED where the site is down, or lets nobody in there
 */
export async function allyEntrance(siteName: string, place: string, within: number): Promise<Socket> {
    const site = openSite(siteName, {});
    const network = await site.supervisor.live(NETWORK);
    if (network === undefined) {
        throw refused(`the network of ${siteName} is down`);
    }
    return entrance(site, network.pid, place, within);
}

/** @param holder process in whose network the connection begins */
async function entrance({ paths }: Site, holder: number, place: string, within: number): Promise<Socket> {
    const relay = [...RELAY_COMMAND, paths.record(RECORD), `carry=${SOCKET},to=${place}`];
    const child = spawn("nsenter", [`--net=/proc/${holder}/ns/net`, ...relay], {
        stdio: ["ignore", "pipe", "pipe", "pipe"],
        env: { PATH: SYSTEM_PATH },
    });
    const patience = setTimeout(() => child.kill(), within);
    await new Promise<void>((resolve, reject) => {
        child.once("error", reject);
        child.stdout?.once("data", () => resolve());
        // The stream ends with the process.
        void buffer(child.stderr as NodeJS.ReadableStream).then((said) =>
            reject(refused(said.toString().trim() || `${place} does not answer`)),
        );
    });
    clearTimeout(patience);
    return child.stdio[SOCKET] as Socket;
}

function refused(message: string): Error {
    return Object.assign(new Error(message), { code: "ECONNREFUSED" });
}
