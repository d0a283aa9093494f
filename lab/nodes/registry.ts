/**
 * A site's own registry of images, in its network: its machines pull from it, and can reach no other. They can only read from it. The host's
 * side fills it, through a second registry over the same folder, which no machine's network leads to.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { stringify } from "yaml";
import { buildImages, layoutFolder } from "../../images/build";
import { catalogue } from "../../images/catalogue";
import type { Image } from "../../images/declaration";
import { LOCK_FILE, recordDigests } from "../../images/lock";
import { wantedImages } from "../../images/wanted";
import { ensureFile } from "../../command-line/files";
import { embassyHome } from "../../command-line/paths";
import { declaredSections } from "../../toolchain/cli/stack-config";
import { LabError } from "../errors";
import { TAG, forget, isStored } from "./stored-image";
import type { NetworkInventory } from "../inventory";
import type { Supervised } from "../part";
import type { SitePaths } from "../paths";
import { REGISTRY } from "../pki/catalogue";
import type { Process } from "../processes/identity";

const run = promisify(execFile);
const START_MS = 20_000;
const POLL_MS = 50;

/** Home → what is being found out about its images. Sites that come up side by side in one home find it out once. */
const underWay = new Map<string, Promise<Record<string, string>>>();

/** Name → digest of the images, built where they are missing: those that the stack files want, where no others are given. */
export function ensureImages(
    home: string,
    report: (message: string) => void,
    images: readonly Image[] = wantedImages(catalogue, declaredSections(), (name) =>
        existsSync(layoutFolder(name, home)),
    ),
): Promise<Record<string, string>> {
    const made = underWay.get(home) ?? makeImages(home, report, images).finally(() => underWay.delete(home));
    underWay.set(home, made);
    return made;
}

async function makeImages(
    home: string,
    report: (message: string) => void,
    images: readonly Image[],
): Promise<Record<string, string>> {
    const built = await buildImages({
        images,
        home,
        onProgress: (image, message) => report(`image ${image}: ${message}`),
    });
    const names = images.map(({ name }) => name);
    // The stacks read one file. A lab in another home, as in tests, writes its own instead.
    const own = home === embassyHome;
    return recordDigests(built, names, own ? LOCK_FILE : path.join(home, "images", "lock.json"));
}

/** The port in the registry's name. */
export function registryPort({ registry }: Pick<NetworkInventory, "registry">): number {
    return Number(registry.slice(registry.indexOf(":") + 1));
}

/** The configuration that machines see: it accepts no uploads from anybody. */
export function registryConfiguration(paths: SitePaths, network: NetworkInventory): string {
    const pem = paths.pem(REGISTRY);
    return configuration(
        paths,
        {
            addr: `${network.gateway}:${registryPort(network)}`,
            tls: { certificate: pem, key: pem, minimumtls: "tls1.3" },
        },
        { maintenance: { readonly: { enabled: true } } },
    );
}

/** https://distribution.github.io/distribution/about/configuration/ */
function configuration(paths: SitePaths, http: object, storage: object = {}): string {
    return stringify({
        version: 0.1,
        log: { level: "warn", accesslog: { disabled: true } },
        storage: { filesystem: { rootdirectory: paths.images }, ...storage },
        http,
    });
}

/** It is on the loopback of the network's own namespace, in which there is no machine. */
function loopback(network: NetworkInventory): string {
    return `127.0.0.1:${registryPort(network)}`;
}

/** A registry that accepts images until it is killed or this process ends. @throws LabError with its words where it does not start */
async function startWriter(
    paths: SitePaths,
    network: NetworkInventory,
    binDirectory: string,
    namespace: string,
): Promise<ChildProcess> {
    const file = path.join(path.dirname(paths.registryConfig), "registry-filling.yaml");
    await ensureFile(file, configuration(paths, { addr: loopback(network) }));
    const program = ["nsenter", namespace, path.join(binDirectory, "registry"), "serve", file];
    const writer = spawn("setpriv", ["--pdeathsig", "SIGKILL", ...program], {
        env: { ...process.env, OTEL_TRACES_EXPORTER: "none" },
        stdio: ["ignore", "ignore", "pipe"],
    });
    let said = "";
    writer.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    const deadline = Date.now() + START_MS;
    const ask = ["nsenter", namespace, path.join(binDirectory, "crane"), "catalog", loopback(network)] as const;
    for (;;) {
        try {
            await run(ask[0], ask.slice(1));
            return writer;
        } catch {
            if (writer.exitCode !== null || Date.now() > deadline) {
                writer.kill("SIGKILL");
                throw new LabError(`${paths.site}: the site's registry cannot be filled: ${said.trim()}`);
            }
        }
        await sleep(POLL_MS);
    }
}

export function registryPart(paths: SitePaths, binDirectory: string, { pid }: Process): Supervised {
    return {
        name: REGISTRY,
        program: "/usr/bin/nsenter",
        args: [`--net=/proc/${pid}/ns/net`, path.join(binDirectory, "registry"), "serve", paths.registryConfig],
        env: { OTEL_TRACES_EXPORTER: "none" },
        reads: [paths.registryConfig, paths.pem(REGISTRY)],
    };
}

/** Pushes the images that are not whole in the site's registry under their digests. @throws LabError with crane's words */
export async function pushImages(
    paths: SitePaths,
    network: NetworkInventory,
    binDirectory: string,
    { pid }: Process,
    images: Readonly<Record<string, string>>,
): Promise<void> {
    const missing = Object.keys(images).filter((name) => !isStored(paths.images, name, layoutFolder(name, paths.home)));
    if (missing.length === 0) {
        return;
    }
    const namespace = `--net=/proc/${pid}/ns/net`;
    const writer = await startWriter(paths, network, binDirectory, namespace);
    try {
        for (const name of missing) {
            forget(paths.images, name, layoutFolder(name, paths.home));
            const target = `${loopback(network)}/${name}:${TAG}`;
            const args = [namespace, path.join(binDirectory, "crane"), "push", layoutFolder(name, paths.home), target];
            // The process has a home of its own, so that it gets no credentials of the user's.
            const env = { HOME: paths.directory };
            await run("nsenter", args, { env }).catch((error: unknown) => {
                const { stderr = "" } = error as { stderr?: string };
                throw new LabError(
                    `${paths.site}: image ${name} could not be put into the site's registry: ${stderr.trim()}`,
                );
            });
        }
    } finally {
        const gone = once(writer, "exit");
        if (writer.kill("SIGKILL")) {
            await gone;
        }
    }
}
