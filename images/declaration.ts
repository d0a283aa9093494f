/** The declaration of an image; each image has a file of its own in `images/catalogue`. Paths are absolute, as seen in the container. */

export interface Image {
    /** Its name in the registry and in `images/lock.json`. */
    readonly name: string;
    /** The section of a stack file, or the key in one, without which no site needs it: `monitoring.receivers`; absent where every site does. */
    readonly section?: string;
    /** Debian packages; what they depend on comes along. */
    readonly packages: readonly string[];
    /** Packages that come along and are not wanted: name → what the image does without. */
    readonly without?: Readonly<Record<string, string>>;
    /** Programs that do not come from Debian. */
    readonly programs?: readonly Program[];
    /** Paths left out with everything below them; `*` stands for any part of one name. */
    readonly leaveOut?: readonly string[];
    /** The user of the processes. Files belong to root, so that a process cannot change its own program. */
    readonly user: Owner;
    readonly entrypoint: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
    /** Files of the image's own, among them what a package's maintainer script would have made: path → content. */
    readonly files?: Readonly<Record<string, string>>;
    /** Folders that are empty in the image: path → permissions and owner. */
    readonly folders?: Readonly<Record<string, Folder>>;
}

export interface Owner {
    readonly uid: number;
    readonly gid: number;
}

export interface Folder extends Owner {
    readonly mode: number;
}

/** - `part`: of the toolchain, built from a Go module. - `agent`: a folder in `agents`, bundled. - `npm`: an npm package. */
export type Program = { readonly path: string } & (
    { readonly part: string } | { readonly agent: string } | { readonly npm: string }
);

export const ROOT: Owner = { uid: 0, gid: 0 };

/** Files are readable, folders can be entered, and only their owner changes them. */
export const FILE_MODE = 0o644;
export const FOLDER_MODE = 0o755;
