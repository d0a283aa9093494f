/**
 * Debian's headless Chromium, unpacked below EMBASSY_HOME and never installed. It uses the machine's own C library and takes
 * everything else from Debian's packages. When this file is run as a program, it fetches Chromium.
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
import { TYPESCRIPT } from "../../command-line/typescript";

/** Where Chromium is kept between runs: it is 170 MB to fetch, and 340 MB unpacked. */
const installation = join(embassyHome, "cache", "chromium");
/** The oldest release that Debian corrects: a browser of a newer one may need a newer C library than the machine's. */
const RELEASE = "bookworm";
/** Fonts, and the libraries that the browser is linked with. Compilers for graphics cards are left out, because no card is used. */
const NEEDED = /^(chromium|fonts-|lib|zlib)/;
const LEFT_OUT = ["libc6", "libgl1-mesa-dri", "libllvm15", "libz3-4"];

/** Why there is no browser on this machine, or undefined where there is one. Fetches it if needed, because Jest must know before any test. */
export function chromiumProblem(): string | undefined {
    if (existsSync(installation)) {
        return undefined;
    }
    const fetching = spawnSync(process.execPath, [...TYPESCRIPT, __filename], { encoding: "utf8" });
    return fetching.status === 0 ? undefined : fetching.stderr.trim();
}

/**
 * @param host name that is resolved to `port` on this machine; no other name is resolved
 * @param authority the only key whose certificates are trusted, as SubjectPublicKeyInfo in DER
 */
export function openChromium(host: string, port: number, authority: Buffer): Promise<Browser> {
    const pin = createHash("sha256").update(authority).digest("base64");
    return launch([
        `--host-resolver-rules=MAP ${host}:443 127.0.0.1:${port}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1`,
        `--ignore-certificate-errors-spki-list=${pin}`,
    ]);
}

/** Opens a browser for pages that are files: it resolves no name at all. */
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
        const packages = await fetchPackages(["chromium-headless-shell"], embassyHome, RELEASE);
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
