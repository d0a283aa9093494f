/** The status page, with what Prometheus says made up by the tests. */
import { looking } from "../../agents/status-page/looking";
import { type Known, type Reading, readingOf } from "../../agents/status-page/reading";
import { statusApp } from "../../agents/status-page/server";
import { NOW, broken, healthy, rules } from "../support/status-page";

const EVIL = `"><script>alert('1')</script>&`;

interface Init {
    readonly method?: string;
    readonly headers?: Record<string, string>;
}

function page(known: Known, now = NOW, viewer: string | undefined = "duty-1") {
    const app = statusApp({
        site: "luxembourg",
        look: () => Promise.resolve(known),
        viewer: () => viewer,
        now: () => now,
    });
    return async (path = "/en", init: Init = {}): Promise<Response> =>
        app.request(path, init, { incoming: { socket: {} } });
}

const read = (asked = healthy(), at = NOW): Known => ({ reading: readingOf(asked, at), silent: undefined });
const body = async (known: Known, path = "/en", now = NOW): Promise<string> =>
    (await (await page(known, now)(path)).text()).replace(/\s+/g, " ");
const verdict = (text: string): string | undefined => /class="verdict (\w+)"/.exec(text)?.[1];

// The program's log is not printed.
beforeEach(() => jest.spyOn(process.stdout, "write").mockReturnValue(true));
afterEach(() => jest.restoreAllMocks());

describe("the first line", () => {
    it.each<[string, Known, number, string, string]>([
        ["nothing is wrong", read(), NOW, "green", "● </span> Green: Nothing is wrong"],
        [
            "a ticket is due",
            read(healthy({ rules: rules([{ name: "MemberAway", severity: "ticket", stake: "away" }]) })),
            NOW,
            "amber",
            "▲ </span> Amber: Look at it on the next working day",
        ],
        ["everything is wrong", read(broken("land")), NOW, "red", "■ </span> Red: Act now"],
        ["what is shown is old", read(), NOW + 15_001, "red", "■ </span> Red"],
        [
            "Prometheus is silent since a moment",
            { ...read(), silent: { since: NOW, why: "" } },
            NOW,
            "amber",
            "▲ </span> Amber",
        ],
        [
            "nothing was measured yet",
            { reading: undefined, silent: { since: NOW, why: "" } },
            NOW,
            "red",
            "■ </span> Red",
        ],
    ])("where %s is told by word, shape and colour", async (_, known, now, color, words) => {
        const text = await body(known, "/en", now);
        expect(verdict(text)).toBe(color);
        expect(text.replace(/([■▲●])<\/span>/, "$1 </span>")).toContain(words);
    });
});

