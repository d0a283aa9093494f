/** Addresses in a site's own network: its gateway, its machines, and the pods of each machine. Pure. */
import * as ipaddr from "ipaddr.js";
import { nth, toNumber, toText } from "../../infra/networking/addresses";
import { LabError } from "../errors";

/** The pods of a machine have a /24, as in most clusters: 254 addresses for 110 pods. */
const POD_PREFIX = 24;
/** The addresses below are for what a site serves itself. */
const FIRST_MACHINE = 11;

export interface MachineAddress {
    /** IPv4 address in the site's range of nodes. */
    readonly address: string;
    /** Range of this machine's pods. */
    readonly pods: string;
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
