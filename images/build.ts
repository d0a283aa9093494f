/** Makes the images that are missing, or whose declaration, packages or way of making have changed: `buildImages`. */
import { readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { digest as digestOf, isWhole, readStamp, writeAtomically, writeStamp } from "../toolchain/build/stamp";
import { type DebianPackage, fetchPackages, listsDigest } from "../toolchain/debian/packages";
import { unpack } from "../toolchain/debian/unpack";
import { withLock } from "../command-line/lock.js";
import { embassyHome, repoRoot } from "../command-line/paths";
import { type Component, debianComponent } from "./contents";
import type { Image } from "./declaration";
import { ImageError } from "./error";
import { writeLayer } from "./layer";
import { blobFile, configBlob, manifestBlob, writeLayout } from "./oci";
import { type Made, makeParts, makePrograms, programsKey } from "./programs";
import { type SpdxDocument, spdx } from "./spdx";
import { tree } from "./tree";

export interface BuiltImage {
    readonly image: string;
    /** Digest of the manifest, `sha256:…`, which pods name. */
    readonly digest: string;
    readonly outcome: "built" | "cached";
    /** Size of the compressed layers in bytes, which a node downloads. */
    readonly size: number;
    readonly layers: number;
    /** Debian packages, Go modules and npm packages in it. */
    readonly packages: number;
    readonly seconds: number;
}

export interface ImagesRequest {
    readonly images: readonly Image[];
    readonly home?: string;
    /** Told what is being done, in a few words. */
    readonly onProgress?: (image: string, message: string) => void;
}

/** Folder of an image's layout. The list of what is inside lies beside it, as `<name>.spdx.json`. */
export function layoutFolder(name: string, home = embassyHome): string {
    return join(home, "images", name);
}

export function spdxFile(name: string, home = embassyHome): string {
    return `${layoutFolder(name, home)}.spdx.json`;
}

/**
 * Builds one image after the other. It can be killed at any point and run again: an image appears whole or not at all. Of several processes
 * that call it, one builds.
 *
 * @throws UserError with a message for the user
 */
export async function buildImages(request: ImagesRequest): Promise<BuiltImage[]> {
    const { images, home = embassyHome, onProgress = () => undefined } = request;
    const build = async (): Promise<BuiltImage[]> => {
        const built: BuiltImage[] = [];
        for (const image of images) {
            built.push(await ensure(image, home, (message) => onProgress(image.name, message)));
        }
        return built;
    };
    return withLock(join(home, "images", ".lock"), build, (pid) => {
        onProgress("images", `waiting for process ${pid}, which is building them`);
    });
}

async function ensure(image: Image, home: string, say: (message: string) => void): Promise<BuiltImage> {
    const stamps = join(home, "images");
    await makeParts(image);
    const stamp = readStamp(stamps, image.name);
    if (stamp !== undefined && isWhole(stamp) && stamp.key === keyOf(image, home, stamp.sources ?? [])) {
        return describe(image.name, home, "cached", 0);
    }
    const since = performance.now();
    const { programs, sources } = await makePrograms(image);
    const work = join(home, "tmp", "images", image.name);
    rmSync(work, { recursive: true, force: true });
    try {
        const files = await make(image, programs, home, work, say);
        // The lists may have been fetched by this very build.
        const key = keyOf(image, home, sources);
        const { digest } = describe(image.name, home, "built", 0);
        writeStamp(stamps, image.name, { key, version: digest, sources }, files);
    } finally {
        rmSync(work, { recursive: true, force: true });
    }
    const seconds = (performance.now() - since) / 1000;
    say(`built in ${Math.round(seconds)} s`);
    return describe(image.name, home, "built", seconds);
}

/** @returns the files that it wrote */
async function make(
    image: Image,
    programs: readonly Made[],
    home: string,
    work: string,
    say: (message: string) => void,
): Promise<string[]> {
    say(`fetching ${image.packages.join(", ") || "nothing"} …`);
    const packages = wanted(image, image.packages.length === 0 ? [] : await fetchPackages(image.packages, home));
    say(`unpacking ${packages.length} ${packages.length === 1 ? "package" : "packages"} …`);
    const root = join(work, "root");
    await unpack(packages, root);
    programs.forEach(({ install }) => install(root));
    const entries = tree(image, root);
    say(`packing ${entries.length} files …`);
    const file = join(work, "layer.tar.zst");
    const layer = await writeLayer(entries, file);
    const config = configBlob(image, layer);
    const manifest = manifestBlob(config, layer);
    const components = await contents(programs, packages);

    const folder = layoutFolder(image.name, home);
    writeLayout(folder, manifest, config, { file, digest: layer.digest });
    const list = spdxFile(image.name, home);
    writeAtomically(list, `${JSON.stringify(spdx(image.name, manifest.digest, components), null, 4)}\n`);
    const blobs = [manifest, config, layer].map(({ digest }) => blobFile(folder, digest));
    return [...blobs, join(folder, "index.json"), join(folder, "oci-layout"), list];
}

/** @throws ImageError where the declaration leaves out something that does not come along */
export function wanted(
    { name, without = {} }: Pick<Image, "name" | "without">,
    packages: readonly DebianPackage[],
): DebianPackage[] {
    const present = packages.map((each) => each.name);
    const absent = Object.keys(without).filter((each) => !present.includes(each));
    if (absent.length > 0) {
        throw new ImageError(
            `Image ${name} declares to do without ${absent.join(", ")}, which none of its packages depends on: ` +
                `take ${absent.length === 1 ? "it" : "them"} out of images/catalogue/${name}.ts.`,
        );
    }
    return packages.filter((each) => !(each.name in without));
}

async function contents(programs: readonly Made[], packages: readonly DebianPackage[]): Promise<Component[]> {
    const debian = await Promise.all(packages.map(debianComponent));
    const brought = await Promise.all(programs.map(({ components }) => components()));
    // Programs share modules.
    const others = new Map(brought.flat().map((component) => [component.purl, component]));
    return [...debian, ...others.values()];
}

/**
 * Key of all that an image is made from. The same lists give the same packages, so that apt need not be asked.
 *
 * @param agents sources of the agents in it
 */
function keyOf(image: Image, home: string, agents: readonly string[]): string {
    // The compressor is Node.js' own.
    const made = [process.arch, process.versions["zstd"] ?? "", JSON.stringify(image), listsDigest(home) ?? ""];
    return digestOf([...made, programsKey(image, agents)], makers());
}

/** The sources that make images. The catalogue is left out, because only what it declares counts. */
function makers(): string[] {
    const folders = [join(repoRoot, "images"), join(repoRoot, "toolchain", "debian")];
    const own = folders.flatMap((folder) =>
        readdirSync(folder)
            .filter((file) => file.endsWith(".ts"))
            .sort()
            .map((file) => join(folder, file)),
    );
    return [...own, join(repoRoot, "node_modules", "tar-stream", "package.json")];
}

function describe(name: string, home: string, outcome: BuiltImage["outcome"], seconds: number): BuiltImage {
    const folder = layoutFolder(name, home);
    const index = json(join(folder, "index.json")) as { manifests: { digest: string }[] };
    const digest = index.manifests[0]?.digest ?? "";
    const { layers } = json(blobFile(folder, digest)) as { layers: { size: number }[] };
    const list = json(spdxFile(name, home)) as SpdxDocument;
    const size = layers.reduce((sum, layer) => sum + layer.size, 0);
    // The list's first package is the image.
    return { image: name, digest, outcome, size, layers: layers.length, packages: list.packages.length - 1, seconds };
}

function json(file: string): unknown {
    return JSON.parse(readFileSync(file, "utf8"));
}
