/** Folders and an image for tests of how images are built. */
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Image } from "../../images/declaration";

export class Folder {
    readonly path = mkdtempSync(join(tmpdir(), "images-"));

    file(path: string, content = "", mode = 0o644): string {
        const file = join(this.path, path);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, content, { mode });
        return file;
    }

    remove(): void {
        rmSync(this.path, { recursive: true, force: true });
    }
}

export const image: Image = {
    name: "sample",
    packages: ["sample"],
    user: { uid: 100, gid: 102 },
    entrypoint: ["/usr/bin/sample", "--flag"],
    env: { PATH: "/usr/bin" },
};

/** The digest of `content` in OCI's format. */
export function sha256(content: Buffer): string {
    return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}
