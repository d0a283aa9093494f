import { readFileSync, symlinkSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { zstdDecompressSync } from "node:zlib";
import { inPieces, type Layer, writeLayer } from "../../images/layer";
import { tree } from "../../images/tree";
import { Folder, image, sha256 } from "./fixture";

const DEEP = `usr/lib/${"long-name-".repeat(12)}/õ.txt`;

let output: Folder;
beforeEach(() => {
    output = new Folder();
});
afterEach(() => {
    output.remove();
});

/** Makes a layer of the same files in a new folder. */
async function make(file: string, reverse: boolean): Promise<Layer> {
    const root = new Folder();
    try {
        const files: [string, string, number][] = [
            ["usr/bin/program", "x".repeat(100_000), 0o755],
            ["usr/lib/a", "a", 0o644],
            [DEEP, "b", 0o600],
        ];
        for (const each of reverse ? files.reverse() : files) {
            root.file(...each);
        }
        symlinkSync("a", join(root.path, "usr/lib/link"));
        utimesSync(join(root.path, "usr/lib/a"), reverse ? 1 : 2, reverse ? 1 : 2);
        return await writeLayer(tree({ ...image, files: { "/etc/own": "own\n" } }, root.path), file);
    } finally {
        root.remove();
    }
}

describe("writeLayer", () => {
    it("gives the same bytes for the same files", async () => {
        const [one, two] = [join(output.path, "1"), join(output.path, "2")];
        expect(await make(one, false)).toEqual(await make(two, true));
        expect(readFileSync(one).equals(readFileSync(two))).toBe(true);
    });

    it("compresses pieces of one size, however the machine's load cuts the stream", async () => {
        const bytes = Buffer.alloc(300_000, "0123456789");
        const cut = async (size: number): Promise<Buffer[]> => {
            const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, turn) =>
                bytes.subarray(turn * size, (turn + 1) * size),
            );
            const pieces: Buffer[] = [];
            for await (const piece of inPieces(Readable.from(chunks))) {
                pieces.push(piece);
            }
            return pieces;
        };
        for (const size of [512, 1_000, 65_536, 131_072, bytes.length]) {
            const pieces = await cut(size);
            expect(pieces.map(({ length }) => length)).toEqual([65_536, 65_536, 65_536, 65_536, 37_856]);
            expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
        }
    });

    it("says what it wrote", async () => {
        const file = join(output.path, "layer");
        const layer = await make(file, false);
        const content = readFileSync(file);
        expect(layer).toEqual({
            digest: sha256(content),
            diffId: sha256(zstdDecompressSync(content)),
            size: content.length,
        });
    });

    it("puts neither times nor names of this machine into archive and compressor", async () => {
        const file = join(output.path, "layer");
        await make(file, false);
        const content = readFileSync(file);
        // RFC 8878: a compressed frame has no place for times and names, while a skippable frame could hold anything.
        expect(content.readUInt32LE(0)).toBe(0xfd2fb528);
        // POSIX ustar has the time at byte 136, and the names of user and group at bytes 265 and 297.
        const header = zstdDecompressSync(content).subarray(0, 512);
        expect(Number.parseInt(header.toString("latin1", 136, 147), 8)).toBe(0);
        expect(header.subarray(265, 329).every((byte) => byte === 0)).toBe(true);
    });

    it("fails where a file cannot be read", async () => {
        const root = new Folder();
        root.file("usr/gone");
        const entries = tree(image, root.path);
        root.remove();
        await expect(writeLayer(entries, join(output.path, "layer"))).rejects.toThrow(/ENOENT.*usr\/gone/);
    });
});
