/** The restore and the nightly verification judge a real pgBackRest repository with several timelines, whole and after damage. */
import { execFile, execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { bundleAgents } from "../../../../../images/agent-bundle";
import type { Archive } from "../../../../../infra/registries/backups/inspect/archive";
import { chainFrom } from "../../../../../infra/registries/backups/inspect/chain";
import { findings } from "../../../../../infra/registries/backups/inspect/found";
import { configurationFile } from "../../../../../infra/registries/backups/pgbackrest";
import { refuseBroken } from "../../../../../restore/chain";
import { type Reader, damageSeen, listed } from "../../../../../restore/look";
import { PgBackRest } from "../../../../support/pgbackrest";
import { Postgres, serverIdentity } from "../../../../support/postgres";

jest.setTimeout(300_000);

const REGISTRY = "population";
const run = promisify(execFile);

let folder: string;
let store: PgBackRest;
let verifier: string;
/** Names of segments: one of the second timeline that the first has as well, the last of the third, and the first of the fourth. */
let shared: string;
let left: string;
let begun: string;
let labels: string[];

beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "timelines-"));
    // pgBackRest runs as Postgres' user, which must reach the folder.
    chmodSync(folder, 0o711);
    verifier = join(folder, "verifier.cjs");
    writeFileSync(verifier, (await bundleAgents(["verifier"])).of("verifier").content);
    store = await PgBackRest.create(REGISTRY);
    const settings = { archive_mode: "on", archive_command: store.archiveCommand, wal_level: "replica" };
    const former = await Postgres.start(settings);
    let later: Postgres | undefined;
    try {
        await store.of(former.data, former.environment(), "stanza-create");
        await store.of(former.data, former.environment(), "backup", "--type=full");
        await written(former);
        later = await former.standby({ port: "5433" });
        await later.promote();
        // Both servers write, each on its own timeline, as when a site is cut off and does not know it.
        shared = await written(later);
        await written(former);
        await written(later);
        await later.leaveTimeline();
        const options = [later.data, { ...later.environment() }] as const;
        await store.of(...options, "--pg1-port=5433", "backup", "--type=diff");
        left = await written(later);
        await later.leaveTimeline();
        begun = await written(later);
        await written(later);
    } finally {
        await later?.remove();
        await former.remove();
    }
    labels = readdirSync(join(store.repository, "backup", REGISTRY)).filter((name) => /^\d{8}-\d{6}F/.test(name));
    // The files are dated an hour back, because segments of a new timeline may still be on their way.
    execFileSync("find", [store.repository, "-exec", "touch", "-d", "1 hour ago", "{}", "+"]);
}, 300_000);

afterAll(() => {
    store.remove();
    rmSync(folder, { recursive: true, force: true });
});

/** Writes, and closes the segment. @returns its name once it is stored */
async function written(postgres: Postgres): Promise<string> {
    await postgres.query("CREATE TABLE IF NOT EXISTS written (at timestamptz)");
    await postgres.query("INSERT INTO written VALUES (now())");
    const [{ name } = {}] = await postgres.query("SELECT pg_walfile_name(pg_switch_wal()) AS name");
    await postgres.until(`SELECT FROM pg_stat_archiver WHERE last_archived_wal >= '${name as string}'`);
    return name as string;
}

/** Removes the log's files whose names begin with `name`. */
function removeLog(repository: string, name: string): void {
    execFileSync("find", [join(repository, "archive", REGISTRY), "-name", `${name}*`, "-delete"]);
}

function spoil(repository: string, ...files: readonly string[]): void {
    files.forEach((file) => writeFileSync(join(repository, "backup", REGISTRY, file), "edited\n"));
}

