/** Reads with Postgres' own reader of WAL when transactions ended: a recovery up to an instant stops before the first that ended later. */
import { POSTGRES_PROGRAMS } from "../infra/conventions/postgres";
import { execFile } from "node:child_process";
import * as path from "node:path";
import { promisify } from "node:util";
import { zstdDecompress } from "node:zlib";
import { type Instant, parseInstant } from "../infra/conventions/instant";
import { repoRoot } from "../command-line/paths";
import { LabError } from "../lab/errors";
import { SYSTEM_PATH } from "../lab/nodes/network";

const run = promisify(execFile);
const SCRIPT = path.join(repoRoot, "restore", "transactions.sh");
/** The most bytes of output for a segment, which has a line for each transaction. */
const LONGEST = 256 * 1024 * 1024;

/**
 * @param file stored name, which begins with the name of its segment
 * @param content compressed with zstd, as infra/registries/backups/pgbackrest.ts configures it
 * @returns undefined where no transaction ended in it, or nothing of it can be read
 */
export async function lastTransaction(file: string, content: Buffer, userland: string): Promise<Instant | undefined> {
    const plain = await promisify(zstdDecompress)(content).catch(() => undefined);
    if (plain === undefined) {
        return undefined;
    }
    const told = run(SCRIPT, [userland, path.basename(file).slice(0, NAME), POSTGRES_PROGRAMS], {
        env: { PATH: SYSTEM_PATH, TZ: "UTC" },
        maxBuffer: LONGEST,
    });
    // Where it ends before it has read everything, it says itself why.
    told.child.stdin?.on("error", () => undefined).end(plain);
    return lastIn(
        await told.then(
            ({ stdout }) => stdout,
            // The last record of most segments continues in the next one, which is missing here.
            (error: unknown) => {
                const {
                    stdout = "",
                    stderr = "",
                    message,
                } = error as { stdout?: string; stderr?: string; message: string };
                if (!stderr.includes("pg_waldump: ")) {
                    throw new LabError(`${file} cannot be read: ${stderr || message}`);
                }
                return stdout;
            },
        ),
    );
}

/** Hexadecimal digits of a segment's name. */
const NAME = 24;
const ENDED = /desc: (?:COMMIT|ABORT)(?:_PREPARED)? (?:\d+: )?(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)? UTC)/g;

/** The last instant in pg_waldump's output about transactions. */
export function lastIn(told: string): Instant | undefined {
    const ended = [...told.matchAll(ENDED)].flatMap(([, at = ""]) => parseInstant(at) ?? []);
    return ended.reduce<Instant | undefined>((last, at) => (last === undefined || at > last ? at : last), undefined);
}
