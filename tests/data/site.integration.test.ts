import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { databaseOf } from "../../data/connect";
import { count } from "../../data/count";
import type { Database } from "../../data/database";
import { digest } from "../../data/digest";
import { fromEnvironment } from "../../data/environment";
import { readJournal } from "../../data/journal";
import { load } from "../../data/load";
import { write } from "../../data/write";
import { parseConfig } from "../../infra/site/config";
import { memberName, ownerName, planDatabase } from "../../infra/registries/plan-database";
import { localConfiguration } from "../../infra/registries/postgres/patroni";
import { issueAuthority, issueLeaf, pemBlock } from "../../credentials/certificates";
import { freePorts } from "../support/apiserver";
import { Postgres, serverFile } from "../support/postgres";
import { SiteApi, type SiteState } from "../support/site-api";
import { stackValues } from "../support/stacks";

const silent = { update: () => undefined, end: () => undefined };
const PATIENCE_MS = 30_000;
const NAMESPACE = "registry-population";
const plan = planDatabase("population", NAMESPACE, parseConfig("tallinn", stackValues("tallinn")));

let folder: string;
let authority: string;
/** Two servers with the access rules of a site's members. They do not replicate, so each has only what was written to it. */
let members: Postgres[];
let api: SiteApi;
beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "site-"));
    authority = await issueAuthority({ commonName: "authority" }, 1);
    const settings = await serverSettings();
    const ports = await freePorts(2);
    members = await Promise.all(
        ports.map((port) => Postgres.start({ ...settings, listen_addresses: "127.0.0.1", port: String(port) })),
    );
    for (const member of members) {
        await member.query("CREATE ROLE population LOGIN");
        await member.query("CREATE DATABASE population OWNER population");
    }
    api = await SiteApi.start(NAMESPACE, {
        secret: await secretOf(authority, ownerName("population")),
        ...leading(0),
        members: Object.fromEntries(ports.map((port, index) => [`database-${index}`, port])),
    });
}, 300_000);
afterAll(async () => {
    await api.stop();
    await Promise.all(members.map((member) => member.remove()));
    rmSync(folder, { recursive: true });
});

function leading(index: number): { leader: string; labelled: string[] } {
    return { leader: `database-${index}`, labelled: [`database-${index}`] };
}

/** Settings with the members' own access rules. In addition, the test's superuser may connect through the socket. */
async function serverSettings(): Promise<Record<string, string>> {
    const { postgresql } = localConfiguration(plan) as { postgresql: Record<"pg_hba" | "pg_ident", string[]> };
    const pem = await issueLeaf(authority, { commonName: memberName("population"), names: plan.dnsNames }, 1);
    const file = (name: string, content: string): string => serverFile(folder, name, `${content}\n`);
    return {
        ssl: "on",
        ssl_ca_file: file("ca.crt", pemBlock(authority, "CERTIFICATE")),
        ssl_cert_file: file("server.crt", pemBlock(pem, "CERTIFICATE")),
        ssl_key_file: file("server.key", pemBlock(pem, "PRIVATE KEY")),
        hba_file: file("hba.conf", ["local all embassy trust", ...postgresql.pg_hba].join("\n")),
        ident_file: file("ident.conf", postgresql.pg_ident.join("\n")),
    };
}

async function secretOf(issuer: string, commonName: string): Promise<Record<string, string>> {
    const pem = await issueLeaf(issuer, { commonName }, 1);
    return {
        "ca.crt": pemBlock(issuer, "CERTIFICATE"),
        "tls.crt": pemBlock(pem, "CERTIFICATE"),
        "tls.key": pemBlock(pem, "PRIVATE KEY"),
    };
}

const RENEW =
    /^population in tallinn: (.*unknown ca|self-signed certificate in certificate chain)\. Its certificates are renewed by .* up -s tallinn$/;

function ownerOf(registry: string): () => Promise<SiteState["secret"]> {
    return () => secretOf(authority, ownerName(registry));
}

