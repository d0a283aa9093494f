/**
 * Debian's Chromium, without its desktop: unpacked below EMBASSY_HOME and never installed. It uses the machine's own C library, and
 * all else from its packages. Run as a program this fetches it.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { runCommand } from "../../command-line/command";
import { fetchPackages } from "../../toolchain/debian/packages";
import { unpack } from "../../toolchain/debian/unpack";
import { withLock } from "../../command-line/lock.js";
import { embassyHome } from "../../command-line/paths";

/** Kept between runs: 170 MB to fetch, 340 MB unpacked. */
const installation = join(embassyHome, "cache", "chromium");
/** Fonts, and what the browser is linked with; a compiler for a graphics card that is not there is neither. */
const NEEDED = /^(chromium|fonts-|lib|zlib)/;
const LEFT_OUT = ["libc6", "libgl1-mesa-dri", "libllvm15", "libz3-4"];

/** Why there is no browser on this machine; undefined where there is one. Fetches it first: Jest has to know before any test. */
export function chromiumProblem(): string | undefined {
    if (existsSync(installation)) {
        return undefined;
    }
    const fetching = spawnSync(process.execPath, ["--import", "tsx", __filename], { encoding: "utf8" });
    return fetching.status === 0 ? undefined : fetching.stderr.trim();
}

/**
 * @param host the one that is opened, on this machine at `port`; nothing else has an address
 * @param authority key whose certificates are trusted, and no other: SubjectPublicKeyInfo in DER
 */
export function openChromium(host: string, port: number, authority: Buffer): Promise<Browser> {
    const pin = createHash("sha256").update(authority).digest("base64");
    return launch([
        `--host-resolver-rules=MAP ${host}:443 127.0.0.1:${port}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1`,
        `--ignore-certificate-errors-spki-list=${pin}`,
    ]);
}

/** For pages that are files: nothing has an address. */
export function openOffline(): Promise<Browser> {
    return launch(["--host-resolver-rules=MAP * ~NOTFOUND"]);
}

function launch(args: string[]): Promise<Browser> {
    return chromium.launch({
        executablePath: join(installation, "usr", "lib", "chromium", "chromium-headless-shell"),
        // Chromium has no sandbox for root.
        chromiumSandbox: process.getuid?.() !== 0,
        args,
        env: {
            LD_LIBRARY_PATH: libraries().join(":"),
            FONTCONFIG_FILE: join(installation, "fonts.conf"),
            LANG: "C.UTF-8",
        },
    });
}

function libraries(): string[] {
    const machine = process.arch === "arm64" ? "aarch64-linux-gnu" : "x86_64-linux-gnu";
    const folder = join(installation, "usr", "lib", machine);
    return [folder, join(folder, "pulseaudio")];
}

async function fetchChromium(): Promise<void> {
    mkdirSync(join(installation, ".."), { recursive: true });
    await withLock(`${installation}.lock`, async () => {
        if (existsSync(installation)) {
            return;
        }
        const fresh = `${installation}.new`;
        const packages = await fetchPackages(["chromium-headless-shell"]);
        await unpack(
            packages.filter(({ name }) => NEEDED.test(name) && !LEFT_OUT.includes(name)),
            fresh,
        );
        const fonts = join(installation, "usr", "share", "fonts");
        const cache = join(installation, "fontconfig");
        writeFileSync(
            join(fresh, "fonts.conf"),
            `<fontconfig><dir>${fonts}</dir><cachedir>${cache}</cachedir></fontconfig>\n`,
        );
        renameSync(fresh, installation);
    });
}

if (require.main === module) {
    runCommand(async () => {
        await fetchChromium();
        return 0;
    });
}
