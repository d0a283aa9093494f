/**
 * How a registry's members form one database: Patroni's configuration. Pure.
 *
 * Patroni 4.0 reads it in two parts. The local part is a file in every member. The dynamic part is kept where members
 * agree with each other, in a ConfigMap, and takes effect on all of them without a restart of pods: it holds what a site's
 * role decides. https://patroni.readthedocs.io/en/latest/dynamic_configuration.html
 */
import { type Instant, inPostgres } from "../../conventions/instant";
import { amount } from "../../conventions/quantity";
import { archiveCommand, restoreCommand } from "../backups/archive";
import { type DatabasePlan, PATHS, PORTS, ROLE_LABEL, TLS_FILES, memberName, ownerName } from "../plan-database";
import { MIB, diskLimits } from "../disk";
import { LABEL } from "../../conventions/names";
import { USER_NAME } from "../../conventions/users";
import { POSTGRES_PROGRAMS } from "../../conventions/postgres";
import { commandLine } from "../backups/pgbackrest";
import { LEASE_AGENT_ROLE, edgeRoles, setupCommand } from "../roles";
import { PATRONI_SECONDS } from "../replication/plan";

/** Database roles of Postgres and Patroni themselves. The superuser is for processes in the pod; certificates open the others. */
const ROLE = { superuser: "postgres", replication: "replicator", rewind: "rewind" } as const;

/** A peer that is silent for this many seconds is taken for gone; by default that takes a minute or two. */
const SILENCE_SECONDS = 10;

/** Patroni adds how to connect. */
const SETUP = `psql --no-psqlrc --quiet --output=/dev/null --set=ON_ERROR_STOP=1 --file=${PATHS.patroni}/setup.sql`;
const SETUP_AGAIN = `sh ${PATHS.patroni}/setup.sh`;

/** The file that {@link SETUP_AGAIN} names. */
export function setupFile(): string {
    return setupCommand(`${SETUP} --host=${PATHS.socket} --username=${ROLE.superuser} --dbname=postgres`);
}

const CLIENT = {
    sslmode: "verify-full",
    sslrootcert: TLS_FILES.authority,
    sslcert: TLS_FILES.certificate,
    sslkey: TLS_FILES.key,
};

/** Each member's file. Its name and addresses come from its environment instead. */
export function localConfiguration(plan: DatabasePlan): Readonly<Record<string, unknown>> {
    const { registry, scope, labels, database, origin, walSegment } = plan;
    return {
        scope,
        kubernetes: { labels, scope_label: LABEL.registry, role_label: ROLE_LABEL.key, use_endpoints: false },
        restapi: {
            listen: `0.0.0.0:${PORTS.patroni}`,
            certfile: TLS_FILES.certificate,
            keyfile: TLS_FILES.key,
            cafile: TLS_FILES.authority,
            // A client that changes something must show a member's certificate (images/postgres/member.py). The kubelet, which only asks how
            // a member is, has none.
            verify_client: "optional",
        },
        ctl: {
            cacert: TLS_FILES.authority,
            certfile: TLS_FILES.certificate,
            keyfile: TLS_FILES.key,
        },
        bootstrap: {
            ...(origin.kind === "stored" && { method: "stored", stored: restoration(registry, origin.at) }),
            initdb: [
                { encoding: "UTF8" },
                { locale: "C.UTF-8" },
                "data-checksums",
                { "wal-segsize": String(amount(walSegment) / MIB) },
            ],
            post_bootstrap: SETUP,
        },
        // A pod has no such device.
        watchdog: { mode: "off" },
        postgresql: {
            listen: `0.0.0.0:${PORTS.postgres}`,
            data_dir: PATHS.data,
            bin_dir: POSTGRES_PROGRAMS,
            pgpass: "/tmp/pgpass",
            // A copy of the leader begins with a checkpoint of its own, as a backup does. The next one may be minutes away.
            basebackup: [{ checkpoint: "fast" }],
            callbacks: { on_start: SETUP_AGAIN, on_role_change: SETUP_AGAIN },
            use_unix_socket: true,
            use_unix_socket_repl: true,
            authentication: {
                superuser: { username: ROLE.superuser, ...CLIENT },
                replication: { username: ROLE.replication, ...CLIENT },
                rewind: { username: ROLE.rewind, ...CLIENT },
            },
            parameters: { unix_socket_directories: PATHS.socket },
            // A connection from outside the pod needs a certificate. The first line that fits decides.
            pg_hba: [
                "local all all peer map=pod",
                // A member asks itself for its timeline, to see whether it has to rewind.
                `local replication ${ROLE.replication} peer map=pod`,
                `hostssl replication ${ROLE.replication} all cert map=members`,
                `hostssl postgres ${ROLE.rewind} all cert map=members`,
                `hostssl ${database} ${database} all cert map=owners`,
                ...edgeRoles(registry).map((role) => `hostssl ${database} ${role} all cert map=${role}s`),
                "host all all all reject",
            ],
            pg_ident: [
                // The kernel says which user is at the socket: the lease agent gets one role, and not the superuser.
                ...[ROLE.superuser, ROLE.replication].map((role) => `pod ${USER_NAME.postgres} ${role}`),
                `pod ${USER_NAME.leaseAgent} ${LEASE_AGENT_ROLE}`,
                ...[ROLE.replication, ROLE.rewind].map((role) => `members ${memberName(registry)} ${role}`),
                `owners ${ownerName(registry)} ${database}`,
                ...edgeRoles(registry).map((role) => `${role}s ${role} ${role}`),
            ],
        },
    };
}