/** Why a restore from any of the backups is refused before it creates anything; empty if it would go on. */
async function restoreSays(): Promise<string> {
    const look: Reader = Object.assign((...args: string[]) => store.say(...args), {
        userland: "",
        content: async (file: string) => {
            const words = [`--config=${store.configuration}`, "repo-get", file];
            return (await run(store.program, words, { ...serverIdentity(), cwd: store.folder, encoding: "buffer" }))
                .stdout;
        },
    });
    const refusals: string[] = [];
    const told = (error: unknown): void => void refusals.push((error as Error).message);
    const archive = await listed(look, REGISTRY, 1).catch(told);
    const damage = archive && (await damageSeen(look, REGISTRY));
    // For instants before the differential backup, the full one is the base.
    for (const base of archive?.stanza.backup ?? []) {
        const chain = chainFrom(base, archive as Archive);
        await refuseBroken(REGISTRY, undefined, chain, damage ?? [], () => Promise.resolve(undefined)).catch(told);
    }
    return refusals.join("\n");
}

/** The output of the nightly verification if it fails, else an empty text. */
async function verifierSays(): Promise<string> {
    const found = join(folder, "found");
    rmSync(found, { recursive: true, force: true });
    mkdirSync(found);
    const command = `pgbackrest --config=${configurationFile("own")}`;
    const script = findings(REGISTRY, "own", found).replaceAll(
        command,
        `${store.program} --config=${store.configuration}`,
    );
    const node = join(process.cwd(), "node_modules", ".bin", "node");
    try {
        await run("sh", ["-c", script]);
        await run(node, [verifier], { env: { FOUND: found } });
        return "";
    } catch (error) {
        const { stderr, stdout } = error as { stderr: string; stdout: string };
        return stderr + stdout;
    }
}

interface Case {
    readonly what: string;
    readonly damage: (repository: string) => void;
    /** What both must name. It is empty if both must accept the repository. */
    readonly named: () => RegExp[];
}

const CASES: readonly Case[] = [
    { what: "all of it", damage: () => undefined, named: () => [] },
    {
        what: "what only the timeline that was left has beyond the fork",
        damage: (repository) => removeLog(repository, `00000001${shared.slice(8)}-`),
        named: () => [],
    },
    {
        what: "a history in the middle",
        damage: (repository) => removeLog(repository, "00000003.history"),
        named: () => [/00000003\.history: missing/],
    },
    {
        what: "the last history",
        damage: (repository) => removeLog(repository, "00000004.history"),
        named: () => [/00000004\.history: missing/],
    },
    {
        what: "a segment that another timeline has",
        damage: (repository) => removeLog(repository, `${shared}-`),
        named: () => [new RegExp(`${shared}: missing`)],
    },
    {
        what: "the last segment before a fork",
        damage: (repository) => removeLog(repository, `${left}-`),
        named: () => [new RegExp(`${left}: missing`)],
    },
    {
        what: "everything that was written on the newest timeline",
        damage: (repository) => removeLog(repository, "0000000400000000"),
        named: () => [new RegExp(`${begun}: missing`)],
    },
    {
        what: "a backup's list of its files",
        damage: (repository) => {
            const [full = ""] = labels;
            const of = join(repository, "backup", REGISTRY, full);
            ["backup.manifest", "backup.manifest.copy"].forEach((name) => rmSync(join(of, name)));
        },
        named: () => [new RegExp(`${labels[0]}(/backup\\.manifest)?: missing`)],
    },
    {
        what: "one of two lists of backups",
        damage: (repository) => spoil(repository, "backup.info"),
        named: () => [],
    },
    {
        what: "both lists of backups",
        damage: (repository) => spoil(repository, "backup.info", "backup.info.copy"),
        named: () => [/backup\.info|do not open|cannot be read/],
    },
];

it.each(CASES)("without $what", async ({ damage, named }) => {
    const copy = join(folder, "copy");
    rmSync(copy, { recursive: true, force: true });
    cpSync(store.repository, copy, { recursive: true, preserveTimestamps: true });
    execFileSync("chmod", ["-R", "a+rX", copy]);
    damage(copy);
    store.configure(copy);
    const [restore, verification] = [await restoreSays(), await verifierSays()];
    for (const said of [restore, verification]) {
        const names = named();
        names.forEach((name) => expect(said).toMatch(name));
        expect(names.length > 0 ? "" : said).toBe("");
    }
});
