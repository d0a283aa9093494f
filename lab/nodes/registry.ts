/** A site's own registry of images, in its network: what its machines pull from, and all that they can reach. */
import { execFile } from "node:child_process";
import * as path from "node:path";
import { promisify } from "node:util";
import { stringify } from "yaml";
import { buildImages, layoutFolder } from "../../images/build";
import { catalogue } from "../../images/catalogue";
import { LOCK_FILE, recordDigests } from "../../images/lock";
import { embassyHome } from "../../command-line/paths";
import { LabError } from "../errors";
import type { NetworkInventory } from "../inventory";
import type { Supervised } from "../part";
import type { SitePaths } from "../paths";
import { REGISTRY } from "../pki/catalogue";
import type { Process } from "../processes/identity";

const run = promisify(execFile);

/** Name → digest of the images, built where they are missing. */
export async function ensureImages(home: string, report: (message: string) => void): Promise<Record<string, string>> {
    const built = await buildImages({
        images: catalogue,
        home,
        onProgress: (image, message) => report(`image ${image}: ${message}`),
    });
    const names = catalogue.map(({ name }) => name);
    // The stacks read one file; a lab in another home, as tests have, is none of theirs.
    const own = home === embassyHome;
    return recordDigests(built, names, own ? LOCK_FILE : path.join(home, "images", "lock.json"));
}

/** The port in the registry's name. */
export function registryPort({ registry }: Pick<NetworkInventory, "registry">): number {
    return Number(registry.slice(registry.indexOf(":") + 1));
}

/** https://distribution.github.io/distribution/about/configuration/ */
export function registryConfiguration(paths: SitePaths, network: NetworkInventory): string {
    const pem = paths.pem(REGISTRY);
    return stringify({
        version: 0.1,
        log: { level: "warn", accesslog: { disabled: true } },
        storage: { filesystem: { rootdirectory: paths.images } },
        http: {
            addr: `${network.gateway}:${registryPort(network)}`,
            tls: { certificate: pem, key: pem, minimumtls: "tls1.3" },
        },
    });
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

/** Puts every image there, under its digest. What is there already costs a question. @throws LabError with crane's words */
export async function pushImages(
    paths: SitePaths,
    network: NetworkInventory,
    binDirectory: string,
    { pid }: Process,
    images: Readonly<Record<string, string>>,
): Promise<void> {
    for (const name of Object.keys(images)) {
        const target = `${network.gateway}:${registryPort(network)}/${name}:${TAG}`;
        const args = [
            `--net=/proc/${pid}/ns/net`,
            path.join(binDirectory, "crane"),
            "push",
            layoutFolder(name, paths.home),
            target,
        ];
        // A home of its own: no credentials of the user's go there.
        const env = { HOME: paths.directory, SSL_CERT_FILE: paths.certificate("ca") };
        await run("nsenter", args, { env }).catch((error: unknown) => {
            const { stderr = "" } = error as { stderr?: string };
            throw new LabError(
                `${paths.site}: image ${name} could not be put into the site's registry: ${stderr.trim()}`,
            );
        });
    }
}

/** Only keeps an image from being cleared away: nobody pulls by it. */
const TAG = "current";
