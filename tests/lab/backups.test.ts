import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SitePaths } from "../../lab/paths";
import { backupStatusOf } from "../../lab/backups";

/** A port at which nothing listens. */
const CLOSED = 1;

let home: string;
const paths = (site = "tallinn"): SitePaths => new SitePaths(home, site);

beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "stored-"));
});
afterEach(() => rmSync(home, { recursive: true }));

test("of a site that is down nothing is asked, and nothing is missing", async () => {
    expect(await backupStatusOf(paths(), false, undefined)).toEqual({ stored: [], stores: [], problems: [] });
});

test.each([
    ["its API server does not run", undefined, "The API server of tallinn does not run."],
    ["its API server does not answer", CLOSED, "ECONNREFUSED"],
])("what is not known is not left out: %s", async (_, port, why) => {
    expect((await backupStatusOf(paths(), true, port)).unknown).toMatch(
        new RegExp(`^How old backups are is not known: .*${why}`),
    );
});

test("what is not known is not left out: its stack file is gone", async () => {
    expect((await backupStatusOf(paths("narva"), false, undefined)).unknown).toContain('There is no site "narva"');
});
