/** The public page as in its image, with a standby of legislation that has the access rules of a registry's members. */
import { ask } from "../../data/ask";
import { fromEnvironment } from "../../data/environment";
import { RunningGazette } from "../support/gazette";

let gazette: RunningGazette;
beforeAll(async () => {
    gazette = await RunningGazette.start();
}, 120_000);
afterAll(() => gazette.stop());

interface Publication {
    readonly act_number: number;
    readonly title: string;
    readonly day: string;
    readonly last: string | null;
    readonly reference: string;
}

/** The versions in the registry, with the oldest of each act first. */
async function publications(): Promise<Publication[]> {
    const rows = await gazette.databases.primary.query(
        `SELECT act_number, title, valid_from::text AS day, (valid_to - 1)::text AS last,
                'RT I, ' || to_char(published_on, 'DD.MM.YYYY') || ', ' || substr(rt_id, 10)::int AS reference
           FROM legislation.publication JOIN legislation.act USING (act_number) ORDER BY act_number, valid_from`,
        "legislation",
    );
    return rows as unknown as Publication[];
}

describe("the gazette", () => {
    it("lists the acts to anybody, from a standby, and says as of when", async () => {
        const before = Math.floor(Date.now() / 60_000) * 60_000;
        await gazette.databases.primary.query("CREATE TABLE a_commit ()");
        const { status, body } = await gazette.get("/");
        expect(status).toBe(200);
        const acts = new Set((await publications()).map(({ act_number }) => act_number)).size;
        expect(body).toContain(`Leitud ${acts} akti.`);
        expect(body).toContain(`<a href="/acts/1">Näidisseadus 1</a>`);
        const [, instant = ""] = /Koopia seisuga\s+<time datetime="([^"]+)"/.exec(body) ?? [];
        // The instant may be that of the load of the data, if the commit has not arrived yet.
        expect(Date.parse(instant)).toBeGreaterThanOrEqual(before - 2 * 60_000);
        expect(Date.parse(instant)).toBeLessThanOrEqual(Date.now());
    });

    it("finds an act by its title, and the version that a reference names", async () => {
        expect((await gazette.get("/?q=seadus+10")).body).toContain("Leitud 1 akt.");
        expect((await gazette.get("/?q=%25")).body).toContain("Leitud 0 akti.");
        const [oldest] = await publications();
        const { body } = await gazette.get(`/?q=${encodeURIComponent(oldest?.reference.toLowerCase() ?? "")}`);
        expect(body).toContain(`<a href="/acts/1?at=${oldest?.day ?? ""}">${oldest?.title ?? ""}</a>`);
    });

    it("shows an act as it was in force on a day, as an application is told", async () => {
        const [oldest] = await publications();
        const { title = "", day = "", last = "" } = oldest ?? {};
        for (const at of [day, last ?? ""]) {
            const database = fromEnvironment(gazette.databases.primary.environment("legislation"));
            const { rows } = await ask(database, "legislation", { of: title, at });
            const { status, body } = await gazette.get(`/acts/1?at=${at}`);
            expect([status, rows.length > 0]).toEqual([200, true]);
            const shown = [...body.matchAll(/<section>(.*?)<\/section>/gs)].map(([, section = ""]) =>
                section
                    .replace(/<[^>]+>/g, " ")
                    .replace(/\s+/g, " ")
                    .trim(),
            );
            expect(shown).toEqual(rows.map(({ number, text, published }) => `§ ${number}. ${text} ${published}`));
        }
    });

    it("says of a day before there was the act that it was not in force", async () => {
        const { status, body } = await gazette.get("/acts/1?at=2000-01-01");
        expect([status, /ei kehti/.test(body), body.includes("<section>")]).toEqual([200, true, false]);
        expect((await gazette.get("/acts/999")).status).toBe(404);
    });

    it("changes nothing, and hears no one who speaks without TLS", async () => {
        expect((await gazette.get("/", "POST")).status).toBe(405);
        expect((await gazette.get("/", "HEAD")).body).toBe("");
        await expect(fetch(`http://127.0.0.1:${gazette.port}/`)).rejects.toThrow("fetch failed");
    });

    it("counts each address by itself", async () => {
        const statuses: number[] = [];
        for (let asked = 0; asked <= 120; asked++) {
            statuses.push((await gazette.get("/nothing", "GET", "127.0.0.2")).status);
        }
        expect(new Set(statuses)).toEqual(new Set([404, 429]));
        expect((await gazette.get("/")).status).toBe(200);
    });
});

describe("the gazette's role", () => {
    it.each([
        "SELECT FROM legislation.write_probe",
        "SELECT FROM legislation.dataset",
        "SELECT FROM legislation.citation",
        "SELECT legislation.answer('x', now()::date)",
        "SET default_transaction_read_only = off; DELETE FROM legislation.act",
        "SET default_transaction_read_only = off; CREATE TABLE public.mine ()",
    ])("may not %s, even where writes are taken", async (sql) => {
        const asked = gazette.databases.primary.query(`SET ROLE gazette; ${sql}`, "legislation");
        await expect(asked).rejects.toThrow("permission denied");
    });
});

describe("when home is gone", () => {
    it("is read on, and when the site's own register is gone too says so until it is back", async () => {
        const { primary, standby } = gazette.databases;
        await primary.kill();
        expect((await gazette.get("/acts/1")).status).toBe(200);
        await standby.kill();
        const { status, body } = await gazette.get("/acts/1");
        expect([status, body.includes("Õigusaktide register praegu ei vasta")]).toEqual([503, true]);
        await standby.resume();
        expect((await gazette.get("/acts/1")).status).toBe(200);
    });
});
