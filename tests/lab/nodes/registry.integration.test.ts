/** A site's image registry can be read over the network, and not written to. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { binDir } from "../../../command-line/paths";
import { issueAuthority, issueLeaf, pemBlock } from "../../../credentials/certificates";
import { buildImages, layoutFolder } from "../../../images/build";
import { pause } from "../../../images/catalogue/pause";
import type { NetworkInventory } from "../../../lab/inventory";
import { pushImages, registryConfiguration, registryPart } from "../../../lab/nodes/registry";
import { SitePaths } from "../../../lab/paths";
import { REGISTRY } from "../../../lab/pki/catalogue";
import type { Process } from "../../../lab/processes/identity";
import { buildToolchain, silent } from "../../../toolchain/build";
import { freePorts } from "../../support/apiserver";
import { describeNodes, makeHome, why } from "./fixture";

jest.setTimeout(300_000);

const run = promisify(execFile);
/** A loopback address that stands in for the site's network. The host's side has another one. */
const GATEWAY = "127.0.0.2";

describeNodes(`a site's registry of images${why}`, () => {
    let home: string;
    let paths: SitePaths;
    let network: NetworkInventory;
    let registry: ChildProcess;
    const self = { pid: process.pid } as Process;

    beforeAll(async () => {
        await buildToolchain({ parts: ["registry", "crane"], progress: silent });
        home = makeHome();
        paths = new SitePaths(home, "tallinn");
        await buildImages({ images: [pause], home, onProgress: () => undefined });
        const [port = 0] = await freePorts(1);
        network = { gateway: GATEWAY, registry: `${GATEWAY}:${port}` } as NetworkInventory;
        const authority = await issueAuthority({ commonName: "test" }, 1);
        const leaf = await issueLeaf(authority, { commonName: "registry", names: [GATEWAY] }, 1);
        write(paths.pem(REGISTRY), leaf);
        write(paths.certificate("ca"), pemBlock(authority, "CERTIFICATE"));
        write(paths.registryConfig, registryConfiguration(paths, network));
        const { program = "", args, env } = registryPart(paths, binDir, self);
        registry = spawn(program, args, { env: { ...process.env, ...env }, stdio: "ignore" });
        await pushImages(paths, network, binDir, self, { pause: "" });
        await served();
    });
    afterAll(async () => {
        const gone = once(registry, "exit");
        registry.kill("SIGKILL");
        await gone;
        fs.rmSync(home, { recursive: true, force: true });
    });

    function write(file: string, content: string): void {
        fs.mkdirSync(path.dirname(file), { recursive: true });
        fs.writeFileSync(file, content, { mode: 0o600 });
    }

    async function crane(...args: string[]): Promise<string> {
        const env = { HOME: home, SSL_CERT_FILE: paths.certificate("ca") };
        return (await run(path.join(binDir, "crane"), args, { env })).stdout.trim();
    }

    async function served(): Promise<void> {
        for (const deadline = Date.now() + 20_000; ;) {
            try {
                await crane("catalog", network.registry);
                return;
            } catch (error) {
                if (Date.now() > deadline) {
                    throw error;
                }
            }
        }
    }

    it("has what the host's side has put there", async () => {
        await expect(crane("digest", `${network.registry}/pause:current`)).resolves.toMatch(/^sha256:/);
        await expect(crane("manifest", `${network.registry}/pause:current`)).resolves.toContain("schemaVersion");
    });

    it("takes nothing from a machine or a pod: no image, no other one under a name that is there", async () => {
        const before = await crane("digest", `${network.registry}/pause:current`);
        for (const name of ["intruder", "pause"]) {
            const push = crane("push", layoutFolder("pause", home), `${network.registry}/${name}:other`);
            await expect(push).rejects.toThrow(/UNSUPPORTED|405|METHOD NOT ALLOWED/i);
        }
        await expect(crane("catalog", network.registry)).resolves.toBe("pause");
        await expect(crane("digest", `${network.registry}/pause:current`)).resolves.toBe(before);
        await expect(crane("digest", `${network.registry}/pause:other`)).rejects.toThrow(/MANIFEST_UNKNOWN|404/);
    });

    it("is filled by nobody where it has everything, and again where something of it is gone", async () => {
        const NOWHERE = path.join(home, "nowhere");
        await pushImages(paths, network, NOWHERE, self, { pause: "" });
        const files = fs.readdirSync(paths.images, { recursive: true, withFileTypes: true, encoding: "utf8" });
        const kept = files.filter((entry) => entry.isFile()).map(({ parentPath, name }) => path.join(parentPath, name));
        const ofPause = kept.filter((file) => /\/(data|link)$/.test(file) && !file.includes("/index/"));
        // The manifest, the configuration and the layer, each with a link, and the tag.
        expect(ofPause).toHaveLength(7);
        for (const file of ofPause) {
            const content = fs.readFileSync(file);
            fs.rmSync(file);
            await expect(pushImages(paths, network, NOWHERE, self, { pause: "" })).rejects.toThrow("cannot be filled");
            await pushImages(paths, network, binDir, self, { pause: "" });
            expect(fs.readFileSync(file)).toEqual(content);
        }
    });

    it("has nobody who takes images once it is filled", async () => {
        const port = network.registry.slice(network.registry.indexOf(":") + 1);
        await expect(crane("catalog", `127.0.0.1:${port}`)).rejects.toThrow(/refused/);
    });
});
