/** Roles of a registry's database beside Patroni's own, and the script that makes them. Pure. */
import { DROP_LOST_SLOTS, HEARTBEAT } from "../conventions/lease";
import { PUBLIC_REGISTRIES } from "../conventions/registries";
import type { DatabasePlan } from "./plan-database";

/** SQL role of the edge API, and common name in its certificate: it may ask each registry's question, and read no table. */
export const EDGE_API_ROLE = "reader";
/** SQL role of the public's page at the edge, and common name in its certificate: it may read what a public registry publishes, and is let in nowhere else. */
export const GAZETTE_ROLE = "gazette";
/** SQL role of the lease agent beside each member, which owns the heartbeat. */
export const LEASE_AGENT_ROLE = "writer";

/**
 * Limits of the edge's roles: how much time, and how much of the member's disk, one question may take, and how many may be asked at once. A
 * role may change its own limit of time, and the lease agent enforces this one (agents/lease-agent/asking.ts). It cannot change the others.
 */
export const ASKING = { milliseconds: 5_000, connections: 20, temporaryMebibytes: 64 } as const;

/** Settings of a session: it does not wait for the other site, and only one runs at a time. */
const ALONE = ["SET synchronous_commit = local;", "SELECT pg_advisory_lock(hashtext('setup.sql'));"];

/** Functions that make large objects. */
const LARGE_OBJECTS = ["lo_creat(integer)", "lo_create(oid)", "lo_from_bytea(oid, bytea)"];

/**
 * A slot that was given up holds no WAL ever again, although its member may follow by it (Postgres 16 and later), and Patroni makes another
 * only where there is none. The lease agent may drop such slots, and no others: only a role that may replicate can drop any.
 */
export const LOST_SLOTS = [
    `CREATE OR REPLACE FUNCTION ${DROP_LOST_SLOTS}() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS`,
    "    $$ SELECT count(pg_drop_replication_slot(slot_name)) FROM pg_replication_slots WHERE wal_status = 'lost' AND NOT active $$;",
    `REVOKE EXECUTE ON FUNCTION ${DROP_LOST_SLOTS}() FROM PUBLIC;`,
    `GRANT EXECUTE ON FUNCTION ${DROP_LOST_SLOTS}() TO ${LEASE_AGENT_ROLE};`,
];

/** The edge's roles that a registry lets in. */
export function edgeRoles(registry: string): string[] {
    return [EDGE_API_ROLE, ...(PUBLIC_REGISTRIES.includes(registry) ? [GAZETTE_ROLE] : [])];
}

/**
 * The role and the database that the registry's owner works with, the edge's roles, and the lease agent's table, in which a commit is made
 * each second. The script keeps whatever is there already, so that each new leader can run it again ({@link setupCommand}).
 */
export function setupScript({ registry, database }: DatabasePlan): string {
    const unless = (statement: string, table: string, column: string, name: string): string =>
        `SELECT '${statement}' WHERE NOT EXISTS (SELECT FROM ${table} WHERE ${column} = '${name}') \\gexec`;
    return [
        ...ALONE,
        unless(`CREATE ROLE ${database} LOGIN`, "pg_roles", "rolname", database),
        unless(`CREATE DATABASE ${database} OWNER ${database}`, "pg_database", "datname", database),
        // The owner grants what they may ask or read together with the data (data/registry-data.ts).
        ...edgeRoles(registry).flatMap((role) => [
            unless(`CREATE ROLE ${role} LOGIN`, "pg_roles", "rolname", role),
            `ALTER ROLE ${role} CONNECTION LIMIT ${ASKING.connections};`,
            `ALTER ROLE ${role} SET statement_timeout = ${ASKING.milliseconds};`,
            `ALTER ROLE ${role} SET temp_file_limit = '${ASKING.temporaryMebibytes}MB';`,
            `ALTER ROLE ${role} SET default_transaction_read_only = on;`,
        ]),
        unless(`CREATE ROLE ${LEASE_AGENT_ROLE} LOGIN`, "pg_roles", "rolname", LEASE_AGENT_ROLE),
        // The agent looks how far the other site is, and has Postgres wait for it where it is late.
        `GRANT pg_read_all_stats TO ${LEASE_AGENT_ROLE};`,
        // It sends followers away from a member that does not lead.
        `GRANT pg_signal_backend TO ${LEASE_AGENT_ROLE};`,
        `GRANT ALTER SYSTEM ON PARAMETER synchronous_standby_names TO ${LEASE_AGENT_ROLE};`,
        `GRANT EXECUTE ON FUNCTION pg_reload_conf() TO ${LEASE_AGENT_ROLE};`,
        // It sees which WAL a member that was away can still have.
        `GRANT EXECUTE ON FUNCTION pg_ls_waldir() TO ${LEASE_AGENT_ROLE};`,
        `CREATE SCHEMA IF NOT EXISTS ${HEARTBEAT.schema} AUTHORIZATION ${LEASE_AGENT_ROLE};`,
        `CREATE TABLE IF NOT EXISTS ${HEARTBEAT.table}`,
        "    (at timestamptz NOT NULL, one boolean PRIMARY KEY DEFAULT true CHECK (one));",
        `INSERT INTO ${HEARTBEAT.table} VALUES (clock_timestamp()) ON CONFLICT DO NOTHING;`,
        `ALTER TABLE ${HEARTBEAT.table} OWNER TO ${LEASE_AGENT_ROLE};`,
        ...LOST_SLOTS,
        // By default Postgres lets everybody into a database, also the lease agent, and lets them fill the disk with what it does not count:
        // temporary tables, and large objects.
        `REVOKE CONNECT, TEMPORARY ON DATABASE ${database} FROM PUBLIC;`,
        `GRANT CONNECT ON DATABASE ${database} TO ${edgeRoles(registry).join(", ")};`,
        `\\connect ${database}`,
        ...ALONE,
        `REVOKE EXECUTE ON FUNCTION ${LARGE_OBJECTS.join(", ")} FROM PUBLIC;`,
        "",
    ].join("\n");
}

/** Tries, a second apart, because a member is told that it leads before it takes writes. */
const SETUP_TRIES = 60;

/**
 * The command for sh that Patroni calls with an action, a role and its cluster's name when a member starts or changes its role. It gives a
 * database that an earlier release made, or that was restored from its versions, what this release declares.
 *
 * @param psql connects as the superuser
 * @see https://patroni.readthedocs.io/en/latest/dynamic_configuration.html (callbacks)
 */
export function setupCommand(psql: string): string {
    return [
        '[ "$2" = primary ] || exit 0',
        "tries=0",
        `until ${psql}; do`,
        "    tries=$((tries + 1))",
        `    [ $tries -lt ${SETUP_TRIES} ] || exit 1`,
        '    python3 -c "import time; time.sleep(1)"',
        "done",
        "",
    ].join("\n");
}