/** The owner's Secret, in which `keys` come from an unknown authority. */
function strange(...keys: readonly string[]): () => Promise<SiteState["secret"]> {
    return async () => {
        const other = await secretOf(await issueAuthority({ commonName: "stranger" }, 1), ownerName("population"));
        return { ...api.state.secret, ...Object.fromEntries(keys.map((key) => [key, other[key] ?? ""])) };
    };
}

async function connectedWith(secret: SiteState["secret"]): Promise<unknown> {
    const { secret: before } = api.state;
    api.state.secret = secret;
    try {
        return await inTallinn().connect();
    } finally {
        api.state.secret = before;
    }
}

function inTallinn(): Database {
    return databaseOf("population", "tallinn", { EMBASSY_KUBECONFIG: api.kubeconfig(folder, "tallinn") });
}

function onMachine(index: number): Database {
    return fromEnvironment(members[index]?.environment("population") ?? {});
}

const options = { seed: 1, people: 500, replace: false, progress: silent };

describe("a site's database", () => {
    beforeAll(async () => {
        await load(inTallinn(), "population", options);
    });

    it("holds what its owner loads, and says so", async () => {
        expect(await load(inTallinn(), "population", options)).toMatchObject({ loaded: false });
        expect(await digest(inTallinn(), "population")).toEqual(await digest(onMachine(0), "population"));
    });

    it.each([
        [
            "the owner of another registry",
            ownerOf("land"),
            /certificate auth.*failed.*npm run pulumi -- up -s tallinn$/,
        ],
        ["who has another authority's certificate", strange("tls.crt", "tls.key"), RENEW],
    ])("does not let in %s", async (_, secret, message) => {
        await expect(connectedWith(await secret())).rejects.toThrow(message);
    });

    it("is not taken for itself where its certificate is of another authority", async () => {
        await expect(connectedWith(await strange("ca.crt")())).rejects.toThrow(RENEW);
    });

    it("is waited for while there is no way to its leader yet", async () => {
        const { members } = api.state;
        api.state.members = { ...members, "database-0": 1 };
        const counted = count(inTallinn(), "population");
        await sleep(700);
        api.state.members = members;
        expect(await counted).toEqual(await count(onMachine(0), "population"));
    });

    it("is written to on the new leader after the old one was lost", async () => {
        Object.assign(api.state, leading(1));
        await load(inTallinn(), "population", options);
        Object.assign(api.state, leading(0));
        const journal = join(folder, "failover.jsonl");
        const end = new AbortController();
        const database = inTallinn();
        const how = { rate: 100, seconds: 60, journal, signal: end.signal, progress: silent };
        const writing = write(database, "population", how);
        await untilAcknowledged(journal, 20);

        await members[0]?.kill();
        api.state.leader = undefined;
        await expect(database.connect()).rejects.toThrow("no leader in tallinn");
        const before = acknowledged(journal);
        Object.assign(api.state, leading(1));
        await untilAcknowledged(journal, before + 20);
        end.abort();
        const { run, acknowledged: all } = await writing;
        await members[0]?.resume();

        const [old = 0, fresh = 0] = await Promise.all(members.map((member) => rowsOf(member, run)));
        expect(old).toBeGreaterThanOrEqual(before);
        expect(fresh).toBeGreaterThanOrEqual(all - before);
    }, 90_000);
});

function acknowledged(journal: string): number {
    // The journal exists once there is a connection.
    return existsSync(journal)
        ? readJournal(journal).entries.filter(({ outcome }) => outcome === "acknowledged").length
        : 0;
}

async function untilAcknowledged(journal: string, count: number): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    while (acknowledged(journal) < count) {
        if (Date.now() > deadline) {
            throw new Error(`${acknowledged(journal)} of ${count} commits acknowledged`);
        }
        await sleep(20);
    }
}

async function rowsOf(member: Postgres, run: string): Promise<number> {
    const rows = await member.query(
        `SELECT count(*)::int AS rows FROM population.write_probe WHERE run = '${run}'`,
        "population",
    );
    return rows[0]?.["rows"] as number;
}
