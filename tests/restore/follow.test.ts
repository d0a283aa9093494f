import { reasons } from "../../restore/follow";

describe("why a member gave up", () => {
    it("is in its errors, each once, without what comes of them and what is usual at a start", () => {
        const log = [
            "2026-03-01 INFO: Running custom bootstrap script",
            "ERROR: [031]: unable to decrypt",
            "ERROR: [031]: unable to decrypt",
            "       HINT: is the cipher pass right?",
            "    no advice",
            "FATAL:  the database system is starting up",
            "FATAL:  the database system is not accepting connections",
            "patroni.exceptions.PatroniFatalException: 'Failed to bootstrap cluster' ERROR",
        ].join("\n");
        expect(reasons(log)).toEqual(["  ERROR: [031]: unable to decrypt", "  HINT: is the cipher pass right?"]);
    });

    it("is in what Postgres advises too, wherever that stands", () => {
        const log = ["2026-03-01 FATAL:  too few", "2026-03-01 DETAIL:  100 were", "2026-03-01 HINT:  raise it"].join(
            "\n",
        );
        expect(reasons(log)).toEqual(["  2026-03-01 FATAL:  too few", "  2026-03-01 HINT:  raise it"]);
    });

    it("is said to be unknown where it said nothing", () => {
        expect(reasons("")).toEqual(["  (nothing)"]);
    });
});
