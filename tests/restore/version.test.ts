import { POSTGRES_MAJOR } from "../../infra/conventions/postgres";
import type { BackupInfo, StanzaInfo } from "../../infra/registries/backups/inspect/archive";
import { refuseOtherVersion } from "../../restore/version";
import { ARCHIVE, FULL, backup } from "../infra/registries/backups/inspect/fixture";

/** A stanza that was upgraded: its first database was of version 15. */
const stanza: StanzaInfo = {
    ...ARCHIVE.stanza,
    db: [
        { id: 1, version: "15" },
        { id: 2, version: POSTGRES_MAJOR },
    ],
};
const of = (id: number): BackupInfo => ({ ...backup(FULL, 1, "000000010000000000000002"), database: { id } });

describe("a backup of a database", () => {
    it("is restored where this release's Postgres opens it", () => {
        expect(() => refuseOtherVersion(stanza, of(2))).not.toThrow();
    });

    it("is refused by name where another major version made it", () => {
        expect(() => refuseOtherVersion(stanza, of(1))).toThrow(
            `population cannot be restored from its backup ${FULL}: that is of Postgres 15, this release runs ${POSTGRES_MAJOR}, which cannot ` +
                "open it. Restore it with the release that stored it (git checkout), or, where there are later backups, to a later instant (--at).",
        );
    });

    it("is refused where pgBackRest does not say of which version it is", () => {
        expect(() => refuseOtherVersion(stanza, of(3))).toThrow("of Postgres an unknown version");
    });
});
