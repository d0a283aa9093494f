/** A registry's database: its members, where its data comes from, and where its versions are stored. Pure. */
import type { KeysSection } from "../keys/config";
import type { NetworkingSection } from "../networking/config";
import type { RecoverySection } from "./backups/config";
import { type RegistriesSection, registryOf } from "./config";
import type { ReplicationSection } from "./replication/config";
import type { RoleSection } from "../restore/config";
import { MOST_MEMBERS, type SiteSection, type SitesSection } from "../conventions/site";
import type { Instant } from "../conventions/instant";
import { CLUSTER_DOMAIN, objectStoreName, registryAddress, registryName } from "../networking/addresses";
import { InputError } from "../conventions/errors";
import { FIRST_GENERATION } from "../keys/registry-keys";
import { TLS } from "../conventions/mounted";
import { LABEL } from "../conventions/names";
import { POSTGRES_HOME, POSTGRES_MAJOR, POSTGRES_SOCKET } from "../conventions/postgres";
import { type LeasePlan, planLease } from "./replication/plan";

/** Name of the workload and its Service in each registry's namespace. */
export const DATABASE = "database";
/** Secret with the certificate of a registry's owner. */
export const OWNER_SECRET = "database-owner-tls";
/** The Secret with a registry's keys to its stores, and the ciphers of its backups. */
export const REPOSITORIES_SECRET = "database-repositories";
/** The Secret with the certificate of the Jobs that make and verify backups. */
export const BACKUP_SECRET = "backup-tls";
/** The Secret with the certificate of the lease agents beside a registry's members. */
export const LEASE_SECRET = "lease-tls";
export const PORTS = { postgres: 5432, patroni: 8008, repository: 8432, lease: 8434 } as const;

export const PATHS = {
    home: POSTGRES_HOME,
    data: `${POSTGRES_HOME}/${POSTGRES_MAJOR}/data`,
    spool: `${POSTGRES_HOME}/spool`,
    socket: POSTGRES_SOCKET,
    /** Mounted ConfigMap and Secrets. */
    patroni: "/etc/embassy/patroni",
    tls: "/etc/embassy/tls",
    repositories: "/etc/embassy/repositories",
} as const;

/** The member's key and certificate, and the root that it trusts, as files in its containers. */
export const TLS_FILES = {
    key: `${PATHS.tls}/${TLS.key}`,
    certificate: `${PATHS.tls}/${TLS.certificate}`,
    authority: `${PATHS.tls}/${TLS.authority}`,
} as const;

/** Where a site's copy of a registry comes from: it begins empty, is streamed from the site that is primary, or is restored from backups. */
export type Origin =
    | { readonly kind: "empty" }
    | { readonly kind: "primary"; readonly host: string }
    /** `at`: the last instant in it; without it, everything that is stored. `generation`: the generation of the keys that open it. */
    | {
          readonly kind: "stored";
          readonly store: string;
          readonly at: Instant | undefined;
          readonly generation: number;
      };

/** Generations of a registry's keys. Backups are stored with the first, which is the newest; WAL also with the one before it, where that is named. */
export type Generations = readonly [newest: number, ...before: number[]];

export interface DatabasePlan {
    readonly registry: string;
    readonly namespace: string;
    /** Name of the database in Postgres, and of its owner. */
    readonly database: string;
    /** Patroni's name for the cluster. */
    readonly scope: string;
    /** Labels of every object that Patroni looks for. */
    readonly labels: Readonly<Record<string, string>>;
    readonly members: number;
    /** Ordinal of the first member's pod. */
    readonly firstMember: number;
    readonly memory: string;
    /** Size of each member's disk. */
    readonly storage: string;
    /** Size of a WAL segment in a database that is newly made. */
    readonly walSegment: string;
    readonly origin: Origin;
    /** Whether the primary waits for the other site. */
    readonly acrossSites: ReplicationSection["replication"]["acrossSites"];
    readonly recovery: RecoverySection["recovery"];
    readonly generations: Generations;
    /** Host names of the object stores that hold its versions: this site's, and the other site's of the pair. */
    readonly stores: { readonly own: string; readonly partner: string | undefined };
    /** Fixed address of the leader, and the name by which other sites know it. */
    readonly leader: { readonly address: string; readonly host: string };
    readonly lease: LeasePlan;
    /** Names that the members' certificate must hold. */
    readonly dnsNames: readonly string[];
}

/** Label that Patroni puts on its members' pods. It moves at a failover, so that nothing else may depend on it. */
export const ROLE_LABEL = { key: "role", leader: "primary" } as const;

