import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { architecture, blobFile, configBlob, manifestBlob, writeLayout } from "../../images/oci";
import { Folder, image, sha256 } from "./fixture";

const LAYER = { digest: `sha256:${"1".repeat(64)}`, diffId: `sha256:${"2".repeat(64)}`, size: 7 };
const config = configBlob(image, LAYER);
const manifest = manifestBlob(config, LAYER);

const parsed = (content: Buffer): unknown => JSON.parse(content.toString());

describe("the config", () => {
    it("runs the entrypoint as the declared user, on Linux and this machine's architecture", () => {
        expect(parsed(config.content)).toEqual({
            created: "1970-01-01T00:00:00Z",
            architecture: architecture(),
            os: "linux",
            config: {
                User: "100:102",
                Env: ["PATH=/usr/bin"],
                Entrypoint: ["/usr/bin/sample", "--flag"],
                WorkingDir: "/",
            },
            rootfs: { type: "layers", diff_ids: [LAYER.diffId] },
            history: [{ created: "1970-01-01T00:00:00Z", created_by: "images/catalogue: sample" }],
        });
    });

    it("refuses a machine that Debian and OCI have no common name for", () => {
        expect(architecture("arm64")).toBe("arm64");
        expect(() => architecture("s390x")).toThrow(/this one is s390x: use one of x64, arm64/);
    });
});

describe("the manifest", () => {
    it("names config and layer by type, digest and size", () => {
        expect(parsed(manifest.content)).toEqual({
            schemaVersion: 2,
            mediaType: "application/vnd.oci.image.manifest.v1+json",
            config: {
                mediaType: "application/vnd.oci.image.config.v1+json",
                digest: config.digest,
                size: config.content.length,
            },
            layers: [{ mediaType: "application/vnd.oci.image.layer.v1.tar+zstd", digest: LAYER.digest, size: 7 }],
        });
    });

    it("is named by its own bytes", () => {
        expect(manifest.digest).toBe(sha256(manifest.content));
    });
});

describe("the layout", () => {
    let folder: Folder;
    beforeEach(() => {
        folder = new Folder();
    });
    afterEach(() => {
        folder.remove();
    });

    it("holds one manifest and what it refers to, and nothing of the image before", () => {
        const layout = join(folder.path, "layout");
        folder.file(`layout/blobs/sha256/${"0".repeat(64)}`, "former");
        writeLayout(layout, manifest, config, { file: folder.file("layer", "1234567"), digest: LAYER.digest });
        expect(readdirSync(join(layout, "blobs/sha256")).sort()).toEqual(
            [manifest, config, LAYER].map(({ digest }) => digest.slice(7)).sort(),
        );
        expect(readFileSync(blobFile(layout, LAYER.digest), "utf8")).toBe("1234567");
        expect(parsed(readFileSync(join(layout, "oci-layout")))).toEqual({ imageLayoutVersion: "1.0.0" });
        expect(parsed(readFileSync(join(layout, "index.json")))).toMatchObject({
            schemaVersion: 2,
            manifests: [{ digest: manifest.digest, size: manifest.size, platform: { os: "linux" } }],
        });
    });
});
