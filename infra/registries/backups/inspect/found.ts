/** How the reports of pgBackRest on a store are written down for the verifier. Pure. */
import { type Use, commandLine } from "../pgbackrest";
import { FOUND } from "./archive";

/**
 * The commands that write these files, for a shell without other programs. They look into the newest generation of keys, which is the first
 * repository. `verify` is the last and reads every stored byte; it ends well whatever it finds.
 *
 * @param folder the folder that is written to
 */
export function findings(registry: string, use: Use, folder: string): string {
    const ask = (command: string, ...words: string[]): string =>
        commandLine(registry, use, command, "--repo=1", ...words);
    const quiet = "--log-level-console=off";
    const list = (...words: string[]): string => ask("repo-ls", "--recurse", quiet, ...words);
    const log = `archive/${registry}`;
    return [
        "set -e",
        `${ask("info", "--output=json", quiet)} > ${folder}/${FOUND.info}`,
        `${list("--output=json", log)} > ${folder}/${FOUND.wal}`,
        `${list("--output=json", "--filter='backup\\.manifest$'", `backup/${registry}`)} > ${folder}/${FOUND.backups}`,
        `histories=$(${list("--filter='\\.history$'", log)})`,
        // A history that cannot be opened is left as far as it was written, and counts as none.
        `for file in $histories; do ${ask("repo-get", quiet, `"${log}/$file"`)} > "${folder}/\${file##*/}" || :; done`,
        `${ask("verify", "--output=text", "--verbose")} > ${folder}/${FOUND.verified}`,
    ].join("\n");
}
