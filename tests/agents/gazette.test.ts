/** The public page, with acts made up by the tests. */
import type { Acts, Standing } from "../../agents/gazette/acts";
import { gazette } from "../../agents/gazette/server";

const standing: Standing = { copy: true, instant: new Date("2026-03-01T22:34:00Z"), late: false };
const version = { reference: "RT I, 02.01.2011, 5", from: "2011-01-12", to: null };
const EVIL = `<script>alert("1")</script>`;

function page(
    acts: Partial<Pick<Acts, "list" | "act">>,
    requestsPerMinute = 100,
): (path: string, init?: Init) => Promise<Response> {
    const app = gazette({
        acts: {
            list: () => Promise.resolve({ standing, total: 0, acts: [] }),
            act: () => Promise.resolve({ standing, act: undefined }),
            ...acts,
        },
        site: { name: "luxembourg", country: "LU" },
        requestsPerMinute,
        now: () => new Date("2026-03-01T22:35:10Z"),
    });
    return async (path, { from = "192.0.2.1", ...init } = {}) =>
        app.request(path, init, { incoming: { socket: { remoteAddress: from } } });
}

// The program's log is not printed.
beforeEach(() => jest.spyOn(process.stdout, "write").mockReturnValue(true));
afterEach(() => jest.restoreAllMocks());

interface Init {
    readonly method?: string;
    readonly headers?: Record<string, string>;
    readonly from?: string;
}

