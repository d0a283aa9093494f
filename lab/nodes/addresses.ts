/** Addresses in a site's own network: its gateway, its machines, and the pods of each machine. Pure. */
import * as ipaddr from "ipaddr.js";
import { LabError } from "../errors";

/** Pods per machine have a /24, as in most clusters: 254 addresses for 110 pods. */
const POD_PREFIX = 24;
/** Below it is room for what a site serves itself. */
const FIRST_MACHINE = 11;

export interface MachineAddress {
    /** IPv4, in the site's range of nodes. */
    readonly address: string;
    /** Range of this machine's pods. */
    readonly pods: string;
}

/** The first address of the range of nodes: where the API server is reached from within the site. */
export function gatewayAddress(nodes: string): string {
    return nth(nodes, 1);
}

/**
 * @param index of the machine in its site, from 0
 * @throws LabError where a range is too small
 */
export function machineAddress(nodes: string, pods: string, index: number): MachineAddress {
    const [network, prefix] = ipaddr.IPv4.parseCIDR(pods);
    if (prefix > POD_PREFIX || index >= 2 ** (POD_PREFIX - prefix)) {
        throw new LabError(`The range of pods ${pods} has no /${POD_PREFIX} for machine ${index + 1}: make it larger.`);
    }
    const range = toText(toNumber(network.toByteArray()) + index * 2 ** (32 - POD_PREFIX));
    return { address: nth(nodes, FIRST_MACHINE + index), pods: `${range}/${POD_PREFIX}` };
}

/** The length of a range's prefix: 24 of `10.0.0.0/24`. */
export function prefixOf(range: string): number {
    return ipaddr.IPv4.parseCIDR(range)[1];
}

/** The address at `offset` in `range`. */
export function nth(range: string, offset: number): string {
    const [network, prefix] = ipaddr.IPv4.parseCIDR(range);
    // The last one is for broadcasts.
    if (offset >= 2 ** (32 - prefix) - 1) {
        throw new LabError(`The range ${range} has no address number ${offset}: make it larger.`);
    }
    return toText(toNumber(network.toByteArray()) + offset);
}

function toNumber(octets: readonly number[]): number {
    return octets.reduce((sum, octet) => sum * 256 + octet, 0);
}

function toText(value: number): string {
    return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}
