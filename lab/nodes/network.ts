/**
 * The network of a site with machines: a namespace of its own, in which a bridge joins them. Two relays are the only ways between it and the
 * host: from within to the API server on the host's loopback, and from there to the kubelets.
 */
import { request } from "node:http";
import * as path from "node:path";
import { repoRoot } from "../../command-line/paths";
import { API_SERVER_PORT } from "../../infra/networking/addresses";
import { linkFilter } from "../../infra/networking/packet-filter";
import type { MachineInventory, NetworkInventory } from "../inventory";
import type { Supervised } from "../part";
import type { SitePaths } from "../paths";
import type { Ready } from "../processes/supervisor";
import { prefixOf } from "./addresses";

export const NETWORK = "network";
export const GATEWAY = "gateway";

/** Interfaces of links begin with this. */
const LINK = "to-";
/** The interface of the link to another site, whose name has 15 characters at most. */
export function linkInterface(peer: string): string {
    return `${LINK}${peer}`.slice(0, 15);
}

const SCRIPTS = path.join(repoRoot, "lab", "nodes");
const RELAY = path.join(SCRIPTS, "relay.ts");
/** Node.js removes the types of a file by itself, where its syntax allows that: https://nodejs.org/api/typescript.html */
export const NODE: readonly string[] = [process.execPath, "--no-warnings"];
/** The PATH in machines and their network, which takes nothing from the user's environment. */
export const SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const ENVIRONMENT = { PATH: SYSTEM_PATH };

/** The namespace, its bridge, and the relay's end in it. */
export function networkPart(
    paths: SitePaths,
    network: NetworkInventory,
    machines: readonly MachineInventory[],
    userland: string,
): Supervised {
    return {
        name: NETWORK,
        program: "/usr/bin/unshare",
        args: [
            "--net",
            path.join(SCRIPTS, "network.sh"),
            paths.record(NETWORK),
            userland,
            `${network.gateway}/${prefixOf(network.nodes)}`,
            ...NODE,
            RELAY,
            paths.record(NETWORK),
            `listen=${network.gateway}:${API_SERVER_PORT},to=${paths.apiSocket}`,
            `connect=${paths.egressSocket}`,
        ],
        env: {
            ...ENVIRONMENT,
            FILTER: linkFilter(`${LINK}*`, network),
            ROUTES: machines.map(({ pods, address }) => `${pods} ${address}`).join("\n"),
            ...(network.ally && { ALLY: network.ally.address, SERVICES: network.ally.services }),
        },
        reads: [RELAY, path.join(SCRIPTS, "network.sh")],
    };
}

/** The relay's end on the host. @param apiPort port of the API server on the host */
export function gatewayPart(paths: SitePaths, apiPort: number): Supervised {
    const [program = "", ...args] = NODE;
    return {
        name: GATEWAY,
        program,
        args: [...args, RELAY, paths.record(GATEWAY), `listen=${paths.apiSocket},to=127.0.0.1:${apiPort}`],
        env: ENVIRONMENT,
        reads: [RELAY],
    };
}

const ANSWER_MS = 2_000;

/** Whether the gateway's `port` accepts connections. */
export function gatewayAnswers(paths: SitePaths, { gateway }: NetworkInventory, port: number): Ready {
    return answersAt(paths, `${gateway}:${port}`);
}

/** Whether `place`, an address with a port, accepts connections. The relay asks, because the host has no other way there. */
export function answersAt({ egressSocket }: SitePaths, place: string): Ready {
    const target = { socketPath: egressSocket, method: "CONNECT", path: place };
    return () =>
        new Promise((resolve) => {
            request({ ...target, signal: AbortSignal.timeout(ANSWER_MS) })
                .once("connect", ({ statusCode }, socket) => {
                    socket.destroy();
                    resolve(statusCode === 200);
                })
                .once("error", () => resolve(false))
                .once("close", () => resolve(false))
                .end();
        });
}
