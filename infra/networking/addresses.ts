/** Addresses and names at which a site serves, known before anything is built, so that sites can name each other. Pure. */
import * as ipaddr from "ipaddr.js";
import type { NetworkingSection } from "./config";
import { WATCHING } from "../conventions/monitoring";
import type { SiteSection } from "../conventions/site";

/** The embassy's own domain; what is below it resolves inside the sites and nowhere else (RFC 6762 appendix G warns of `.local`). */
export const DOMAIN = "embassy.internal";

/** Domain of Services: Kubernetes' default, which a cluster has unless it is configured otherwise. */
export const CLUSTER_DOMAIN = "cluster.local";

/** Port of the API server at the site's gateway: Kubernetes' default, https://kubernetes.io/docs/reference/networking/ports-and-protocols/ */
export const API_SERVER_PORT = 6443;

/**
 * Offsets into a site's range of Services. The API server hands out the lower end of the range last, and leaves it for addresses that are
 * requested by number: https://kubernetes.io/docs/concepts/services-networking/cluster-ip-allocation/
 */
const OFFSET = {
    dns: 10,
    objectStore: 11,
    edge: 12,
    gazette: 13,
    heartbeats: 14,
    statusPage: 16,
    registries: 32,
    leaseAgents: 64,
} as const;

/** Registries for which there is room between the offsets; they are numbered from 0. */
export const MOST_REGISTRIES = OFFSET.leaseAgents - OFFSET.registries;

/** Registry → its number. */
type Numbered = Readonly<Record<string, { readonly number: number }>>;

/** What a site serves to its peers, each at an address of its own. */
interface Served {
    readonly objectStore: string;
    /** Those who watch the site, each at an address of its own: whoever asks must know whether none of them answers. */
    readonly heartbeats: readonly string[];
    /** Registry → the address of its leader, and that at which its members grant leases. */
    readonly registries: Readonly<Record<string, { readonly leader: string; readonly leaseAgent: string }>>;
}

/** Another site, as seen from here. */
export interface Peer extends Served {
    /** CIDR of everything at that site, to which a route leads. */
    readonly block: string;
    /** CIDR of its pods, which connect with their own addresses. */
    readonly pods: string;
}

/** The site that a site works with: its partner, or the one that it is restored from. */
export interface OtherSite extends Peer {
    /** Whether the two are a pair, and connect to each other. Otherwise only the other one's store is read. */
    readonly isPartner: boolean;
}

export interface NetworkPlan {
    /** Address of the site's own DNS server. */
    readonly dns: string;
    /** Address of the site's own object store. */
    readonly objectStore: string;
    /** Address of the edge, where the site has one: allies reach it, and no site does. */
    readonly edge: string;
    /** Address of the public's page there; the public reaches it, and no site does. */
    readonly gazette: string;
    /** Addresses of those who watch the site, where it is watched. */
    readonly heartbeats: readonly string[];
    /** Address of the status page; persons on duty reach it, and no site does. */
    readonly statusPage: string;
    /** Host name → address: everything that this site and its peers serve to each other. */
    readonly hosts: Readonly<Record<string, string>>;
    /**
     * Addresses of the Services that other sites reach; they reach nothing else of this site. Those of who watches it are among them in any
     * case, because a machine's filter stays as it is when a site begins to be watched.
     */
    readonly served: readonly string[];
    /** CIDR of the control plane and the machines. */
    readonly nodes: string;
    /** Address at which clients in the site reach the API server. */
    readonly gateway: string;
    /** The sites to which there is a link, by name. */
    readonly peers: Readonly<Record<string, Peer>>;
}

/** `objects.luxembourg.embassy.internal` */
export function objectStoreName(site: string): string {
    return `objects.${site}.${DOMAIN}`;
}

/** `heartbeat-0.luxembourg.embassy.internal`: one of those who watch the site. */
export function heartbeatName(site: string, index: number): string {
    return `heartbeat-${index}.${site}.${DOMAIN}`;
}

/** The names of all who watch a site. */
export function heartbeatNames(site: string): string[] {
    return Array.from({ length: WATCHING }, (_, index) => heartbeatName(site, index));
}

/** `edge.luxembourg.embassy.internal` */
export function edgeName(site: string): string {
    return `edge.${site}.${DOMAIN}`;
}

/** `gazette.luxembourg.embassy.internal` */
export function gazetteName(site: string): string {
    return `gazette.${site}.${DOMAIN}`;
}

/** `status.luxembourg.embassy.internal` */
export function statusPageName(site: string): string {
    return `status.${site}.${DOMAIN}`;
}

