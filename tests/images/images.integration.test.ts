/** The real images, built from the mirror's packages and run without a container engine. */
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { zstdDecompressSync } from "node:zlib";
import { type BuiltImage, buildImages, layoutFolder, spdxFile } from "../../images/build";
import { catalogue } from "../../images/catalogue";
import type { Image } from "../../images/declaration";
import { blobFile } from "../../images/oci";
import type { SpdxDocument } from "../../images/spdx";
import { embassyHome } from "../../command-line/paths";
import { POSTGRES_MAJOR } from "../../infra/conventions/postgres";
import { expectSpdx } from "./expect-spdx";

const MINUTES = 60_000;
const isRoot = process.getuid?.() === 0;

let first: string;
let built: BuiltImage[];
let own: BuiltImage[];

beforeAll(async () => {
    first = newHome();
    built = await buildImages({ images: catalogue, home: first });
    // The clone's own images are there already wherever sites have been started, or all tests are run.
    own = await buildImages({ images: catalogue });
}, 10 * MINUTES);
afterAll(() => rmSync(first, { recursive: true, force: true }));

/** Creates a home that shares only downloads with the clone's own. */
function newHome(): string {
    mkdirSync(join(embassyHome, "tests"), { recursive: true });
    mkdirSync(join(embassyHome, "cache"), { recursive: true });
    const home = mkdtempSync(join(embassyHome, "tests", "images-"));
    symlinkSync(join(embassyHome, "cache"), join(home, "cache"));
    return home;
}

function layerOf(name: string): string {
    const layout = layoutFolder(name, first);
    const read = (file: string): unknown => JSON.parse(readFileSync(file, "utf8"));
    const { manifests } = read(join(layout, "index.json")) as { manifests: { digest: string }[] };
    const { layers } = read(blobFile(layout, manifests[0]?.digest ?? "")) as { layers: { digest: string }[] };
    return blobFile(layout, layers[0]?.digest ?? "");
}

/** Runs `tar` on an image's archive, to check it with another program than the one that wrote it. */
function tar(name: string, ...args: string[]): string {
    const input = zstdDecompressSync(readFileSync(layerOf(name)));
    return execFileSync("tar", [...args, "--file=-"], { input, encoding: "utf8", maxBuffer: Infinity });
}

interface Listed {
    readonly mode: string;
    readonly owner: string;
    readonly path: string;
}

function list(name: string): Listed[] {
    return tar(name, "--list", "--verbose", "--numeric-owner")
        .trim()
        .split("\n")
        .map((line) => {
            const [mode = "", owner = "", , , , path = ""] = line.split(/\s+/);
            return { mode, owner, path: `/${path.replace(/\/$/, "")}` };
        });
}

it("gives the same digest and the same list as in the clone's own home", () => {
    const digests = (images: readonly BuiltImage[]): string[] =>
        images.map(({ image, digest }) => `${image} ${digest}`);
    expect(digests(built)).toEqual(digests(own));
    for (const { name } of catalogue) {
        expect(readFileSync(spdxFile(name, first), "utf8")).toBe(readFileSync(spdxFile(name), "utf8"));
    }
});

it("does nothing where nothing changed", async () => {
    const messages: string[] = [];
    const result = await buildImages({
        images: catalogue,
        home: first,
        onProgress: (image, message) => messages.push(`${image} ${message}`),
    });
    expect(messages).toEqual([]);
    expect(result).toEqual(built.map((image) => ({ ...image, outcome: "cached", seconds: 0 })));
});

it("leaves no work behind", () => {
    expect(existsSync(join(first, "tmp", "images", "postgres"))).toBe(false);
});

