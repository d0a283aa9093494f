/** The restore environments of a home. Any number of them run side by side, each under its own name; to its program each is the same site. */
import * as path from "node:path";
import type { EmbassyConfig } from "../infra/site/config";
import { stackConfig } from "../toolchain/cli/stack-config";
import { stackFile, stampedFolder } from "../toolchain/cli/stack-file";
import { repoRoot } from "../command-line/paths";
import { LabError } from "../lab/errors";
import { SitePaths } from "../lab/paths";

/** The stack whose file is copied for each environment, and the name of an environment that was given none. */
const TEMPLATE = "restore";

export interface Environment {
    /** Name of the lab's site and of the stack. */
    readonly site: string;
    /** The environment's own stack file, made from the template. */
    readonly stackFile: string;
    /** Keys that came out of custody. The file exists as long as the environment does, for a later `up`. */
    readonly crossStackSecrets: string;
    /** What was restored, and its proof; the file outlives the environment. */
    readonly report: string;
    /** The command that takes it down. */
    readonly removal: string;
}

/** @throws LabError for a name that a site cannot have */
export function environmentOf(name: string | undefined, home: string): Environment {
    if (name !== undefined && !NAME.test(name)) {
        throw new LabError(
            `"${name}" is no name for a restore environment: give lower-case letters, digits and hyphens, at most ${LONGEST}, ` +
                "with a letter or digit at either end, as in --name audit",
        );
    }
    const suffix = name === undefined ? "" : `-${name}`;
    const site = `${TEMPLATE}${suffix}`;
    const { egressSocket } = new SitePaths(home, site);
    if (Buffer.byteLength(egressSocket) > SOCKET_BYTES) {
        throw new LabError(
            `${site} would have a socket ${egressSocket}, and the path of one has at most ${SOCKET_BYTES} bytes: ` +
                "give a shorter --name, or set EMBASSY_HOME to a folder with a shorter path.",
        );
    }
    const folder = stampedFolder(home);
    return {
        site,
        stackFile: stackFile(site, folder),
        crossStackSecrets: path.join(folder, `cross-stack-secrets${suffix}.json`),
        report: path.join(folder, `report${suffix}.json`),
        removal: `npm run restore -- --remove${name === undefined ? "" : ` --name ${name}`}`,
    };
}

/** The longest name: with its prefix it is a DNS label of 32 characters, like the name of any site (infra/conventions/site.ts). */
const LONGEST = 24;
const NAME = new RegExp(`^[a-z0-9]([-a-z0-9]{0,${LONGEST - 2}}[a-z0-9])?$`);
/** Longest path of a Unix socket on Linux: https://man7.org/linux/man-pages/man7/unix.7.html */
const SOCKET_BYTES = 107;

/** The project's own file, even where an environment of the same name has a copy. */
export const TEMPLATE_FILE = stackFile(TEMPLATE, repoRoot);

/** What all environments declare. */
export function templateConfig(): EmbassyConfig {
    return stackConfig(TEMPLATE, repoRoot);
}
