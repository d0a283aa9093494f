/** How a registry's versions are stored and fetched: pgBackRest's configuration. Pure. */
import { type DatabasePlan, PATHS, PORTS, TLS_FILES, backupName, memberHosts } from "../plan-database";
import { OBJECT_STORE_REGION } from "../../storage/plan-object-store";
import { FETCHED_AHEAD_BYTES } from "../disk";
import { type RegistryKeys, type StoreUser, registryKeys } from "../../keys/registry-keys";

/**
 * There is a file for each use, because pgBackRest, asked for one of several repositories, still reads the settings of all.
 * `own`: the store of this site. `partner`: the other site's. `source`: what is restored from.
 */
export type Use = "own" | "partner" | "source";

/**
 * Seconds for which a backup waits until a segment of its WAL is in its store. While the other store is away, a push into it takes three
 * times {@link PUSH_SECONDS}.
 */
const ARCHIVE_SECONDS = 120;
/** Seconds for which pgBackRest waits for Postgres' answer to a query. A backup's first query is a checkpoint, of a quarter of the memory at most. */
const DATABASE_SECONDS = ARCHIVE_SECONDS;
/**
 * Seconds of silence after which either end of a backup ends it, and a member releases its lock. pgBackRest itself requires this to be more
 * than either waits for anything. {@link KEEP_ALIVE} is sooner, except where the other end vanished before it took an answer: the kernel
 * then sends that again for a quarter of an hour, and does not probe.
 */
export const PROTOCOL_SECONDS = DATABASE_SECONDS + 30;
/**
 * A peer that vanished with its machine does not close its connection, and its backup would be held for it. The kernel probes an idle peer
 * after this many seconds, and takes it for gone after this many unanswered probes.
 */
const KEEP_ALIVE = { idle: 10, interval: 5, count: 4 } as const;
/** Seconds for which Postgres waits until a segment is stored. It asks again, and the push goes on meanwhile. */
const PUSH_SECONDS = 20;

/** @param use or a shell's word for it */
export function configurationFile(use: Use | "$1"): string {
    return `${PATHS.repositories}/${use}.conf`;
}

/** A command line for Postgres, Patroni or a Job. @param words come after the command, quoted where need be */
export function commandLine(registry: string, use: Use | "$1", command: string, ...words: readonly string[]): string {
    return ["pgbackrest", `--config=${configurationFile(use)}`, `--stanza=${registry}`, command, ...words].join(" ");
}

/** The uses that a site has, by its place in the pair: without a partner nothing is stored elsewhere. */
export function usesOf({ stores, origin }: DatabasePlan): Use[] {
    return [
        "own",
        ...(stores.partner === undefined ? [] : (["partner"] as const)),
        ...(origin.kind === "stored" ? (["source"] as const) : []),
    ];
}

/**
 * The content of {@link configurationFile}. It holds the keys: https://pgbackrest.org/configuration.html
 *
 * @param secret of the registry
 */
