/** An image is pushed into a site's registry, and pulled from it again by digest. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { zstdDecompressSync } from "node:zlib";
import { buildImages, layoutFolder, spdxFile } from "../../images/build";
import { pause } from "../../images/catalogue/pause";
import type { SpdxDocument } from "../../images/spdx";
import { buildToolchain } from "../../toolchain/build";
import { binDir, embassyHome } from "../../command-line/paths";
import { sha256 } from "./fixture";

const MINUTES = 60_000;

// Who fetches packages waits until others have fetched theirs.
jest.setTimeout(5 * MINUTES);

let home: string;
let registry: ChildProcess;
let address: string;
let log: string[];

beforeAll(async () => {
    await buildToolchain({ parts: ["registry", "crane"] });
    mkdirSync(join(embassyHome, "tests"), { recursive: true });
    mkdirSync(join(embassyHome, "cache"), { recursive: true });
    home = mkdtempSync(join(embassyHome, "tests", "registry-"));
    symlinkSync(join(embassyHome, "cache"), join(home, "cache"));
    address = `127.0.0.1:${await freePort()}`;
    const configuration = {
        version: 0.1,
        log: { level: "error", accesslog: { disabled: true } },
        storage: { filesystem: { rootdirectory: join(home, "registry") } },
        http: { addr: address },
    };
    const file = join(home, "registry.yaml");
    // The file may be JSON, because JSON is also YAML.
    writeFileSync(file, JSON.stringify(configuration));
    registry = spawn(join(binDir, "registry"), ["serve", file], {
        env: { OTEL_TRACES_EXPORTER: "none" },
        stdio: ["ignore", "ignore", "pipe"],
    });
    log = [];
    registry.stderr?.on("data", (chunk: Buffer) => log.push(chunk.toString()));
    await untilReady();
}, 15 * MINUTES);

afterAll(async () => {
    if (registry.exitCode === null) {
        const gone = once(registry, "exit");
        registry.kill("SIGTERM");
        await gone;
    }
    rmSync(home, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, "close");
    return port;
}

async function untilReady(): Promise<void> {
    for (let tries = 0; tries < 100; tries++) {
        const answer = await fetch(`http://${address}/v2/`).catch(() => undefined);
        if (answer?.ok) {
            return;
        }
        await sleep(100);
    }
    throw new Error(`the registry did not answer:\n${log.join("")}`);
}

function crane(...args: string[]): string {
    // crane has a separate home, so that it uses no credentials of this machine.
    const env = { HOME: home };
    return execFileSync(join(binDir, "crane"), args, { encoding: "utf8", env }).trim();
}

it("has the same digest in the layout, in the registry and in what a node pulls", async () => {
    const [built] = await buildImages({ images: [pause], home });
    const digest = built?.digest ?? "";

    expect(crane("push", layoutFolder("pause", home), `${address}/pause:latest`)).toMatch(new RegExp(`@${digest}$`));
    expect(crane("digest", `${address}/pause:latest`)).toBe(digest);

    const pulled = join(home, "pulled");
    crane("pull", "--format=oci", `${address}/pause@${digest}`, pulled);
    const index = JSON.parse(readFileSync(join(pulled, "index.json"), "utf8")) as { manifests: { digest: string }[] };
    expect(index.manifests.map((manifest) => manifest.digest)).toEqual([digest]);
    const blobs = join(pulled, "blobs", "sha256");
    const contents = new Map(readdirSync(blobs).map((name) => [`sha256:${name}`, readFileSync(join(blobs, name))]));
    expect([...contents.keys()]).toEqual([...contents.values()].map(sha256));
    const read = (name: string): Buffer => contents.get(name) ?? Buffer.alloc(0);
    const manifest = JSON.parse(read(digest).toString()) as {
        config: { digest: string };
        layers: { digest: string }[];
    };
    const { rootfs } = JSON.parse(read(manifest.config.digest).toString()) as { rootfs: { diff_ids: string[] } };
    const archives = manifest.layers.map((layer) => zstdDecompressSync(read(layer.digest)));
    expect(archives.map(sha256)).toEqual(rootfs.diff_ids);
    // Without --fast, crane takes every layer for gzip. The check above compares the layers instead.
    expect(() => crane("validate", "--fast", "--remote", `${address}/pause@${digest}`)).not.toThrow();
});

it("makes images of Go programs too, and lists their modules", async () => {
    const program = {
        name: "crane",
        packages: [],
        programs: [{ part: "crane", path: "/usr/bin/crane" }],
        user: { uid: 65535, gid: 65535 },
        entrypoint: ["/usr/bin/crane"],
    };
    const [built] = await buildImages({ images: [program], home });
    crane("push", layoutFolder("crane", home), `${address}/crane:latest`);
    expect(crane("digest", `${address}/crane:latest`)).toBe(built?.digest);
    const list = JSON.parse(readFileSync(spdxFile("crane", home), "utf8")) as SpdxDocument;
    const names = list.packages.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["stdlib", "github.com/google/go-containerregistry"]));
});
