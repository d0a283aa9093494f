/** The verifier: says whether a registry can be restored from what is stored of it, judging by what pgBackRest has reported. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
    type Archive,
    FOUND,
    type Listing,
    type StanzaInfo,
    historyFilesOf,
} from "../../infra/registries/backups/inspect/archive";
import { type Damage, damageIn } from "../../infra/registries/backups/inspect/damage";
import { wholenessOf } from "../../infra/registries/backups/inspect/whole";
import { AgentError, log, runAgent } from "../agent";
import { settingsOf } from "../settings";

const SHOWN = 20;

runAgent(async () => {
    const settings = settingsOf("verifier");
    const folder = settings.FOUND;
    const read = (name: string): Promise<string> => readFile(join(folder, name), "utf8");
    const parsed = async (name: string): Promise<unknown> => JSON.parse(await read(name));
    const [stanza] = (await parsed(FOUND.info)) as StanzaInfo[];
    if (stanza === undefined) {
        throw new AgentError(
            "pgBackRest knows of no backups: look whether the first backup has been made (kubectl get jobs).",
        );
    }
    const wal = (await parsed(FOUND.wal)) as Listing;
    const names = historyFilesOf(wal).map(({ name }) => name);
    const histories = Object.fromEntries(
        await Promise.all(names.map(async (name) => [name, await read(name)] as const)),
    );
    const archive: Archive = { stanza, wal, backups: (await parsed(FOUND.backups)) as Listing, histories };
    const said = await read(FOUND.verified);
    process.stdout.write(said);

    const { broken, before } = wholenessOf(archive, damaged(said), Date.now() / 1000);
    if (before.length > 0) {
        log("of instants before the newest full backup some cannot be restored", { lacking: shown(before) });
    }
    if (broken.length > 0) {
        throw new AgentError(
            `${broken.length} stored files are missing or damaged:\n${shown(broken)
                .map((line) => `  ${line}`)
                .join("\n")}\nMake a full backup, and look in the other site's object store for what is missing here.`,
        );
    }
    log("whole", { backups: stanza.backup.length, timelines: names.length + 1 });
});

/** The damage that pgBackRest has reported, also where it names nothing. */
function damaged(said: string): Damage[] {
    const named = damageIn(said);
    return named.length > 0 || !said.includes("status: error") ? named : [{ object: "stanza", what: "status: error" }];
}

function shown(damage: readonly Damage[]): string[] {
    return damage.slice(0, SHOWN).map(({ object, what }) => `${object}: ${what}`);
}
