/** Where Debian's packages come from: the mirrors that this machine's own apt knows, as others may be out of reach, whatever release it runs. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../command-line/command";

/** The keys of Debian's releases, where a machine has them as a package (debian-archive-keyring); otherwise apt's own count. */
const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";
/** Variable with the address of a mirror that has both folders, for a machine that is no Debian. */
export const MIRROR = "EMBASSY_DEBIAN_MIRROR";
/** Suites of Debian itself: others have the same names with an ending of their own, such as `trixie-pgdg`. */
const SUITE =
    /^(?:buster|bullseye|bookworm|trixie|forky|duke|sid|oldoldstable|oldstable|stable|testing|unstable)(-updates|-security|\/updates)?\/?$/;

/**
 * @param apt folder of the machine's apt
 * @param mirror what {@link MIRROR} says, which comes before that
 * @returns lines of a sources.list for a release with its updates and its corrections
 * @throws UserError where neither says where a release and its corrections are
 */
export function sources(release: string, apt = "/etc/apt", keyring = KEYRING, mirror = process.env[MIRROR]): string[] {
    const { archive, security } = mirror === undefined ? mirrorsIn(textsOf(apt)) : mirrorsAt(mirror);
    if (archive === undefined || security === undefined) {
        throw new UserError(
            `${apt} names no mirror of Debian's ${archive === undefined ? "releases" : "corrections (security)"}, from which images and machines are made: ` +
                `set ${MIRROR} to the address of one that has the folders debian and debian-security (https://www.debian.org/mirror/list).`,
        );
    }
    const signed = existsSync(keyring) ? `[signed-by=${keyring}] ` : "";
    return [
        `deb ${signed}${archive} ${release} main`,
        `deb ${signed}${archive} ${release}-updates main`,
        `deb ${signed}${security} ${release}-security main`,
    ];
}

function mirrorsAt(mirror: string): Readonly<Record<"archive" | "security", string>> {
    const address = mirror.replace(/\/+$/, "");
    return { archive: `${address}/debian`, security: `${address}/debian-security` };
}

/** Content of the files that name a machine's sources: https://manpages.debian.org/sources.list */
function textsOf(apt: string): string[] {
    const parts = join(apt, "sources.list.d");
    const files = existsSync(parts) ? readdirSync(parts).filter((name) => /\.(list|sources)$/.test(name)) : [];
    return [join(apt, "sources.list"), ...files.sort().map((name) => join(parts, name))]
        .filter(existsSync)
        .map((file) => readFileSync(file, "utf8"));
}

/** The first mirror of Debian's archive, and the first of its corrections, that these files name. */
export function mirrorsIn(texts: readonly string[]): { archive?: string; security?: string } {
    const debian = texts
        .flatMap((text) => [...lines(text), ...stanzas(text)])
        .filter(({ components }) => components.includes("main"))
        .flatMap(({ uri, suites }) => suites.flatMap((suite) => kindOf(suite).map((kind) => ({ uri, kind }))));
    const first = (wanted: string): string | undefined => debian.find(({ kind }) => kind === wanted)?.uri;
    const [archive, security] = [first("archive"), first("security")];
    return { ...(archive !== undefined && { archive }), ...(security !== undefined && { security }) };
}

interface Source {
    readonly uri: string;
    readonly suites: readonly string[];
    readonly components: readonly string[];
}

/** @returns nothing for a suite that is not Debian's */
function kindOf(suite: string): ("archive" | "security")[] {
    const match = SUITE.exec(suite);
    return match === null ? [] : [/security|\//.test(match[1] ?? "") ? "security" : "archive"];
}

/** A source in a line of its own: `deb [option=value] uri suite component…`. */
function lines(text: string): Source[] {
    return [...text.matchAll(/^deb[ \t]+(?:\[[^\]]*\][ \t]+)?(\S+)[ \t]+(\S+)[ \t]+([^#\n]+)/gm)].map(
        ([, uri = "", suite = "", components = ""]) => ({ uri, suites: [suite], components: words(components) }),
    );
}

/** Sources as stanzas of fields. */
function stanzas(text: string): Source[] {
    return text
        .replace(/^#.*\n/gm, "")
        .split(/\n[ \t]*\n/)
        .map((stanza) => {
            const field = (name: string): string[] =>
                words(new RegExp(`^${name}:((?:.*)(?:\\n[ \\t].*)*)`, "im").exec(stanza)?.[1] ?? "");
            const isUsed = field("Types").includes("deb") && field("Enabled")[0] !== "no";
            return { uris: isUsed ? field("URIs") : [], suites: field("Suites"), components: field("Components") };
        })
        .flatMap(({ uris, ...source }) => uris.map((uri) => ({ uri, ...source })));
}

function words(text: string): string[] {
    return text.split(/\s+/).filter((word) => word !== "");
}