/** `population.luxembourg.embassy.internal` */
export function registryName(registry: string, site: string): string {
    return `${registry}.${site}.${DOMAIN}`;
}

/**
 * The name by which the other site asks for a lease: `writer.population.luxembourg.embassy.internal`. It stays, because the certificates of
 * both sites have it.
 */
export function leaseAgentName(registry: string, site: string): string {
    return `writer.${registryName(registry, site)}`;
}

/** `a1-1.bmc.luxembourg.embassy.internal`: a host's management controller. The facility's management network resolves it. */
export function managementName(host: string, site: string): string {
    return `${host}.bmc.${site}.${DOMAIN}`;
}

export function planNetwork({
    site,
    networking,
    registries,
    monitoring,
}: SiteSection & NetworkingSection & { readonly registries: Numbered; readonly monitoring?: unknown }): NetworkPlan {
    const { nodes, services } = networking;
    const peers = mapValues(networking.peers, ({ block, pods, services: theirs }) => ({
        block,
        pods,
        ...servedIn(theirs, registries),
    }));
    const own = servedIn(services, registries);
    // A site that is not watched has no names for it.
    const named = (name: string, served: Served): [host: string, address: string][] =>
        hostsOf(name, monitoring === undefined ? { ...served, heartbeats: [] } : served);
    return {
        dns: nth(services, OFFSET.dns),
        objectStore: own.objectStore,
        edge: nth(services, OFFSET.edge),
        gazette: nth(services, OFFSET.gazette),
        heartbeats: own.heartbeats,
        statusPage: nth(services, OFFSET.statusPage),
        hosts: Object.fromEntries([
            ...named(site.name, own),
            ...Object.entries(peers).flatMap(([name, served]) => named(name, served)),
        ]),
        served: hostsOf(site.name, own).map(([, address]) => address),
        nodes,
        gateway: firstAddress(nodes),
        peers,
    };
}

function hostsOf(site: string, { objectStore, heartbeats, registries }: Served): [host: string, address: string][] {
    return [
        [objectStoreName(site), objectStore],
        ...heartbeats.map((address, index): [string, string] => [heartbeatName(site, index), address]),
        ...Object.entries(registries).flatMap(([registry, { leader, leaseAgent }]): [string, string][] => [
            [registryName(registry, site), leader],
            [leaseAgentName(registry, site), leaseAgent],
        ]),
    ];
}

function servedIn(services: string, registries: Numbered): Served {
    return {
        objectStore: nth(services, OFFSET.objectStore),
        heartbeats: Array.from({ length: WATCHING }, (_, index) => nth(services, OFFSET.heartbeats + index)),
        registries: mapValues(registries, ({ number }) => ({
            leader: registryAddress(services, number),
            leaseAgent: leaseAgentAddress(services, number),
        })),
    };
}

/**
 * The addresses from which API servers connect: the gateway's, and those of the control plane's machines, which follow it. The facility
 * gives them to those hosts (docs/decisions/machines.md); in the lab the gateway stands for all.
 *
 * @param count machines of the control plane
 */
export function apiServerAddresses(nodes: string, count: number): string[] {
    return Array.from({ length: count + 1 }, (_, index) => nth(nodes, 1 + index));
}

/** Fixed address of a registry's primary, or of its standby's leader. */
export function registryAddress(services: string, number: number): string {
    return nth(services, OFFSET.registries + number);
}

/** Fixed address at which a registry's members grant the other site a lease. */
export function leaseAgentAddress(services: string, number: number): string {
    return nth(services, OFFSET.leaseAgents + number);
}

/** A range's first address. In the range of the nodes it is the gateway's, and in that of the Services always that of `kubernetes`. */
export function firstAddress(range: string): string {
    return nth(range, 1);
}

/**
 * The address at `offset` in `range`.
 * @throws Error where the range is too small
 */
export function nth(range: string, offset: number): string {
    const [network, prefix] = ipaddr.IPv4.parseCIDR(range);
    // The last one is for broadcasts.
    if (offset >= 2 ** (32 - prefix) - 1) {
        throw new Error(`The range ${range} has no address number ${offset}: make it larger.`);
    }
    return toText(toNumber(network.toByteArray()) + offset);
}

export function toNumber(octets: readonly number[]): number {
    return octets.reduce((sum, octet) => sum * 256 + octet, 0);
}

export function toText(value: number): string {
    return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, to: (value: T) => U): Record<string, U> {
    return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, to(value)]));
}
