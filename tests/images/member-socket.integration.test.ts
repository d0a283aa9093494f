/** What the lease agent may do at the socket of its member's database, with the image's users and the member's own rules. */
import { type Identity, LEASE_AGENT_USER, POSTGRES } from "../../infra/conventions/users";
import { DROP_LOST_SLOTS } from "../../infra/conventions/lease";
import { PATHS } from "../../infra/registries/plan-database";
import { localConfiguration } from "../../infra/registries/postgres/patroni";
import { LEASE_AGENT_ROLE, setupScript } from "../../infra/registries/roles";
import { PostgresImage, describeAsRoot, plan } from "../support/postgres-image";

let image: PostgresImage;

describeAsRoot("the lease agent at the database's socket", () => {
    const psql = (user: Identity, role: string, database: string, ...words: string[]): string =>
        image.run(
            user,
            "psql",
            "--no-psqlrc",
            `--host=${PATHS.socket}`,
            "--set=ON_ERROR_STOP=1",
            `--username=${role}`,
            database,
            ...words,
        );
    const asks = (sql: string, role: string = LEASE_AGENT_ROLE, database = "postgres") =>
        psql(LEASE_AGENT_USER, role, database, `--command=${sql}`);

    beforeAll(async () => {
        image = await PostgresImage.create();
        const { postgresql } = localConfiguration(plan) as { postgresql: Record<"pg_hba" | "pg_ident", string[]> };
        const folder = "/tmp/settings";
        image.give(folder, {
            "hba.conf": `${postgresql.pg_hba.join("\n")}\n`,
            "ident.conf": `${postgresql.pg_ident.join("\n")}\n`,
            "setup.sql": setupScript(plan),
        });
        image.run(POSTGRES, "initdb", "--no-sync", "--locale=C.UTF-8", "-D", PATHS.data);
        const settings = {
            hba_file: `${folder}/hba.conf`,
            ident_file: `${folder}/ident.conf`,
            unix_socket_directories: PATHS.socket,
            listen_addresses: "",
            // TLS is on, as in a site. The lease agent has no certificate, and does not connect over the network.
            ssl: "on",
            ssl_cert_file: `${PATHS.tls}/tls.crt`,
            ssl_key_file: `${PATHS.tls}/tls.key`,
        };
        const options = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
        await image.said(/ready to accept connections/, "postgres", "-D", PATHS.data, ...options);
        // Patroni runs the script like this. It runs twice, as the next leader runs it again.
        const setup = `${folder}/setup.sql`;
        psql(POSTGRES, "postgres", "postgres", `--file=${setup}`);
        psql(POSTGRES, "postgres", "postgres", `--file=${setup}`);
    }, 600_000);
    afterAll(() => image.remove());

    it("does what it is there for", () => {
        expect(asks("UPDATE embassy.heartbeat SET at = clock_timestamp()")).toMatch(/^UPDATE 1$/m);
        expect(asks("ALTER SYSTEM SET synchronous_standby_names = ''")).toMatch(/^ALTER SYSTEM$/m);
        expect(asks("SELECT count(*) > 0 FROM pg_ls_waldir()")).toMatch(/^ t$/m);
        expect(asks(`SELECT ${DROP_LOST_SLOTS}()`)).toMatch(/^ +0$/m);
    });

    it.each([
        ["the superuser", "postgres", "postgres"],
        ["who follows", "replicator", "postgres"],
        ["the registry's owner", "land", "land"],
        ["itself in the registry", LEASE_AGENT_ROLE, "land"],
    ])("is not let in as %s", (_, role, database) => {
        expect(() => asks("SELECT 1", role, database)).toThrow(
            /[Pp]eer authentication failed|permission denied for database/,
        );
    });

    it.each([
        ["SELECT pg_read_file('/etc/passwd')", /permission denied/],
        ["COPY embassy.heartbeat TO PROGRAM 'true'", /permission denied|must be superuser/],
        ["ALTER SYSTEM SET archive_command = 'true'", /permission denied/],
        ["ALTER ROLE writer SUPERUSER", /permission denied/],
        ["SET ROLE postgres", /permission denied/],
        ["SELECT * FROM pg_authid", /permission denied/],
        ["CREATE ROLE more", /permission denied/],
        ["SELECT pg_create_physical_replication_slot('more')", /permission denied/],
        ["SELECT pg_drop_replication_slot('any')", /permission denied/],
    ])("may not %s", (sql, refusal) => {
        expect(() => asks(sql)).toThrow(refusal);
    });

    it("reads none of the database's files", () => {
        expect(() => image.run(LEASE_AGENT_USER, "sh", "-c", `read x < ${PATHS.data}/PG_VERSION`)).toThrow(
            /[Pp]ermission denied/,
        );
    });
});