describe.each(catalogue.map((image) => [image.name, image] as const))("%s", (name, image: Image) => {
    it("has no file with setuid or setgid", () => {
        expect(list(name).filter(({ mode }) => /s/i.test(mode.slice(1)))).toEqual([]);
    });

    it("belongs to root, but for the declared folders", () => {
        const owned = list(name).filter(({ owner }) => owner !== "0/0");
        const declared = Object.entries(image.folders ?? {}).filter(([, { uid }]) => uid !== 0);
        expect(owned.map(({ path, owner }) => [path, owner]).sort()).toEqual(
            declared.map(([path, { uid, gid }]) => [path, `${uid}/${gid}`]).sort(),
        );
    });

    it("has a list of what is inside, as SPDX wants it", () => {
        const document = JSON.parse(readFileSync(spdxFile(name, first), "utf8")) as SpdxDocument;
        expectSpdx(document);
        const names = document.packages.map((each) => each.name);
        expect(names).toEqual(expect.arrayContaining([name, ...image.packages]));
        expect(names.filter((each) => each in (image.without ?? {}))).toEqual([]);
    });
});

it("has nothing in pause but its program, and the licence of that", () => {
    const files = list("pause").filter(({ mode }) => mode.startsWith("-"));
    expect(files.map(({ path }) => path)).toEqual(["/usr/bin/catatonit", "/usr/share/doc/catatonit/copyright"]);
});

const skipped = isRoot ? "" : " (skipped: chroot needs root)";

(isRoot ? describe : describe.skip)(`postgres, run under chroot${skipped}`, () => {
    let root: string;
    const image = catalogue.find(({ name }) => name === "postgres");

    beforeAll(() => {
        root = mkdtempSync(join(first, "root-"));
        // mkdtemp makes the folder accessible only to its owner, but the image's user needs it too.
        chmodSync(root, 0o755);
        tar("postgres", "--extract", "--same-permissions", `--directory=${root}`);
    });

    function run(...command: string[]): string {
        const { uid, gid } = image?.user ?? { uid: NaN, gid: NaN };
        const env = { ...image?.env };
        const args = [`--userspec=${uid}:${gid}`, root, ...command];
        return execFileSync("/usr/sbin/chroot", args, { env, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    }

    it.each([
        [["postgres", "--version"], new RegExp(`^postgres \\(PostgreSQL\\) ${POSTGRES_MAJOR}\\.`)],
        [["psql", "--version"], new RegExp(`^psql \\(PostgreSQL\\) ${POSTGRES_MAJOR}\\.`)],
        [["patroni", "--version"], /^patroni 4\./],
        [["patronictl", "version"], /^patronictl version 4\./],
        [["pgbackrest", "version"], /^pgBackRest 2\./],
        [["sh", "-c", "echo $0"], /^sh$/m],
        [["python3", "-c", "import patroni.dcs.kubernetes, psycopg2, ssl; print('imported')"], /^imported$/m],
    ])("%j runs", (command, expected) => {
        expect(run(...command)).toMatch(expected);
    });

    it("has every library that its programs are linked with", () => {
        // The programs that this project builds are linked statically.
        const own = (image?.programs ?? []).map(({ path }) => path);
        const files = list("postgres").filter(
            ({ mode, path }) => mode.startsWith("-") && !own.includes(path) && isElf(join(root, path)),
        );
        expect(files.length).toBeGreaterThan(100);
        // One shell asks about all of them: to start one for each takes ten times as long. What is needed is indented.
        const each =
            'for file; do echo "$file"; /usr/bin/ld.so --list "$file" || echo "\tnot found: what $file needs"; done';
        const told = run("sh", "-c", each, "sh", ...files.map(({ path }) => path))
            .trim()
            .split("\n");
        expect(told.filter((line) => !line.startsWith("\t"))).toHaveLength(files.length);
        const missing = told.filter((line) => line.includes("not found"));
        expect(missing).toEqual([]);
    });

    it("has the interpreter of every script on its PATH", () => {
        const scripts = list("postgres").filter(
            ({ mode, path }) => mode.startsWith("-rwx") && path.startsWith("/usr/bin/"),
        );
        const interpreters = scripts.map(
            ({ path }) => /^#! *(\S+)/.exec(readFileSync(join(root, path), "latin1"))?.[1],
        );
        const missing = interpreters.filter((path) => path !== undefined && !existsSync(join(root, path)));
        expect(missing).toEqual([]);
    });
});

function isElf(file: string): boolean {
    return readFileSync(file).subarray(1, 4).toString() === "ELF";
}