/** A new cluster from backups; pgBackRest itself tells Postgres how far to replay. */
function restoration(registry: string, at: Instant | undefined): Readonly<Record<string, unknown>> {
    const target =
        at === undefined
            ? ["--type=default"]
            : ["--type=time", `"--target=${inPostgres(at)}"`, "--target-action=promote"];
    return {
        command: commandLine(registry, "source", "restore", ...target),
        no_params: true,
        keep_existing_recovery_conf: true,
    };
}

/** What the ConfigMap `<scope>-config` holds, and Patroni watches. */
export function dynamicConfiguration(plan: DatabasePlan): Readonly<Record<string, unknown>> {
    const { memory, storage, recovery, origin, acrossSites } = plan;
    const limits = diskLimits(storage);
    return {
        ttl: PATRONI_SECONDS.ttl,
        loop_wait: PATRONI_SECONDS.loopWait,
        retry_timeout: PATRONI_SECONDS.retryTimeout,
        maximum_lag_on_failover: 1_048_576,
        // Only a member that has every acknowledged commit is promoted. Across sites, with `sync`, Postgres itself waits for both.
        synchronous_mode: origin.kind !== "primary" && acrossSites !== "sync",
        ...(origin.kind === "primary" && {
            standby_cluster: {
                host: origin.host,
                port: PORTS.postgres,
                restore_command: restoreCommand(plan),
                create_replica_methods: ["basebackup"],
            },
        }),
        postgresql: {
            use_pg_rewind: true,
            use_slots: true,
            parameters: {
                ...(acrossSites === "sync" && { synchronous_standby_names: "ANY 2 (*)" }),
                max_connections: 100,
                // A quarter of the memory: https://www.postgresql.org/docs/17/runtime-config-resource.html
                shared_buffers: `${Math.floor(amount(memory) / 4 / MIB)}MB`,
                max_wal_size: inMegabytes(limits.checkpoint),
                wal_keep_size: inMegabytes(limits.kept),
                // A member that is away does not fill this one's disk: infra/registries/disk.ts.
                max_slot_wal_keep_size: inMegabytes(limits.member),
                temp_file_limit: inMegabytes(limits.temporary),
                wal_sender_timeout: `${SILENCE_SECONDS}s`,
                wal_receiver_timeout: `${SILENCE_SECONDS}s`,
                // The primary's site waits until this one follows a new leader, for which it would look each 5 s. Each look asks the stores too.
                ...(origin.kind === "primary" && { wal_retrieve_retry_interval: "2s" }),
                archive_mode: "on",
                archive_timeout: `${recovery.archiveTimeout}s`,
                archive_command: archiveCommand(plan),
                ssl: "on",
                ssl_min_protocol_version: "TLSv1.3",
                ssl_ca_file: TLS_FILES.authority,
                ssl_cert_file: TLS_FILES.certificate,
                ssl_key_file: TLS_FILES.key,
                logging_collector: "off",
                log_timezone: "UTC",
                timezone: "UTC",
            },
        },
    };
}

/** A size as Postgres reads it, whose MB are MiB: https://www.postgresql.org/docs/17/config-setting.html */
function inMegabytes(bytes: number): string {
    return `${Math.floor(bytes / MIB)}MB`;
}

/** Name of the service that libpq finds in {@link serviceFile}. */
export const SERVICE = "member";

/**
 * What libpq adds to each connection of a member. A standby's connection to its primary has no time limit while it is being made:
 * connect_timeout is not for connections that are made in steps, and wal_receiver_timeout begins after it. Over a dark link the kernel
 * would retry ever more seldom, in the end each 64 s, and the standby would follow that long after the link is back. Linux applies
 * tcp_user_timeout to unanswered tries as well, and Postgres then begins anew. It is in a file of libpq's own, because Patroni writes no
 * parameter into primary_conninfo that it does not know: https://www.postgresql.org/docs/17/libpq-pgservice.html
 */
export function serviceFile(): string {
    return `[${SERVICE}]\ntcp_user_timeout=${SILENCE_SECONDS * 1000}\n`;
}