export function configuration(plan: DatabasePlan, secret: string, use: Use): string {
    const repositories = repositoriesOf(plan, secret, use).flatMap((options, index) =>
        Object.entries(options).map(([key, value]): [string, string] => [`repo${index + 1}-${key}`, value]),
    );
    return ini({
        global: {
            ...Object.fromEntries(repositories),
            "compress-type": "zst",
            "process-max": "2",
            // A backup begins with a checkpoint of its own and does not wait for the next.
            "start-fast": "y",
            "archive-async": "y",
            // Each store has a spool of its own, so that a push to one never waits for the other.
            "spool-path": `${PATHS.spool}/${use}`,
            "lock-path": `/tmp/pgbackrest/${use}`,
            "log-level-console": "info",
            "log-level-file": "off",
            // Seconds without an answer. pgBackRest connects, opens TLS and asks three times each (since 2.46), so that a store counts as
            // unreachable after nine times as many.
            "io-timeout": "10",
            "archive-timeout": String(ARCHIVE_SECONDS),
            "db-timeout": String(DATABASE_SECONDS),
            "protocol-timeout": String(PROTOCOL_SECONDS),
            "sck-keep-alive": "y",
            "tcp-keep-alive-idle": String(KEEP_ALIVE.idle),
            "tcp-keep-alive-interval": String(KEEP_ALIVE.interval),
            "tcp-keep-alive-count": String(KEEP_ALIVE.count),
            // Members let in the Job that makes backups, and nobody else.
            "tls-server-address": "*",
            "tls-server-port": String(PORTS.repository),
            "tls-server-auth": `${backupName(plan.registry)}=${plan.registry}`,
            "tls-server-ca-file": TLS_FILES.authority,
            "tls-server-cert-file": TLS_FILES.certificate,
            "tls-server-key-file": TLS_FILES.key,
        },
        // A Job tries again by itself, and holds the members' lock meanwhile: each file would be tried three times, for five minutes.
        "global:backup": { "job-retry": "0" },
        // Postgres asks again by itself. Otherwise each segment would first be tried three times, 15 s apart, in a store that cannot be reached.
        "global:archive-push": { "job-retry": "0", "archive-timeout": String(PUSH_SECONDS) },
        "global:archive-get": {
            "archive-get-queue-max": String(FETCHED_AHEAD_BYTES),
            // A standby asks again by itself as well, and has to check in between whether it can follow again. A restore is different: it
            // ends with the first segment that it does not get.
            ...(use !== "source" && { "job-retry": "0", "archive-timeout": String(PUSH_SECONDS) }),
        },
        [plan.registry]: {
            "pg1-path": PATHS.data,
            "pg1-socket-path": PATHS.socket,
        },
    });
}

/** Options that a Job adds, because it sees the members from outside. They are on the command line, because the Job has the same file. */
export function remoteMembers({ namespace, firstMember, members }: DatabasePlan): string[] {
    return memberHosts(namespace, firstMember, members).flatMap((host, index) => {
        const options = {
            host,
            "host-type": "tls",
            "host-port": String(PORTS.repository),
            "host-ca-file": TLS_FILES.authority,
            "host-cert-file": TLS_FILES.certificate,
            "host-key-file": TLS_FILES.key,
            path: PATHS.data,
            "socket-path": PATHS.socket,
        };
        return Object.entries(options).map(([key, value]) => `--pg${index + 1}-${key}=${value}`);
    });
}

/** A backup goes into the first repository, WAL into all. A store has a repository for each generation of keys. */
function repositoriesOf(plan: DatabasePlan, secret: string, use: Use): Repository[] {
    const { registry, stores, origin, generations } = plan;
    const keysOf = (generation: number): RegistryKeys => registryKeys(registry, secret, generation);
    if (use === "source") {
        // The store knows the users of the newest generation, whichever generation opens what is read.
        return origin.kind === "stored"
            ? [repository(plan, origin.store, keysOf(origin.generation), keysOf(generations[0]).read)]
            : [];
    }
    const host = stores[use];
    return host === undefined ? [] : generations.map(keysOf).map((keys) => repository(plan, host, keys, keys.backup));
}

type Repository = Readonly<Record<string, string>>;

function repository(
    { namespace, recovery }: DatabasePlan,
    host: string,
    { cipher, folder }: RegistryKeys,
    { id, secret }: StoreUser,
): Repository {
    return {
        type: "s3",
        path: folder,
        "s3-endpoint": host,
        "s3-bucket": namespace,
        "s3-region": OBJECT_STORE_REGION,
        "s3-uri-style": "path",
        "s3-key": id,
        "s3-key-secret": secret,
        "storage-ca-file": TLS_FILES.authority,
        // Everything is encrypted before it leaves the pod.
        "cipher-type": "aes-256-cbc",
        "cipher-pass": cipher,
        // Small files are bundled: a database has thousands, and each would need a request and a retention of its own.
        bundle: "y",
        // Of a large file that has changed, a differential backup stores the parts that have, and not the whole again.
        block: "y",
        "retention-full-type": "time",
        "retention-full": String(recovery.retentionDays),
    };
}

function ini(sections: Readonly<Record<string, Readonly<Record<string, string>>>>): string {
    return Object.entries(sections)
        .map(([name, options]) =>
            [`[${name}]`, ...Object.entries(options).map(([key, value]) => `${key}=${value}`), ""].join("\n"),
        )
        .join("\n");
}
