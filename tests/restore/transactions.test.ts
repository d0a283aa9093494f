import { lastIn } from "../../restore/transactions";

const line = (what: string): string =>
    `rmgr: Transaction len (rec/tot):     34/    34, tx:        752, lsn: 0/11000070, prev 0/11000028, desc: ${what}`;

describe("what pg_waldump says of transactions", () => {
    it("tells when the last ended, to the microsecond: committed or not, prepared or not, in whatever order", () => {
        const told = [
            line("COMMIT 2026-11-29 07:05:07.704413 UTC; inval msgs: catcache 51"),
            line("ABORT_PREPARED 753: 2026-11-29 07:05:09 UTC"),
            line("COMMIT_PREPARED 753: 2026-11-29 07:05:08.1 UTC"),
            line("ASSIGNMENT xtop 752: subxacts: 753"),
        ];
        expect(lastIn(told.join("\n"))).toBe("2026-11-29T07:05:09.000000Z");
    });

    it("is nothing where none ended", () => {
        expect(lastIn("")).toBeUndefined();
    });
});
