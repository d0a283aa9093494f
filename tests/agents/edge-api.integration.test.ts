/** The edge API as in its image, with the environment that the site declares, and a standby with the access rules of a registry's members. */
import type { ChildProcess } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SecureContextOptions } from "node:tls";
import { requestJson } from "../../agents/https";
import { ask } from "../../data/ask";
import { fromEnvironment } from "../../data/environment";
import { parseConfig } from "../../infra/site/config";
import { pinOf } from "../../infra/edge/allies";
import { ownerName } from "../../infra/registries/plan-database";
import { issueAuthority, issueLeaf, pemBlock } from "../../credentials/certificates";
import { freePorts } from "../support/apiserver";
import { secretFolder, startDeclared, startPair } from "../support/edge";
import type { Postgres } from "../support/postgres";
import { stackValues } from "../support/stacks";

const EDGE_NAME = "edge.luxembourg.embassy.internal";
const config = parseConfig("luxembourg", stackValues("luxembourg"));
const perMinute = config.edge?.requestsPerMinute ?? 0;

type Names = "FI-1" | "LV-1" | "LV-2" | "LV-3" | "DE-1" | "DE-2" | "owner";

let folder: string;
let root: string;
let primary: Postgres;
let standby: Postgres;
let edgeApi: ChildProcess;
let port: number;
let databasePort: number;
let allies: Record<Names, SecureContextOptions>;
beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "edge-"));
    root = await issueAuthority({ commonName: "root" }, 1);
    [port = 0, databasePort = 0] = await freePorts(2);
    ({ primary, standby } = await startPair("population", folder, root, databasePort));
    const authority = await issueAuthority({ commonName: "edge" }, 1);
    const stranger = await issueAuthority({ commonName: "edge" }, 1);
    allies = {
        "FI-1": await identityOf(authority, "FI-1"),
        // LV-1 is a revoked key, which the site no longer admits.
        "LV-1": await identityOf(authority, "LV-1"),
        "LV-2": await identityOf(authority, "LV-2"),
        "LV-3": await identityOf(authority, "LV-3"),
        "DE-1": { ...(await identityOf(stranger, "DE-1")), ca: pemBlock(authority, "CERTIFICATE") },
        "DE-2": await identityOf(authority, "DE-2", -1),
        owner: { ...(await identityOf(root, ownerName("population"))), ca: pemBlock(authority, "CERTIFICATE") },
    };
    edgeApi = await startEdgeApi(authority, ["FI-1", "LV-2", "LV-3", "DE-1", "DE-2", "owner"]);
}, 120_000);
afterAll(async () => {
    edgeApi.kill();
    await standby.remove();
    await primary.remove();
    rmSync(folder, { recursive: true });
});

async function startEdgeApi(authority: string, admitted: readonly Names[]): Promise<ChildProcess> {
    const server = await issueLeaf(authority, { commonName: "edge", names: [EDGE_NAME] }, 1);
    const role = await issueLeaf(root, { commonName: "reader" }, 1);
    return startDeclared("edge-api", "edge-server", folder, {
        PORT: String(port),
        CERTIFICATE: secretFolder(join(folder, "server"), authority, server),
        ADMITTED: JSON.stringify(Object.fromEntries(admitted.map((name) => [name, keyOf(allies[name])]))),
        DATABASES: JSON.stringify({ population: { host: "localhost", database: "population" } }),
        DATABASE_PORT: String(databasePort),
        DATABASE_CERTIFICATE: secretFolder(join(folder, "reader"), root, role),
    });
}

async function identityOf(authority: string, commonName: string, days = 1): Promise<SecureContextOptions> {
    const pem = await issueLeaf(authority, { commonName }, days);
    return {
        key: pemBlock(pem, "PRIVATE KEY"),
        cert: pemBlock(pem, "CERTIFICATE"),
        ca: pemBlock(authority, "CERTIFICATE"),
    };
}

/** The pin of a certificate's key, in the form in which the site admits it. */
function keyOf({ cert }: SecureContextOptions): string {
    const key = new X509Certificate(cert as string).publicKey;
    return pinOf(key.export({ type: "spki", format: "pem" }) as string);
}

