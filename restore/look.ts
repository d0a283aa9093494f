/**
 * Reads the versions that a site has stored, from a disk: neither the site nor its store needs to run, and nothing can be written. A store keeps
 * an object as a file of the same name, which pgBackRest reads as it would over S3.
 */
import { execFile } from "node:child_process";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import { type RegistryKeys, generationsIn } from "../infra/keys/registry-keys";
import { repoRoot } from "../command-line/paths";
import { LabError } from "../lab/errors";
import { ensureUserland } from "../lab/nodes/userland";
import { SYSTEM_PATH } from "../lab/nodes/network";
import type { Instant } from "../infra/conventions/instant";
import {
    type Archive,
    type Listing,
    type StanzaInfo,
    historyFilesOf,
} from "../infra/registries/backups/inspect/archive";
import { type Damage, damageIn } from "../infra/registries/backups/inspect/damage";
import type { Source } from "./source";
import { lastTransaction } from "./transactions";

const run = promisify(execFile);
const SCRIPT = path.join(repoRoot, "restore", "look.sh");

export interface Backups extends Archive {
    /** Generation of the keys that open it. */
    readonly generation: number;
    /** When the last transaction in a stored segment ended; undefined where none did, or it cannot be read. @param file name in the listing */
    readonly lastTransaction: (file: string) => Promise<Instant | undefined>;
}

/** Runs pgBackRest with `args`, on the repository of `registry`, and returns its output. @throws LabError */
export interface Reader {
    (...args: string[]): Promise<string>;
    /** Folder with the programs that read what was stored. */
    readonly userland: string;
    /** Content of a stored file, decrypted. */
    content(file: string): Promise<Buffer>;
}

export async function reader(source: Source, registry: string, { cipher, folder }: RegistryKeys): Promise<Reader> {
    const bucket = await source.bucket(registry);
    const userland = await ensureUserland(source.home, () => undefined);
    const said = async (...args: string[]): Promise<Buffer> => {
        const options = [
            `--repo1-path=${path.join("/mnt", folder)}`,
            "--repo1-cipher-type=aes-256-cbc",
            "--log-level-file=off",
        ];
        const env = { PATH: SYSTEM_PATH, PGBACKREST_REPO1_CIPHER_PASS: cipher };
        const { stdout } = await run(SCRIPT, [userland, bucket, ...args, ...options], {
            env,
            maxBuffer: LONGEST,
            encoding: "buffer",
        }).catch((error: unknown) => {
            const { stderr = "", stdout: words = "" } = error as { stderr?: Buffer; stdout?: Buffer };
            throw explained(registry, `${words.toString()}${stderr.toString()}`.trim());
        });
        return stdout;
    };
    return Object.assign(async (...args: string[]) => (await said(...args)).toString(), {
        userland,
        content: (file: string) => said("repo-get", file),
    });
}

/**
 * What is stored of `registry`; the newest generation of keys comes first.
 *
 * @param keysOf the keys of a generation
 * @throws LabError where nothing is stored, or it cannot be read, or a key is not the right one
 */
export async function backupsOf(
    source: Source,
    registry: string,
    keysOf: (generation: number) => RegistryKeys,
): Promise<[Backups, ...Backups[]]> {
    const list = async (generation: number): Promise<Backups> =>
        listed(await reader(source, registry, keysOf(generation)), registry, generation);
    const [newest, ...before] = generationsIn(await fs.readdir(await source.bucket(registry)));
    const stored: [Backups, ...Backups[]] = [await list(newest)];
    for (const generation of before) {
        stored.push(await list(generation));
    }
    return stored;
}

/** The damage of everything that is stored with these keys, needed or not: it reads every byte. */
export async function damaged(source: Source, registry: string, keys: RegistryKeys): Promise<readonly Damage[]> {
    return damageSeen(await reader(source, registry, keys), registry);
}

export async function damageSeen(look: Reader, registry: string): Promise<readonly Damage[]> {
    const cores = `--process-max=${os.availableParallelism()}`;
    return damageIn(await look(`--stanza=${registry}`, "verify", "--verbose", "--log-level-console=info", cores));
}

/** Everything that is stored with one generation of keys. */
export async function listed(look: Reader, registry: string, generation: number): Promise<Backups> {
    const stanza = stanzaIn(registry, await look(`--stanza=${registry}`, "info", "--output=json"));
    const list = async (...what: string[]): Promise<Listing> =>
        JSON.parse(await look("repo-ls", "--output=json", "--recurse", ...what)) as Listing;
    const wal = await list(`archive/${registry}`);
    const histories: Record<string, string | undefined> = {};
    for (const { name, file } of historyFilesOf(wal)) {
        histories[name] = (await look.content(`archive/${registry}/${file}`).catch(unopened))?.toString();
    }
    return {
        generation,
        stanza,
        wal,
        backups: await list(`backup/${registry}`, "--filter=backup\\.manifest$"),
        histories,
        lastTransaction: async (file) => {
            const content = await look.content(`archive/${registry}/${file}`).catch(unopened);
            return content && lastTransaction(file, content, look.userland);
        },
    };
}

/** Damage is reported by the reader that needs the data. */
function unopened(): undefined {
    return undefined;
}

/**
 * The output of `pgbackrest info`, whose exit code is 0 even where it could read nothing.
 * @throws LabError where there is no such stanza, or it does not open
 */
export function stanzaIn(registry: string, info: string): StanzaInfo {
    // pgBackRest quotes undecipherable data byte for byte; the rest is ASCII.
    const [stanza] = JSON.parse(info.replace(/[^ -~]+/g, " ")) as StanzaInfo[];
    if (stanza === undefined) {
        throw new LabError(`There are no backups of ${registry}.`);
    }
    if (stanza.status.code === UNREADABLE) {
        const why = (stanza.repo ?? []).map(({ status }) => status.message);
        throw explained(registry, [stanza.status.message, ...why].join(": "));
    }
    return stanza;
}

/** `other` among the codes of a stanza's status: https://pgbackrest.org/command.html#command-info */
const UNREADABLE = 99;
/** The most bytes of pgBackRest's output: a listing has one line for each segment of a recovery window. */
const LONGEST = 256 * 1024 * 1024;

function explained(registry: string, words: string): LabError {
    return /cipher|CryptoError|FormatError|decrypt/i.test(words)
        ? new DoesNotOpen(registry, words)
        : new LabError(`The backups of ${registry} cannot be read. pgBackRest: ${words}`);
}

/** The key is a wrong one. A caller that knows where the key is from says so by {@link DoesNotOpen.with}. */
export class DoesNotOpen extends LabError {
    constructor(
        private readonly registry: string,
        private readonly words: string,
        origin = "that was given: either it is another's",
    ) {
        super(
            `The backups of ${registry} do not open with the key ${origin}, or what is stored is damaged. pgBackRest: ${words}`,
        );
    }

    /** @param origin where the key is from, and what may be wrong with it; it follows the words "the key" */
    with(origin: string): DoesNotOpen {
        return new DoesNotOpen(this.registry, this.words, origin);
    }
}