/** The sections of a stack's configuration that a database follows from. */
export type DatabaseConfig = SiteSection &
    SitesSection &
    NetworkingSection &
    KeysSection &
    ReplicationSection &
    RecoverySection &
    RoleSection &
    RegistriesSection;

export function planDatabase(registry: string, namespace: string, config: DatabaseConfig): DatabasePlan {
    const { site, replication, recovery } = config;
    const declared = registryOf(config, registry);
    const { members, memory, storage, walSegment, running } = declared;
    const host = registryName(registry, site.name);
    const address = registryAddress(config.networking.services, declared.number);
    const firstMember = firstMemberOf(config);
    const lease = planLease(registry, declared, config);
    return {
        registry,
        namespace,
        database: databaseName(registry),
        scope: registry,
        labels: databaseLabels(registry),
        members: running ? members : 0,
        firstMember,
        memory,
        storage,
        walSegment,
        origin: originOf(registry, config),
        acrossSites: replication.acrossSites,
        recovery,
        generations: generationsOf(registry, config),
        stores: {
            own: objectStoreName(site.name),
            partner: "restore" in config ? undefined : objectStoreName(config.site.partner),
        },
        leader: { address, host },
        lease,
        dnsNames: [
            ...dnsNames(namespace, memberHosts(namespace, firstMember, members)),
            host,
            // A lease agent of a former release, which is not replaced yet, answers the other site with this certificate.
            ...(lease.former ? [lease.host] : []),
        ],
    };
}

/**
 * Ordinal of a site's first member of each registry. Members are numbered on from site to site, so that no two have the same name: a
 * primary names those that it waits for, and must not take the other site's for its own.
 */
function firstMemberOf({ site, sites }: SiteSection & SitesSection): number {
    const own = sites[site.name];
    if (own === undefined) {
        throw new InputError(`There is no site ${site.name}; data-embassy:sites has ${Object.keys(sites).join(", ")}.`);
    }
    return own.number * MOST_MEMBERS;
}

function generationsOf(registry: string, { keys }: KeysSection): Generations {
    const [newest = FIRST_GENERATION, ...before] = named(registry, keys.generations)?.toReversed() ?? [];
    return [newest, ...before];
}

function named<T>(registry: string, values: Readonly<Partial<Record<string, T>>>): T | undefined {
    return values[registry];
}

function originOf(registry: string, config: RoleSection & KeysSection): Origin {
    if ("restore" in config) {
        const { from, at, generations = {} } = config.restore;
        const generation = named(registry, generations) ?? generationsOf(registry, config)[0];
        return { kind: "stored", store: objectStoreName(from), at, generation };
    }
    const { role, partner } = config.site;
    return role === "primary" ? { kind: "empty" } : { kind: "primary", host: registryName(registry, partner) };
}

/** Names that Kubernetes gives to a headless Service and the members behind it. */
function dnsNames(namespace: string, members: readonly string[]): string[] {
    const service = databaseHost(namespace);
    return [DATABASE, `${DATABASE}.${namespace}`, service, `${service}.${CLUSTER_DOMAIN}`, ...members];
}

/** Name of a registry's members in their site, whichever of them answers. */
export function databaseHost(namespace: string): string {
    return `${DATABASE}.${namespace}.svc`;
}

/** The members' names among each other, which are those of their pods. */
export function memberNames({ firstMember, members }: Pick<DatabasePlan, "firstMember" | "members">): string[] {
    return Array.from({ length: members }, (_, index) => `${DATABASE}-${firstMember + index}`);
}

/** Host names of the members in their site. */
export function memberHosts(namespace: string, firstMember: number, members: number): string[] {
    return memberNames({ firstMember, members }).map((name) => `${name}.${databaseHost(namespace)}`);
}

/** What selects a registry's members, and nothing else. */
export function databaseLabels(registry: string): Record<string, string> {
    return { "app.kubernetes.io/name": DATABASE, [LABEL.registry]: registry };
}

/** The name of a registry in Postgres: that of its database, of the schema in it, and of its owner's role. */
export function databaseName(registry: string): string {
    return registry.replaceAll("-", "_");
}

/**
 * Common name in the certificate of a registry's members, of their lease agents, of the Jobs that back it up, and of its owner. One registry's
 * opens no other.
 */
export function memberName(registry: string): string {
    return `member.${registry}`;
}

export function leaseName(registry: string): string {
    return `lease.${registry}`;
}

/** Common names in certificates of lease agents of the other site. */
export function partnerNames({ registry, lease }: Pick<DatabasePlan, "registry" | "lease">): string[] {
    return [leaseName(registry), ...(lease.former ? [memberName(registry)] : [])];
}

export function backupName(registry: string): string {
    return `backup.${registry}`;
}

export function ownerName(registry: string): string {
    return `owner.${registry}`;
}
