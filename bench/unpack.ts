/** The least work of a restore: decrypting, unpacking and writing the stored files of the newest backup. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { CROSS_STACK_OUTPUT, type CrossStackSecrets } from "../infra/keys/cross-stack-secrets";
import { registryKeys } from "../infra/keys/registry-keys";
import { SitePaths } from "../lab/paths";
import { reader } from "../restore/look";
import { storeOf } from "../restore/source";
import { type Home, must } from "../tests/support/home";

export interface Unpacked {
    readonly seconds: number;
    readonly files: number;
    /** Bytes that were read and written. */
    readonly stored: number;
    readonly written: number;
}

/** The manifest's lines about files, and the key that encrypts them: https://pgbackrest.org/command.html#command-repo-get */
const FILE = /^(pg_data\/\S+)=(\{.*\})$/gm;
const CIPHER = /^cipher-pass="(.*)"$/m;

/**
 * Small files, which share objects of the store, are left out, because no standard tool takes them apart. pgBackRest's encryption is that of
 * `openssl enc`, https://github.com/pgbackrest/pgbackrest/blob/main/src/common/crypto/cipherBlock.c
 */
export async function unpackWithStandardTools(home: Home, site: string, registry: string): Promise<Unpacked> {
    const output = must(
        home.pulumi("stack", "output", CROSS_STACK_OUTPUT, "--show-secrets", "--json", "--stack", "tallinn"),
    ).stdout;
    const secret = (JSON.parse(output) as Record<string, CrossStackSecrets>)[site]?.registries[registry] ?? "";
    const source = storeOf(new SitePaths(home.path, site));
    const read = await reader(source, registry, registryKeys(registry, secret));
    const [{ backup } = { backup: [] }] = JSON.parse(await read(`--stanza=${registry}`, "info", "--output=json")) as {
        backup: { label: string }[];
    }[];
    const label = backup.at(-1)?.label ?? "";
    const manifest = await read("repo-get", `backup/${registry}/${label}/backup.manifest`);
    const files = [...manifest.matchAll(FILE)].flatMap(([, name = "", facts = ""]) => {
        const { size, "repo-size": stored = size, bni } = JSON.parse(facts) as Record<string, number>;
        return bni !== undefined || size === 0 || size === undefined ? [] : [{ name, size, stored: stored ?? 0 }];
    });
    const target = mkdtempSync(join(home.path, "unpacked-"));
    const folder = join(await source.bucket(registry), "backup", registry, label);
    const began = performance.now();
    const { status, stderr } = spawnSync(
        "xargs",
        ["-P", String(cpus().length), "-I{}", "sh", "-c", COMMAND, "sh", "{}"],
        {
            cwd: folder,
            env: { PATH: process.env["PATH"], TARGET: target, PASS: CIPHER.exec(manifest)?.[1] },
            input: files.map(({ name }) => name).join("\n"),
            encoding: "utf8",
        },
    );
    const seconds = (performance.now() - began) / 1000;
    rmSync(target, { recursive: true });
    if (status !== 0) {
        throw new Error(`The stored files could not be unpacked with openssl and zstd: ${stderr}`);
    }
    const sum = (pick: (file: (typeof files)[number]) => number): number =>
        files.reduce((total, file) => total + pick(file), 0);
    return { seconds, files: files.length, stored: sum(({ stored }) => stored), written: sum(({ size }) => size) };
}

const COMMAND =
    'openssl enc -d -aes-256-cbc -md sha1 -pass env:PASS -in "$1.zst" 2>/dev/null | zstd -dq > "$TARGET/$(echo "$1" | tr / _)"';
