import { damageIn } from "../../../../../infra/registries/backups/inspect/damage";

const HASH = "d3043bbed69c23f832d8e4dcd927fec177b58a3d";

describe("what pgbackrest verify says", () => {
    it("names what is missing and what is changed, in the log and in backups", () => {
        const said = `
2026-11-24 10:00:00.000 P00   INFO: verify command begin 2.55.1: --stanza=population --verbose
2026-11-24 10:00:00.100 P01   INFO: invalid checksum '17-1/0000000100000000/00000001000000000000000B-${HASH}.zst'
2026-11-24 10:00:00.100 P01   INFO: invalid result 17-1/0000000100000000/00000001000000000000000C-${HASH}.zst: [95] raised from local-1 protocol: unable to flush
2026-11-24 10:00:00.100 P02   INFO: file missing '20261124-095147F/pg_data/base/1/112.zst'
2026-11-24 10:00:00.200 P00   INFO: stanza: population
                                    status: error
                                      archiveId: 17-1, total WAL checked: 13, total valid WAL: 12
                                        missing: 0, checksum invalid: 1, size invalid: 0, other: 0
                                      backup: 20261124-095147F, status: invalid, total files checked: 1268, total valid files: 1267
                                        missing: 1, checksum invalid: 0, size invalid: 0, other: 0
                                      backup: 20261125-095147F, status: invalid, total files checked: 0, total valid files: 0
                                      backup: 20261126-095147F, status: valid, total files checked: 5, total valid files: 5`;
        expect(damageIn(said)).toEqual([
            { object: `17-1/0000000100000000/00000001000000000000000B-${HASH}.zst`, what: "invalid checksum" },
            { object: `17-1/0000000100000000/00000001000000000000000C-${HASH}.zst`, what: "invalid result" },
            { object: "20261124-095147F/pg_data/base/1/112.zst", what: "file missing" },
            { object: "20261125-095147F", what: "invalid" },
        ]);
    });

    it("names what it passes over without counting it: a segment that is stored twice, a backup without a list, no list of backups", () => {
        const said = `
INFO: duplicate WAL '00000001000000000000000B' for '17-1' exists, skipping
INFO: stanza: population
        status: error
        backup: 20261129-070456F, status: manifest missing, total files checked: 0, total valid files: 0
        No usable backup.info file`;
        expect(damageIn(said)).toEqual([
            { object: "20261129-070456F", what: "manifest missing" },
            { object: "00000001000000000000000B", what: "stored twice" },
            { object: "backup.info", what: "missing or damaged" },
        ]);
    });

    it("is nothing where all is whole", () => {
        const said =
            "INFO: stanza: population\n status: ok\n archiveId: 17-1, total WAL checked: 14, total valid WAL: 14\n" +
            "   missing: 0, checksum invalid: 0, size invalid: 0, other: 0\n" +
            " backup: 20261124-095147F, status: valid, total files checked: 1268, total valid files: 1268";
        expect(damageIn(said)).toEqual([]);
    });
});