describe("what is in the register, and what is asked", () => {
    it("is shown as text, whatever it is", async () => {
        const kind = "act" as const;
        const read = page({
            list: () =>
                Promise.resolve({
                    standing,
                    total: 1,
                    acts: [{ ...version, number: 1, kind, title: EVIL, current: true }],
                }),
            act: () =>
                Promise.resolve({
                    standing,
                    act: {
                        kind,
                        title: EVIL,
                        versions: [{ ...version, reference: EVIL }],
                        paragraphs: [{ number: 1, text: EVIL, reference: EVIL }],
                    },
                }),
        });
        for (const path of [`/?q=${encodeURIComponent(`">${EVIL}`)}`, "/acts/1"]) {
            const body = await (await read(path)).text();
            expect(body).not.toContain("<script");
            expect(body).toContain("&lt;script&gt;alert(&quot;1&quot;)");
        }
    });
});

describe("a page", () => {
    it("says where it is read, whether that is a copy, and as of when, by Estonia's clock", async () => {
        const body = await (await page({})("/")).text();
        expect(body).toContain("<strong>Luksemburg</strong> (luxembourg)");
        expect(body.replace(/\s+/g, " ")).toContain(
            `Koopia seisuga <time datetime="2026-03-01T22:34:00.000Z">2. märts 2026 kell 00:34 Eesti aja järgi</time>`,
        );
        expect(body).not.toContain("Ühendus põhiasukohaga puudub");
    });

    it.each<[string, Partial<Standing>, string]>([
        ["is a copy that nobody has heard for", { late: true }, "Ühendus põhiasukohaga puudub"],
        ["is a copy of unknown age", { instant: null }, "teadmata"],
        ["is no copy", { copy: false }, " Seisuga "],
    ])("says that it %s", async (_, change, words) => {
        const read = page({
            list: () => Promise.resolve({ standing: { ...standing, ...change }, total: 0, acts: [] }),
        });
        expect((await (await read("/")).text()).replace(/\s+/g, " ")).toContain(words);
    });

    it("is of today in Estonia, where no day is named", async () => {
        const act = jest.fn(() => Promise.resolve({ standing, act: undefined }));
        await page({ act })("/acts/7");
        await page({ act })("/acts/7?at=2015-01-01");
        expect(act.mock.calls).toEqual([
            [7, "2026-03-02"],
            [7, "2015-01-01"],
        ]);
    });

    it("lets a browser run nothing, and show nothing of others", async () => {
        const { headers } = await page({})("/");
        expect(headers.get("content-security-policy")).toMatch(
            /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
        );
        expect(headers.get("x-content-type-options")).toBe("nosniff");
        expect(headers.get("referrer-policy")).toBe("no-referrer");
    });

    it("is sent once, as long as it stays the same", async () => {
        const read = page({});
        const first = await read("/");
        expect(first.headers.get("cache-control")).toBe("public, max-age=60");
        const again = await read("/", { headers: { "if-none-match": first.headers.get("etag") ?? "" } });
        expect([again.status, await again.text()]).toEqual([304, ""]);
    });

    it("has links to what was found before and after", async () => {
        const read = page({ list: () => Promise.resolve({ standing, total: 120, acts: [] }) });
        const links = async (path: string): Promise<string[]> =>
            [...(await (await read(path)).text()).matchAll(/rel="\w+" href="([^"]+)"/g)].map(([, link = ""]) => link);
        expect(await links("/?q=a%26b")).toEqual(["/?q=a%26b&amp;page=2"]);
        expect(await links("/?q=&page=2")).toEqual(["/?q=&amp;page=1", "/?q=&amp;page=3"]);
        expect(await links("/?page=3")).toEqual(["/?q=&amp;page=2"]);
    });
});

describe("what somebody looks for", () => {
    it.each([
        ["in decomposed form", "o\u0303igus", "õigus"],
        ["with spaces around and between", "\u00a0 maa \t amet\u2003", "maa amet"],
        ["in full-width letters", "ＲＴ　Ｉ", "RT I"],
        ["with what cannot be seen", "\ufeffõi\u00adgus\u200b", "õigus"],
        ["with signs that databases know", "50%_\\'", "50%_\\'"],
        ["with nothing but spaces", "  ", ""],
    ])("is found when it was typed %s", async (_, typed, asked) => {
        const list = jest.fn(() => Promise.resolve({ standing, total: 0, acts: [] }));
        await page({ list })(`/?q=${encodeURIComponent(typed)}`);
        expect(list.mock.calls).toEqual([[asked, "2026-03-02", 1]]);
    });
});

describe("a refusal", () => {
    it.each([
        ["POST", "/", 405],
        ["DELETE", "/acts/1", 405],
        ["GET", "/acts/1", 404],
        ["GET", "/acts/0", 404],
        ["GET", "/acts/1;drop", 404],
        ["GET", "/legislation", 404],
        ["GET", "/?q=%00", 400],
        ["GET", "/?q=%FF", 400],
        ["GET", "/?q=%ED%A0%80", 400],
        ["GET", "/?q=a&q=b", 400],
        ["GET", `/?q=${"a".repeat(201)}`, 400],
        ["GET", "/?page=0", 400],
        ["GET", "/?page=1e2", 400],
        ["GET", "/?page=1001", 400],
        ["GET", "/?sql=y", 400],
        ["GET", "/acts/1?at=2026-02-30", 400],
        ["GET", "/acts/1?at=0000-01-01", 400],
    ])("of %s %s is a page with the status %i", async (method, path, status) => {
        const answer = await page({})(path, { method });
        expect(answer.status).toBe(status);
        expect(answer.headers.get("cache-control")).toBe("no-store");
        expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'");
        expect(await answer.text()).toContain(`<p lang="en">`);
    });

    it("is for an address that asks too often, and for no other", async () => {
        const read = page({}, 2);
        const statuses = async (from: string): Promise<number[]> =>
            Promise.all([0, 1, 2].map(async () => (await read("/", { from })).status));
        expect(await statuses("192.0.2.1")).toEqual([200, 200, 429]);
        expect(await statuses("192.0.2.2")).toEqual([200, 200, 429]);
    });

    it("of what the database cannot take is the asker's", async () => {
        const error = Object.assign(new Error("invalid byte sequence"), { code: "22021" });
        expect((await page({ list: () => Promise.reject(error) })("/")).status).toBe(400);
    });

    it("says that the register does not answer, and not why", async () => {
        const answer = await page({ list: () => Promise.reject(new Error("no password for 10.0.0.1")) })("/");
        const body = await answer.text();
        expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "60"]);
        expect(body).toContain("Õigusaktide register praegu ei vasta");
        expect(body).not.toContain("password");
    });
});
