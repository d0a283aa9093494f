/** How Postgres hands on its WAL, so that a store which answers never waits for one that does not. Pure. */
import type { DatabasePlan } from "../plan-database";
import { FORMER_SEGMENT_BYTES, SEGMENT_BYTES, diskLimits } from "../disk";
import { commandLine, configurationFile } from "./pgbackrest";

/**
 * Stores WAL in both stores, each with a spool of its own. Postgres keeps what is not in both, and asks again, for the oldest segment
 * first. While one store does not answer, the other one is therefore asked for the newest segment as well: pgBackRest then takes all that
 * wait, and would otherwise take none, since it has the oldest already. If one of them were gone for weeks, the disk would fill and the
 * registry would stop: beyond a quarter of the disk either store is enough. The other one then lacks what was passed over, and is whole
 * again from the next backup on. What neither has is never passed over: infra/registries/disk.ts has room for it.
 *
 * The name of a segment tells its size as soon as there are enough of them: none of 16 MiB ends above 000000FF.
 *
 * A Postgres that is shutting down asks for what is left up to six times, a second apart, and its shutdown would wait for a store that does
 * not answer. An exit code above 125 ends that: what is left stays, and is asked for after the next start.
 *
 * @returns a command for sh that uses nothing but sh, because the image has few programs. `%%` is Postgres' `%`
 * @see https://www.postgresql.org/docs/17/continuous-archiving.html#BACKUP-ARCHIVING-WAL
 * @see https://www.postgresql.org/docs/17/runtime-config-wal.html#GUC-ARCHIVE-COMMAND
 */
export function archiveCommand({ registry, storage }: DatabasePlan): string {
    const push = (use: "own" | "partner", segment: string): string => `push ${use} "${segment}"`;
    const most = (segment: number): number => Math.floor(diskLimits(storage).oneStore / segment);
    const newest = "pg_wal/${last%%.ready}";
    return [
        // Postgres writes its state there: PM_STATUS_STOPPING, src/include/utils/pidfile.h.
        'leave() { while [ $1 != 0 ] && read -r line; do [ "$line" != stopping ] || exit 255; done < postmaster.pid; exit $1; }',
        `push() { ${commandLine(registry, "$1", "archive-push", '"$2"')}; }`,
        "set -- pg_wal/archive_status/*.ready",
        `case $* in *00000[1-9A-F]??.ready*) most=${most(SEGMENT_BYTES)} ;; *) most=${most(FORMER_SEGMENT_BYTES)} ;; esac`,
        `${push("own", "%p")}; own=$?`,
        // The command is the same in every site. Where there is no partner, this file does not exist.
        `if [ ! -e ${configurationFile("partner")} ]; then leave $own; fi`,
        "if [ $# -gt $most ] && [ $own = 0 ]; then exit 0; fi",
        `${push("partner", "%p")}; partner=$?`,
        "if [ $# -gt $most ]; then leave $partner; fi",
        "if [ $own = 0 ] && [ $partner = 0 ]; then exit 0; fi",
        "for last; do last=${last##*/}; done",
        `if [ $own = 0 ]; then ${push("own", newest)}; fi`,
        `if [ $partner = 0 ]; then ${push("partner", newest)}; fi`,
        "leave 1",
    ].join("; ");
}

/**
 * What a standby runs where the link is cut, or the primary no longer has the WAL. It takes what is stored here, and from the partner's
 * store what is only there because this site's store was away. A promotion waits for the end of this command, and a store behind a link
 * that is cut does not answer for many seconds, so that the partner's is asked only where it accepts a connection at once.
 *
 * @see https://www.postgresql.org/docs/17/runtime-config-wal.html#GUC-RESTORE-COMMAND
 */
export function restoreCommand({ registry, stores }: DatabasePlan): string {
    const get = (use: "own" | "partner"): string => commandLine(registry, use, "archive-get", "%f", '"%p"');
    const connects = `import socket; socket.create_connection(('${stores.partner ?? ""}', ${HTTPS}), ${CONNECT_SECONDS})`;
    return `${get("own")} || { python3 -c "${connects}" 2> /dev/null && ${get("partner")}; }`;
}

const HTTPS = 443;
const CONNECT_SECONDS = 1;
