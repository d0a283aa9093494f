/**
 * Connections into a site: to the edge from an ally's address, and to a pod from its machine. Only root of that machine can connect to a pod in
 * this way, because the API server lets nobody into pods, and policies let a machine reach its own pods.
 *
 * A process in the network in question opens them (opener.ts). It serves this one for as long as that keeps asking: starting one for each
 * connection was most of what it costs to ask seven registries and an edge something.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { readlink } from "node:fs/promises";
import type { Socket } from "node:net";
import * as path from "node:path";
import { repoRoot } from "../../command-line/paths";
import { type Site, openSite } from "../options";
import { initOf } from "./machine";
import { NETWORK, NODE, SYSTEM_PATH } from "./network";

/** Marks the process as one of the lab's. */
const RECORD = "entrance";
const OPENER = path.join(repoRoot, "lab", "nodes", "opener.ts");
/** An opener that nobody asks anything ends: it would keep the network of a machine that is gone. */
const IDLE_MS = 5_000;

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
    return entrance(site, init, { host: address, port }, within);
}

/**
 * @param place address and port of a Service that the edge has
 * @param within milliseconds
 * @returns a socket that is connected
 * @throws Error with the code ECONNREFUSED where the site is down, or lets nobody in there
 */
export async function allyEntrance(siteName: string, place: Place, within: number): Promise<Socket> {
    const site = openSite(siteName, {});
    const network = await site.supervisor.live(NETWORK);
    if (network === undefined) {
        throw refused(`the network of ${siteName} is down`);
    }
    return entrance(site, network.pid, place, within);
}

export interface Place {
    /** IPv4. */
    readonly host: string;
    readonly port: number;
}

type Open = (place: Place, within: number) => Promise<Socket>;

/** The kernel's name of a network namespace → what opens connections in it. No other namespace gets the name while a process is in it. */
const openers = new Map<string, Open>();

/** @param holder process in whose network the connection begins */
async function entrance({ paths }: Site, holder: number, place: Place, within: number): Promise<Socket> {
    const namespace = `/proc/${holder}/ns/net`;
    const name = await readlink(namespace).catch(() => {
        throw refused(`${place.host} has no network any more`);
    });
    const known = openers.get(name);
    if (known !== undefined) {
        return known(place, within);
    }
    const command = ["nsenter", `--net=${namespace}`, ...NODE, OPENER, paths.record(RECORD)];
    const open = startOpener(command, () => openers.delete(name));
    openers.set(name, open);
    return open(place, within);
}

interface Answer {
    readonly id: number;
    readonly error?: string;
}

/**
 * @param command that runs opener.ts
 * @param onEnd called once, when it takes no more questions
 */
export function startOpener([program = "", ...args]: readonly string[], onEnd: () => void): Open {
    const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe", "ipc"], env: { PATH: SYSTEM_PATH } });
    const waiting = new Map<number, (socket: Socket | undefined, why?: string) => void>();
    let asked = 0;
    let said = "";
    let open = true;
    let idle: NodeJS.Timeout | undefined;
    const end = (why: string): void => {
        if (open) {
            open = false;
            onEnd();
        }
        waiting.forEach((settle) => settle(undefined, why));
    };
    child.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
    child.on("message", ({ id, error }: Answer, socket?: Socket) => {
        const settle = waiting.get(id);
        if (settle === undefined) {
            // Whoever asked has lost patience.
            socket?.destroy();
        } else {
            settle(socket, error);
        }
    });
    child.once("error", ({ message }) => end(message)).once("close", () => end(said.trim() || `${program} ended`));
    letGo(child);

    return (place, within) => {
        clearTimeout(idle);
        const id = ++asked;
        return new Promise((resolve, reject) => {
            const patience = setTimeout(() => settle(undefined), within);
            const settle = (socket: Socket | undefined, why = `${place.host} does not answer`): void => {
                clearTimeout(patience);
                waiting.delete(id);
                if (open && waiting.size === 0) {
                    idle = setTimeout(() => {
                        end("");
                        child.kill();
                    }, IDLE_MS).unref();
                }
                if (socket === undefined) {
                    reject(refused(why));
                } else {
                    resolve(socket);
                }
            };
            waiting.set(id, settle);
            // Where it cannot be sent, the child has ended, and says why at its close.
            child.send({ id, ...place, within }, () => undefined);
        });
    };
}

/** This process may end while the child still runs, which then ends too; it waits only for what it has asked. */
function letGo(child: ChildProcess): void {
    child.unref();
    child.channel?.unref();
    (child.stderr as Socket | null)?.unref();
}

function refused(message: string): Error {
    return Object.assign(new Error(message), { code: "ECONNREFUSED" });
}
