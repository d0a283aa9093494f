/**
 * What `pgbackrest verify` finds wrong, read from its output, because its exit code is 0 either way. It says nothing of what is missing:
 * chain.ts. Pure.
 * @see https://github.com/pgbackrest/pgbackrest/issues/2502
 */

export interface Damage {
    /** As pgBackRest names it: a segment of WAL with its folder, a file of a backup, or a backup's label. */
    readonly object: string;
    readonly what: string;
}

/** The words of its source, src/command/verify/verify.c. The name of a WAL file that it cannot even unpack has no quotes. */
const OBJECT = /\b(file missing|invalid checksum|invalid size|invalid result) '?([^\s':]+)/g;
const BACKUP = /\bbackup: (\S+), status: ([^,\n]+)/g;
const TWICE = /\bduplicate WAL '([\dA-F]{24})'/g;
const INFO = /\bNo usable (\S+) file/g;
/** The status of a backup's folder that has no list of files. */
export const NO_MANIFEST = "manifest missing";
const SOUND = ["valid", "in-progress"];

/** @param log its output with `--verbose` at level info */
export function damageIn(log: string): Damage[] {
    const objects = [...log.matchAll(OBJECT)].map(([, what = "", object = ""]) => ({ object, what }));
    // A backup without a readable list of its files has no files that could be named.
    const backups = [...log.matchAll(BACKUP)]
        .map(([, object = "", what = ""]) => ({ object, what }))
        .filter(({ object, what }) => !SOUND.includes(what) && !objects.some((file) => file.object.startsWith(object)));
    const twice = [...log.matchAll(TWICE)].map(([, object = ""]) => ({ object, what: "stored twice" }));
    const lists = [...log.matchAll(INFO)].map(([, object = ""]) => ({ object, what: "missing or damaged" }));
    const found = new Map([...objects, ...backups, ...twice, ...lists].map((damage) => [damage.object, damage]));
    return [...found.values()];
}
