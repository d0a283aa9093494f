/** Plays two weeks in seconds, with a real Postgres, its command that archives WAL, and stores that answer or do not. */
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseConfig } from "../../../../infra/site/config";
import { DAYS_ALONE } from "../../../../infra/keys/config";
import { archiveCommand } from "../../../../infra/registries/backups/archive";
import { PATHS, planDatabase } from "../../../../infra/registries/plan-database";
import { FORMER_SEGMENT_BYTES, diskLimits } from "../../../../infra/registries/disk";
import { Postgres } from "../../../support/postgres";
import { stackValues } from "../../../support/stacks";

jest.setTimeout(300_000);

/** Debian's `nobody`. Postgres runs as this user if the tests run as root. */
const NOBODY = 65_534;
/** The size of the disk. A quarter of it holds three segments, so WAL of three days waits for both stores. */
const STORAGE = "192Mi";
const WAITED = diskLimits(STORAGE).oneStore / FORMER_SEGMENT_BYTES;

let folder: string;
let postgres: Postgres;

beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "archive-"));
    chmodSync(folder, 0o755);
    for (const store of ["own", "partner"]) {
        mkdirSync(join(folder, store));
        if (process.getuid?.() === 0) {
            chownSync(join(folder, store), NOBODY, NOBODY);
        }
        writeFileSync(join(folder, `${store}.conf`), "");
    }
    // This fake pgBackRest uses folders as stores. A store does not answer if there is a `.silent` file beside it.
    const program = join(folder, "pgbackrest");
    const script = [
        "#!/bin/sh",
        "store=${1#--config=}; store=${store%.conf}",
        "[ ! -e $store.silent ] || exit 1",
        'cp "$4" "$store/${4##*/}"',
    ];
    writeFileSync(program, script.join("\n"), { mode: 0o755 });
    const config = parseConfig("tallinn", stackValues("tallinn"));
    const plan = { ...planDatabase("taxes", "registry-taxes", config), storage: STORAGE };
    const command = archiveCommand(plan)
        .replaceAll(PATHS.repositories, folder)
        .replace("pgbackrest --", `${program} --`);
    postgres = await Postgres.start({
        archive_mode: "on",
        archive_command: command,
        max_wal_size: "32MB",
        min_wal_size: "32MB",
        wal_keep_size: "0",
    });
    await postgres.query("CREATE TABLE written AS SELECT 0 AS day");
});
afterEach(async () => {
    ["own", "partner"].forEach(answers);
    await postgres.remove();
    rmSync(folder, { recursive: true });
});

function silent(store: string): void {
    writeFileSync(join(folder, `${store}.silent`), "");
}
function answers(store: string): void {
    rmSync(join(folder, `${store}.silent`), { force: true });
}

/** Writes one segment a day. @returns their names */
async function days(count: number): Promise<string[]> {
    const names: string[] = [];
    for (let day = 0; day < count; day++) {
        await postgres.query("UPDATE written SET day = day + 1");
        const [{ name } = {}] = await postgres.query("SELECT pg_walfile_name(pg_switch_wal()) AS name");
        names.push(name as string);
        await postgres.query("CHECKPOINT");
    }
    return names;
}

const WAITING = "(SELECT count(*) FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready')";

function lacks(store: string, names: readonly string[]): string[] {
    return names.filter((name) => !existsSync(join(folder, store, name)));
}

it.each([
    ["own", "partner"],
    ["partner", "own"],
])(
    "two weeks without the %s store leave no more than a quarter of the disk waiting, and what is released in the other",
    async (gone, there) => {
        silent(gone);
        const written = await days(DAYS_ALONE);
        await postgres.until(`SELECT WHERE ${WAITING} <= ${WAITED}`);
        // The rest waits. The real pgBackRest would store all that waits with the newest segment, but the fake one does not.
        expect(lacks(there, written.slice(0, -WAITED))).toEqual([]);
        expect(lacks(gone, written)).toEqual(written);
        answers(gone);
        await days(1);
        await postgres.until(`SELECT WHERE ${WAITING} = 0`);
        expect(lacks(there, written)).toEqual([]);
        // The store lacks the segments that were passed over, and one more that had to give way on this day.
        expect(lacks(gone, written.slice(1 - WAITED))).toEqual([]);
    },
);

it("two weeks without either lose nothing: all waits, and both have all of it when they are back", async () => {
    ["own", "partner"].forEach(silent);
    const written = await days(DAYS_ALONE);
    const [{ waiting } = {}] = await postgres.query(`SELECT ${WAITING}::int AS waiting`);
    expect(waiting).toBe(DAYS_ALONE);
    expect(readdirSync(join(folder, "own"))).toEqual([]);
    ["own", "partner"].forEach(answers);
    await days(1);
    await postgres.until(`SELECT WHERE ${WAITING} = 0`);
    // For segments beyond the quarter of the disk the own store is enough.
    expect(lacks("own", written)).toEqual([]);
});