describe("a page", () => {
    it("says what is wrong, since when, what is at stake, who does what about it", async () => {
        const stake = "land has no leader.";
        const text = await body(
            read(healthy({ rules: rules([{ name: "RegistryWithoutLeader", severity: "page", stake }]) })),
        );
        expect(text).toContain(stake);
        expect(text).toContain("docs/alerts.md#registrywithoutleader");
        expect(text).toContain(`<time datetime="2026-03-01T22:01:00.000Z">2 Mar 2026, 00:01:00</time>; operator`);
    });

    it("shows who is primary, lag, backups and certificates, and by Estonia's clock", async () => {
        const text = await body(read());
        expect(text).toContain("<td>population</td>");
        expect(text).toContain("<strong>standby</strong> <small>database-10</small>");
        expect(text).toContain("<strong>primary</strong> <small>last heard");
        expect(text).toMatch(/<path class="lag" d="M[\d.]+,[\d.]+L/);
        expect(text).toContain("most 8.6 MiB".replace("most ", "<td>"));
        expect(text).toContain("the object store");
        expect(text.indexOf("objects/store-tls")).toBeLessThan(text.indexOf("monitoring/prometheus-tls"));
        expect(text).toContain("<td>30</td>");
        expect(text).toContain("are as declared");
    });

    it("leaves out what nobody measures", async () => {
        const none = { data: { result: [] } };
        const nothing = await body(read(healthy({ lag: none, problems: none, certificates: none })));
        expect(nothing).not.toMatch(/<svg|Backups|Certificates that/);
    });

    it("of a site whose registries nobody leads names what differs", async () => {
        const text = await body(read(broken("land")));
        expect(text).toContain("nobody leads");
        expect(text).toContain("Machines away: 1 of 2: land");
        expect(text).toContain("land land/land: pods missing: 2");
        expect(text).toContain("late or failed");
    });

    it("shows as text whatever it was told", async () => {
        for (const path of ["/en", "/et"]) {
            const text = await body(read(broken(EVIL)), path);
            expect(text).not.toContain("<script");
            expect(text).toContain("&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;");
        }
    });

    it("says that it is old, and that Prometheus does not answer, since when", async () => {
        expect(await body(read(), "/en", NOW + 15_000)).not.toContain("older than 15 seconds");
        const known = { ...read(), silent: { since: NOW + 1_000, why: "connect ECONNREFUSED 127.0.0.1" } };
        const text = await body(known, "/en", NOW + 16_000);
        expect(text).toContain("older than 15 seconds");
        expect(text).toContain(`has not answered since <time datetime="2026-03-01T22:34:01.000Z">`);
        expect(text).not.toContain("ECONNREFUSED");
    });

    it("is in Estonian too, and nothing of it in the other language", async () => {
        const [english, estonian] = [await body(read()), await body(read(), "/et")];
        expect(estonian).toContain(`<html lang="et">`);
        expect(estonian).toContain("Roheline: Kõik on korras");
        const heads = (text: string): string[] => [...text.matchAll(/<h\d>([^<]+)/g)].map(([, head = ""]) => head);
        expect(heads(estonian)).toHaveLength(heads(english).length);
        expect(heads(estonian).filter((head) => heads(english).includes(head))).toEqual([]);
    });

    it("lets a browser run nothing, and asks it to look again", async () => {
        const { headers } = await page(read())();
        expect(headers.get("content-security-policy")).toMatch(
            /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'$/,
        );
        expect(headers.get("refresh")).toBe("10");
        expect(await body(read(broken("land")))).not.toMatch(/<script|style="|\son\w+=/);
    });

    it("is sent once, as long as it stays the same", async () => {
        const ask = page(read());
        const first = await ask();
        expect(first.headers.get("cache-control")).toBe("private, no-cache");
        const again = await ask("/en", { headers: { "if-none-match": first.headers.get("etag") ?? "" } });
        expect([again.status, await again.text()]).toEqual([304, ""]);
    });
});

describe("a refusal", () => {
    it.each([
        ["POST", "/en", 405],
        ["GET", "/api/v1/query?query=up", 404],
        ["GET", "/fr", 404],
    ])("of %s %s has the status %i, in both languages", async (method, path, status) => {
        const answer = await page(read())(path, { method });
        expect(answer.status).toBe(status);
        expect(await answer.text()).toContain(`<p lang="et">`);
    });

    it("is for whoever is not admitted, before anything is read", async () => {
        const look = jest.fn(() => Promise.resolve(read()));
        const app = statusApp({ site: "luxembourg", look, viewer: () => undefined, now: () => NOW });
        const answer = await app.request("/en", {}, { incoming: { socket: {} } });
        expect([answer.status, look.mock.calls.length]).toEqual([403, 0]);
        expect(await answer.text()).not.toContain("population");
    });
});

describe("a reading", () => {
    it.each([
        ["no answer of Prometheus", healthy({ machines: { status: "error" } })],
        ["a Prometheus that has stopped to judge", healthy({ rules: rules([], NOW - 61_000) })],
        ["a Prometheus without rules", healthy({ rules: { data: { groups: [] } } })],
    ])("is refused where it is of %s", (_, asked) => {
        expect(() => readingOf(asked, NOW)).toThrow(/^Prometheus: /);
    });
});

describe("looking", () => {
    it("asks once for many, again after a while, and keeps what was known when nobody answers", async () => {
        let now = NOW;
        const ask = jest.fn((at: number): Promise<Reading> => Promise.resolve(readingOf(healthy(), at)));
        const look = looking(ask, () => now);
        await Promise.all([look(), look(), look()]);
        expect(ask).toHaveBeenCalledTimes(1);
        ask.mockRejectedValue(new Error("gone"));
        now += 3_000;
        expect(await look()).toMatchObject({ reading: { at: NOW }, silent: { since: now, why: "gone" } });
        now += 3_000;
        expect((await look()).silent?.since).toBe(NOW + 3_000);
        ask.mockImplementation((at) => Promise.resolve(readingOf(healthy(), at)));
        // The clock is set back by an hour.
        now -= 3_600_000;
        expect(await look()).toMatchObject({ reading: { at: now }, silent: undefined });
    });
});
