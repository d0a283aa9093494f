/**
 * Gets Debian packages without installing them: the machine's own apt resolves, verifies and downloads them, from an empty system of its own.
 * `unpack` unpacks them into a folder. No maintainer script runs, and nothing outside `home` is touched.
 */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { digest } from "../build/stamp";
import { UserError } from "../../command-line/command";
import { ensureFile } from "../../command-line/files";
import { withLock } from "../../command-line/lock.js";
import { embassyHome } from "../../command-line/paths";
import { MIRROR, sources } from "./sources";
import { sumsIn, tampered } from "./verify";

const run = promisify(execFile);

/** The release of images and machines, whatever this machine itself runs. */
export const RELEASE = "trixie";

export interface DebianPackage {
    readonly name: string;
    readonly version: string;
    readonly architecture: string;
    /** The downloaded .deb file; its digest is the one in the signed index. */
    readonly file: string;
}

/**
 * The packages and everything that they depend on, but not what they recommend, in order of name.
 *
 * @throws UserError where apt is missing, a name is unknown, or the mirror cannot be reached and nothing is kept
 */
export function fetchPackages(
    names: readonly string[],
    home = embassyHome,
    release = RELEASE,
): Promise<DebianPackage[]> {
    return withApt(home, (apt) => apt.fetch(names), release);
}

/** Only one apt at a time can use its archive. */
function withApt<T>(home: string, action: (apt: Apt) => Promise<T>, release = RELEASE): Promise<T> {
    const apt = new Apt(folderOf(home, release), release);
    return withLock(join(apt.folder, "lock"), async () => {
        await apt.configure();
        return action(apt);
    });
}

/** Each release has lists of its own, so that a clone that goes back to an earlier one finds what it had. */
function folderOf(home: string, release: string): string {
    return join(home, "cache", "debian", release);
}

/**
 * Digest of the package lists that are kept; while it stays the same, the same names give the same packages.
 *
 * Undefined where no lists are kept yet.
 */
export function listsDigest(home = embassyHome): string | undefined {
    const lists = join(folderOf(home, RELEASE), "lists");
    const releases = existsSync(lists) ? readdirSync(lists).filter((file) => file.endsWith("InRelease")) : [];
    return releases.length === 0
        ? undefined
        : digest(
              [],
              releases.sort().map((file) => join(lists, file)),
          );
}

/** Asks the mirror for the present lists: newer versions, and corrections of Debian's, come in only by that. */
export function updateLists(home = embassyHome): Promise<void> {
    return withApt(home, (apt) => apt.update());
}

/**
 * The version that the release's lists have of each name; a name that they no longer have is left out.
 *
 * @throws UserError where apt is missing or the mirror cannot be reached and no lists are kept
 */
export function candidates(names: readonly string[], home = embassyHome): Promise<ReadonlyMap<string, string>> {
    return withApt(home, (apt) => apt.candidates(names));
}

class Apt {
    private readonly archives: string;

    constructor(
        readonly folder: string,
        private readonly release: string,
    ) {
        this.archives = join(folder, "archives");
        mkdirSync(join(this.archives, "partial"), { recursive: true });
        mkdirSync(join(folder, "lists", "partial"), { recursive: true });
    }

    /** Files that are as they should be keep their time: apt reads all lists again where one of these is newer than its cache. */
    async configure(): Promise<void> {
        const files = {
            // The system is empty, so that everything that a package needs is downloaded, even what this machine happens to have.
            status: "",
            preferences: this.preferences(),
            "sources.list": `${sources(this.release).join("\n")}\n`,
        };
        for (const [name, content] of Object.entries(files)) {
            await ensureFile(join(this.folder, name), content);
        }
    }

    async fetch(names: readonly string[]): Promise<DebianPackage[]> {
        if (!this.hasLists()) {
            await this.update();
        }
        const resolved = await this.download(names).catch(async () => {
            // A mirror drops a version when it has the next one. The lists are old in that case, so they are updated.
            await this.update();
            return this.download(names);
        });
        const wrong = await this.tampered(resolved);
        wrong.forEach(({ file }) => rmSync(file));
        if (wrong.length > 0) {
            await this.download(names);
            await this.refuseTampered(wrong);
        }
        return resolved.sort((a, b) => (a.name < b.name ? -1 : 1));
    }

    private async tampered(packages: readonly DebianPackage[]): Promise<DebianPackage[]> {
        const versions = packages.map(({ name, version }) => `${name}=${version}`);
        return tampered(packages, sumsIn(await this.apt("apt-cache", "show", ...versions)));
    }

    private async refuseTampered(packages: readonly DebianPackage[]): Promise<void> {
        const wrong = await this.tampered(packages);
        if (wrong.length > 0) {
            const files = wrong.map(({ file }) => file).join(", ");
            throw new UserError(
                `${files}: not what Debian's signed index says, also when it is fetched again. Look at the mirror in /etc/apt.`,
            );
        }
    }

