/**
 * Looks into the versions that a site has stored, on the disk of its object store: neither the site nor the store need run,
 * and nothing can be written. The store keeps an object as a file of its name, which pgBackRest reads as it would over S3.
 */
import { execFile } from "node:child_process";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { promisify } from "node:util";
import type { RegistryKeys } from "../../infra/plan/keys";
import { registryNamespace } from "../../infra/plan/registries";
import { repoRoot } from "../../toolchain/paths";
import { LabError } from "../errors";
import { DISKS } from "../objects";
import { SitePaths } from "../paths";
import { ensureUserland } from "../nodes/userland";
import { SYSTEM_PATH } from "../nodes/network";
import { type Listing, type Range, type StanzaInfo, rangeOf } from "./range";

const run = promisify(execFile);
const SCRIPT = path.join(repoRoot, "lab", "restore", "look.sh");

/** The folder of `bucket` on whichever disk of the site's machines has it. @throws LabError where none has */
export async function bucketFolder(paths: SitePaths, bucket: string): Promise<string> {
    const machines = path.join(paths.directory, "machines");
    for (const disk of await folders(machines, "*", "var", DISKS, "*", "*")) {
        for (const folder of await folders(disk, "*")) {
            const candidate = path.join(folder, bucket);
            if (await isFolder(path.join(candidate, "archive"))) {
                return candidate;
            }
        }
    }
    throw new LabError(
        `No disk of ${paths.site} below ${machines} holds stored versions in a bucket ${bucket}. ` +
            `Bring the site up with real nodes, and let it store a first version: npm start`,
    );
}

/** Folders that fit a path whose part `*` stands for any name. */
async function folders(top: string, ...[part, ...rest]: readonly string[]): Promise<string[]> {
    if (part === undefined) {
        return [top];
    }
    const names =
        part === "*"
            ? (await fs.readdir(top, { withFileTypes: true }).catch(() => []))
                  .filter((entry) => entry.isDirectory())
                  .map(({ name }) => name)
            : [part];
    return (await Promise.all(names.sort().map((name) => folders(path.join(top, name), ...rest)))).flat();
}

async function isFolder(file: string): Promise<boolean> {
    return (await fs.stat(file).catch(() => undefined))?.isDirectory() ?? false;
}

/** From when to when `registry` can be restored. @throws LabError where it cannot, or the key is not the right one */
export async function storedRange(paths: SitePaths, registry: string, { cipher }: RegistryKeys): Promise<Range> {
    const folder = await bucketFolder(paths, registryNamespace(registry));
    const userland = await ensureUserland(paths.home, () => undefined);
    const look = async (...args: string[]): Promise<unknown> => {
        const options = [
            "--repo1-path=/mnt",
            "--repo1-cipher-type=aes-256-cbc",
            "--output=json",
            "--log-level-file=off",
        ];
        const env = { PATH: SYSTEM_PATH, PGBACKREST_REPO1_CIPHER_PASS: cipher };
        const { stdout } = await run(SCRIPT, [userland, folder, ...args, ...options], { env }).catch(
            (error: unknown) => {
                const { stderr = "", stdout: said = "" } = error as { stderr?: string; stdout?: string };
                throw new LabError(explained(registry, `${said}${stderr}`.trim()));
            },
        );
        return JSON.parse(stdout) as unknown;
    };
    const [stanza] = (await look(`--stanza=${registry}`, "info")) as StanzaInfo[];
    if (stanza === undefined) {
        throw new LabError(`${folder} holds no versions of ${registry}.`);
    }
    if (/cipher|decrypt|flush|invalid/i.test(stanza.status.message) && stanza.backup.length === 0) {
        throw new LabError(explained(registry, stanza.status.message));
    }
    const last = stanza.archive.at(-1);
    const wal = last === undefined ? {} : await look("repo-ls", "--recurse", `archive/${registry}/${last.id}`);
    return rangeOf(stanza, wal as Listing);
}

function explained(registry: string, words: string): string {
    return /cipher|CryptoError|decrypt/i.test(words)
        ? `The stored versions of ${registry} do not open with the key that Tallinn's stack hands out: either it is the stack ` +
              `of another home (EMBASSY_HOME), or what is stored is damaged. pgBackRest: ${words}`
        : `The stored versions of ${registry} cannot be read. pgBackRest: ${words}`;
}