function request(
    who: SecureContextOptions,
    path: string,
    method = "GET",
): Promise<{ readonly status: number; readonly content: unknown }> {
    const to = { host: "127.0.0.1", port, servername: EDGE_NAME, agent: false as const, timeout: 20_000 };
    return requestJson({ ...who, ...to, path, method });
}

async function question(): Promise<{ path: string; rows: readonly object[] }> {
    const { of, at, rows } = await ask(fromEnvironment(primary.environment("population")), "population", {});
    return { path: `/population?of=${of}&at=${at}`, rows };
}

describe("the allied edge", () => {
    it("answers an ally what an application would be answered, from a standby", async () => {
        const { path, rows } = await question();
        expect(rows.length).toBeGreaterThan(0);
        const { status, content } = await request(allies["FI-1"], path);
        expect([status, content]).toEqual([200, expect.objectContaining({ registry: "population", rows })]);
    });

    it("answers nothing of whom there is nothing, and takes today where no day is named", async () => {
        const { status, content } = await request(allies["FI-1"], "/population?of=nobody");
        const at = expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/) as string;
        expect([status, content]).toEqual([200, { registry: "population", of: "nobody", at, rows: [] }]);
    });

    it.each<[string, () => SecureContextOptions]>([
        ["has no certificate", () => ({ ca: allies["FI-1"].ca })],
        ["has one of another authority, for a key that is admitted", () => allies["DE-1"]],
        ["has one that has ended, for a key that is admitted", () => allies["DE-2"]],
        ["is a database's owner", () => allies.owner],
    ])("does not hear who %s", async (_, who) => {
        // With TLS 1.3 a client learns only after its own part of the handshake that it is refused, and the error varies.
        const refused = /alert|hang up|ECONNRESET|EPIPE/;
        await expect(request(who(), "/population?of=x")).rejects.toThrow(refused);
    });

    it("refuses a certificate that is revoked, and takes the ally's next", async () => {
        expect(await request(allies["LV-1"], "/population?of=x")).toEqual({
            status: 403,
            content: { refused: "this certificate is not, or no longer, admitted" },
        });
        expect((await request(allies["LV-2"], "/population?of=x")).status).toBe(200);
    });

    it.each([
        ["POST", "/population?of=x", 405],
        ["DELETE", "/population?of=x", 405],
        ["GET", "/taxes?of=x", 404],
        ["GET", "//", 404],
        ["GET", "/population", 400],
        ["GET", "/population?of=x&at=2026-02-30", 400],
        ["GET", "/population?of=x&at=0000-01-01", 400],
        ["GET", "/population?of=%00", 400],
        ["GET", "/population?of=%FF", 400],
        ["GET", "/population?of=x&of=y", 400],
        ["GET", "/population?of=x&sql=y", 400],
    ])("refuses %s %s with %i", async (method, path, status) => {
        expect((await request(allies["FI-1"], path, method)).status).toBe(status);
    });

    it("lets an ally ask so often a minute, with however many certificates, and others go on", async () => {
        const statuses: number[] = [];
        for (let asked = 0; asked <= perMinute; asked++) {
            statuses.push((await request(allies[asked % 2 ? "LV-2" : "LV-3"], "/")).status);
        }
        expect(new Set(statuses)).toEqual(new Set([404, 429]));
        expect(statuses.at(-1)).toBe(429);
        expect((await request(allies["FI-1"], "/population?of=x")).status).toBe(200);
    });
});

describe("the edge's role", () => {
    it.each([
        "SELECT FROM population.person",
        "INSERT INTO population.write_probe DEFAULT VALUES",
        "CREATE TABLE public.mine ()",
    ])("may not %s, even where writes are taken", async (sql) => {
        const asked = primary.query(`SET ROLE reader; ${sql}`, "population");
        await expect(asked).rejects.toThrow("permission denied");
    });
});

it("says that a registry does not answer, and goes on", async () => {
    await standby.kill();
    expect((await request(allies["FI-1"], "/population?of=x")).status).toBe(503);
    await standby.resume();
    expect((await request(allies["FI-1"], "/population?of=x")).status).toBe(200);
});