    private hasLists(): boolean {
        // Apt may be set to keep them compressed.
        return readdirSync(join(this.folder, "lists")).some((file) => /_Packages(\.\w+)?$/.test(file));
    }

    async candidates(names: readonly string[]): Promise<ReadonlyMap<string, string>> {
        const told = await this.apt("apt-cache", "policy", ...names);
        return new Map(
            [...told.matchAll(/^(\S+):\n.*\n {2}Candidate: ([^\s(]\S*)$/gm)].map(([, name = "", version = ""]) => [
                name.replace(/:.*$/, ""),
                version,
            ]),
        );
    }

    async update(): Promise<void> {
        await this.aptGet("update");
    }

    private async download(names: readonly string[]): Promise<DebianPackage[]> {
        const install = ["install", "--yes", "--download-only", "--no-install-recommends"];
        await this.aptGet(...install, ...names);
        const all = await this.aptGet(...install, "--simulate", ...names);
        const packages = [...all.matchAll(/^Inst (\S+) \((\S+) .*\[(\S+)\]\)/gm)].map(
            ([, name = "", version = "", architecture = ""]): DebianPackage => ({
                name: name.replace(/:.*$/, ""),
                version,
                architecture,
                file: join(
                    this.archives,
                    `${name.replace(/:.*$/, "")}_${version.replace(":", "%3a")}_${architecture}.deb`,
                ),
            }),
        );
        const missing = packages.filter(({ file }) => !existsSync(file));
        if (packages.length === 0 || missing.length > 0) {
            throw new Error(`apt did not fetch ${missing.map(({ file }) => file).join(", ")}:\n${all}`);
        }
        return packages;
    }

    private aptGet(...args: readonly string[]): Promise<string> {
        return this.apt("apt-get", "--quiet", ...args);
    }

    private async apt(program: string, ...args: readonly string[]): Promise<string> {
        try {
            const environment = { ...process.env, LC_ALL: "C" };
            return (await run(program, [...this.options(), ...args], { env: environment, maxBuffer: 2 ** 26 })).stdout;
        } catch (error) {
            throw this.explained(error as NodeJS.ErrnoException & { stderr?: string }, [program, ...args]);
        }
    }

    private explained(error: NodeJS.ErrnoException & { stderr?: string }, args: readonly string[]): UserError {
        if (error.code === "ENOENT") {
            return new UserError(
                "apt-get is not on this machine (package apt in Debian, Fedora and Arch, with dpkg). Images and real nodes are made " +
                    "from Debian packages: install it, or use simulated nodes (npm start -- --nodes simulated).",
            );
        }
        const reasons = (error.stderr ?? error.message).split("\n").filter((line) => line.startsWith("E:"));
        return new UserError(
            `${args.join(" ")} failed:\n${reasons.join("\n") || error.message}\n` +
                `Packages are those of Debian ${this.release}, from the mirrors that /etc/apt or ${MIRROR} names, and are signed ` +
                "with the keys in the package debian-archive-keyring: check that a mirror can be reached and that the keys are current, then try again.",
        );
    }

    /** They are arguments, because the machine's own settings, such as its proxy, count too, and come after those of any file. */
    private options(): string[] {
        const settings = {
            "Dir::State::lists": join(this.folder, "lists"),
            "Dir::State::status": join(this.folder, "status"),
            "Dir::State::extended_states": join(this.folder, "extended_states"),
            "Dir::Cache": this.folder,
            "Dir::Cache::archives": this.archives,
            // Debian's container images switch these caches off, and each call of apt would then read all lists again.
            "Dir::Cache::pkgcache": "pkgcache.bin",
            "Dir::Cache::srcpkgcache": "srcpkgcache.bin",
            "Dir::Etc::sourcelist": join(this.folder, "sources.list"),
            "Dir::Etc::sourceparts": "/nonexistent",
            "Dir::Etc::preferences": join(this.folder, "preferences"),
            "Dir::Etc::preferencesparts": "/nonexistent",
            // Otherwise root's apt would give the download to a user who cannot write here.
            "APT::Sandbox::User": "",
            "APT::Install-Recommends": "false",
        };
        return Object.entries(settings).flatMap(([key, value]) => ["--option", `${key}=${value}`]);
    }

    /** Only what is Debian's own and of the one release counts, whatever a mirror serves. */
    private preferences(): string {
        return [
            [`release o=Debian,n=${this.release}`, 500],
            [`release o=Debian,n=${this.release}-updates`, 500],
            [`release o=Debian,n=${this.release}-security`, 500],
            // The first pin that fits counts, so this one covers everything that is not Debian's.
            ["release *", -1],
        ]
            .map(([pin, priority]) => `Package: *\nPin: ${pin}\nPin-Priority: ${priority}\n`)
            .join("\n");
    }
}
