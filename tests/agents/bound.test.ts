/** How far the other site may fall behind before commits wait for it, with a fake clock and a fake Postgres. */
import type { Client } from "pg";
import { Bound, LOOK_MS } from "../../agents/lease-agent/bound";
import type { Connection } from "../../agents/lease-agent/connection";
import { Lag } from "../../agents/lease-agent/lag";

describe("the lag of the other site", () => {
    it("is nothing while all that was seen at the last look has arrived", () => {
        const lag = new Lag();
        expect([0, 200, 400].map((now) => lag.behind(now, 100 + now, now))).toEqual([0, 0, 0]);
    });

    it("counts from when the oldest of what is lacking was seen", () => {
        const lag = new Lag();
        expect([0, 200, 400, 600].map((now) => lag.behind(now, 100 + now, 50))).toEqual([0, 200, 400, 600]);
        expect(lag.behind(800, 900, 150)).toBe(600);
        expect(lag.behind(1000, 900, 900)).toBe(0);
    });

    it("is that of the last write, where nothing is written", () => {
        const lag = new Lag();
        expect([0, 200, 400].map((now) => lag.behind(now, 100, 100))).toEqual([0, 0, 0]);
        expect([600, 5_000].map((now) => lag.behind(now, 101, 100))).toEqual([0, 4_400]);
    });
});

describe("a primary whose other site is late", () => {
    const PATRONIS = '"database-1"';
    const EVERYBODY = "FIRST 2 (*)";
    let now = 0;
    let said: { writing: boolean; written: number; received: number | null };
    let inForce: string;
    let bound: Bound;

    beforeEach(() => {
        // The agent's log is not printed.
        jest.spyOn(process.stdout, "write").mockReturnValue(true);
        [now, inForce] = [0, PATRONIS];
        said = { writing: true, written: 100, received: 100 };
        const query = (asked: string | { text: string }): Promise<{ rows: unknown[] }> => {
            const statement = typeof asked === "string" ? asked : asked.text;
            inForce = /SET synchronous_standby_names = '(.*)'/.exec(statement)?.[1] ?? inForce;
            inForce = statement.includes("RESET") ? PATRONIS : inForce;
            return Promise.resolve({ rows: [{ ...said, waitsFor: inForce }] });
        };
        const connection = { use: (work: (client: Client) => unknown) => work({ query } as unknown as Client) };
        bound = new Bound(connection as Connection, ["database-0", "database-1"], () => now);
    });

    afterEach(() => jest.restoreAllMocks());

    /** The standbys that commits wait for after each pass. */
    async function looks(count: number, isBound = true): Promise<string[]> {
        const seen: string[] = [];
        for (let look = 0; look < count; look++) {
            await bound.pass(isBound);
            seen.push(inForce);
            now += LOOK_MS;
        }
        return seen;
    }

    it("waits for it before it is a second behind, and no longer than until it has caught up", async () => {
        await looks(1);
        said = { writing: true, written: 200, received: 100 };
        expect(await looks(3)).toEqual([PATRONIS, PATRONIS, EVERYBODY]);
        expect(now).toBeLessThan(1_000 + LOOK_MS);
        said = { writing: true, written: 200, received: 200 };
        expect(await looks(1)).toEqual([PATRONIS]);
    });

    it("waits for one that does not follow at all", async () => {
        said = { writing: true, written: 200, received: null };
        expect((await looks(4)).at(-1)).toBe(EVERYBODY);
    });

    it("waits for nobody where nothing is limited, and where it is a standby by now", async () => {
        said = { writing: true, written: 200, received: 100 };
        expect(new Set(await looks(10, false))).toEqual(new Set([PATRONIS]));
        await looks(5);
        said = { writing: false, written: 0, received: null };
        expect(await looks(1)).toEqual([PATRONIS]);
    });

    it("leaves alone what is declared to wait always", async () => {
        inForce = "ANY 2 (*)";
        said = { writing: true, written: 200, received: 100 };
        expect(new Set(await looks(10, false))).toEqual(new Set(["ANY 2 (*)"]));
    });
});
