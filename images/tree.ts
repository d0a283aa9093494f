/** The files of an image: what packages and programs brought, less what it does without, and its own. */
import { lstatSync, readdirSync, readlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { MERGED } from "../toolchain/debian/unpack";
import { FILE_MODE, FOLDER_MODE, type Image, type Owner, ROOT } from "./declaration";
import { ImageError } from "./error";
import { leavesOut } from "./left-out";

export type Entry = Common & (FolderEntry | FileEntry | LinkEntry);

interface Common extends Owner {
    /** Without a slash at either end. */
    readonly path: string;
    readonly mode: number;
}

interface FolderEntry {
    readonly type: "directory";
}

interface FileEntry {
    readonly type: "file";
    /** Bytes. */
    readonly size: number;
    /** The file to read it from, or its content. */
    readonly from: { readonly file: string } | { readonly content: Buffer };
}

interface LinkEntry {
    readonly type: "symlink";
    readonly target: string;
}

type Content = Pick<Image, "name" | "leaveOut" | "files" | "folders">;

const LINK_MODE = 0o777;
/** Permissions without setuid, setgid and sticky. */
const PERMISSIONS = 0o777;

/**
 * The entries in order of path, so that the same files give the same archive. All belong to root, except the declared folders.
 *
 * @param root where the packages are unpacked
 * @throws ImageError for what is neither file, folder nor link, and for a declared path that exists already
 */
export function tree(image: Content, root: string): Entry[] {
    const entries = new Map<string, Entry>();
    const add = (entry: Entry): void => {
        entries.set(entry.path, entry);
    };
    withoutHollow(unpacked(image, root)).forEach(add);
    for (const entry of declared(image)) {
        const present = entries.get(entry.path);
        if (present !== undefined && !(present.type === "directory" && entry.type === "directory")) {
            throw new ImageError(
                `Image ${image.name} declares /${entry.path}, and a package of it brings a ${present.type} of that name: ` +
                    "add the path to leaveOut, or declare another.",
            );
        }
        for (const parent of parents(entry.path)) {
            const above = entries.get(parent) ?? folder(parent, { ...ROOT, mode: FOLDER_MODE });
            if (above.type !== "directory") {
                throw new ImageError(
                    `Image ${image.name} declares /${entry.path}, but /${parent} is a ${above.type}: declare the path that it stands for.`,
                );
            }
            add(above);
        }
        add(entry);
    }
    return [...entries.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function unpacked({ name, leaveOut = [] }: Content, root: string): Entry[] {
    const isLeftOut = leavesOut(leaveOut);
    const walk = (path: string): Entry[] => {
        const file = join(root, path);
        const stat = lstatSync(file);
        const common = { ...ROOT, path, mode: stat.mode & PERMISSIONS };
        if (stat.isDirectory()) {
            // It also looks into folders that are left out, because something below may be kept.
            const below = readdirSync(file).flatMap((child) => walk(`${path}/${child}`));
            return [{ ...common, type: "directory" }, ...below];
        }
        if (isLeftOut(`/${path}`)) {
            return [];
        }
        if (stat.isSymbolicLink()) {
            return [{ ...common, mode: LINK_MODE, type: "symlink", target: readlinkSync(file) }];
        }
        if (stat.isFile()) {
            return [{ ...common, type: "file", size: stat.size, from: { file } }];
        }
        throw new ImageError(
            `Image ${name}: /${path} is neither file, folder nor link, and a container gets its devices from elsewhere. Add it to leaveOut.`,
        );
    };
    return readdirSync(root).flatMap(walk);
}

/** Removes folders that hold nothing, and the links of merged /usr that then lead nowhere. */
function withoutHollow(entries: readonly Entry[]): Entry[] {
    const filled = new Set(
        entries
            .filter((entry) => entry.type !== "directory" && !isMerged(entry))
            .flatMap((entry) => [entry.path, ...parents(entry.path)]),
    );
    return entries.filter((entry) => filled.has(isMerged(entry) ? `usr/${entry.path}` : entry.path));
}

function isMerged({ path, type }: Entry): boolean {
    return type === "symlink" && (MERGED as readonly string[]).includes(path);
}

function declared({ files = {}, folders = {} }: Content): Entry[] {
    return [
        ...Object.entries(folders).map(([path, options]) => folder(path.slice(1), options)),
        ...Object.entries(files).map(([path, text]): Entry => {
            const content = Buffer.from(text);
            const from = { content };
            return { ...ROOT, path: path.slice(1), mode: FILE_MODE, type: "file", size: content.length, from };
        }),
    ];
}

function folder(path: string, { uid, gid, mode }: Owner & { readonly mode: number }): Entry {
    return { path, uid, gid, mode, type: "directory" };
}

/** The folders above a path, from the top. */
function parents(path: string): string[] {
    const parent = dirname(path);
    return parent === "." ? [] : [...parents(parent), parent];
}
