/**
 * Serves the source's object store from its disk inside the restore environment's own network: read-only, at the address and under the name at
 * which the program looks for it. So the source need not run, and cannot be written to.
 */
import * as path from "node:path";
import { objectStoreName } from "../../infra/networking/addresses";
import type { Issuer } from "../../infra/keys/cross-stack-secrets";
import { OBJECT_STORE_REGION } from "../../infra/storage/plan-object-store";
import type { StoreUsers } from "../../infra/conventions/object-store";
import { repoRoot } from "../../command-line/paths";
import { LabError } from "../errors";
import { ensureFile } from "../../command-line/files";
import { NETWORK, SYSTEM_PATH, answersAt } from "./network";
import { ensureUserland } from "./userland";
import type { Site } from "../options";
import { issueLeaf } from "../../credentials/certificates";

const SCRIPT = path.join(repoRoot, "lab", "nodes", "rescue.sh");
export const RESCUE = "rescued-store";
/** The folder's mount point in the process's own mounts. */
const RESCUED = "rescue";
const HTTPS = 443;
/** Days for which the certificate is valid; an environment that lives longer is made again. */
export const RESCUE_DAYS = 30;

export interface RescueSource {
    readonly site: string;
    /** The address at which the program looks for the store. */
    readonly address: string;
    /** Folder with the store's objects and versions, or with the content of the one bucket of a copy. */
    readonly folder: string;
    readonly bucket: string | undefined;
    /** The users who read there. */
    readonly readers: StoreUsers;
}

export async function ensureRescue(site: Site, source: RescueSource, issuer: Issuer): Promise<void> {
    const { paths, supervisor, binDirectory, report } = site;
    const { site: from, address, folder, bucket, readers } = source;
    const network = await supervisor.live(NETWORK);
    if (!network) {
        throw new LabError(`${paths.site} has no network to serve a store in: npm run lab -- up ${paths.site}`);
    }
    const pem = paths.pem(RESCUE);
    const purpose = { commonName: RESCUE, names: [objectStoreName(from)] };
    await ensureFile(
        pem,
        `${await issueLeaf(`${issuer.keyPem}\n${issuer.certPem}`, purpose, RESCUE_DAYS)}${issuer.certPem}`,
    );
    const declared = {
        STORE_USERS: path.join(paths.run, "users.json"),
        STORE_BUCKETS: path.join(paths.run, "buckets.json"),
    };
    await ensureFile(declared.STORE_USERS, JSON.stringify(readers));
    await ensureFile(declared.STORE_BUCKETS, "[]");
    const userland = await ensureUserland(paths.home, report);
    await supervisor.ensure(
        {
            name: RESCUE,
            program: "/usr/bin/nsenter",
            args: [
                `--net=/proc/${network.pid}/ns/net`,
                "unshare",
                "--mount",
                // The store ends with the process that has the record among its arguments.
                "--fork",
                "--kill-child=SIGKILL",
                SCRIPT,
                paths.record(RESCUE),
                userland,
                address,
                folder,
                path.join(paths.run, RESCUED),
                path.join(binDirectory, "versitygw"),
                ...(bucket === undefined ? [] : [bucket]),
            ],
            env: {
                PATH: SYSTEM_PATH,
                STORE_PORTS: `${address}:${HTTPS}`,
                STORE_REGION: OBJECT_STORE_REGION,
                STORE_CERTIFICATE: pem,
                STORE_KEY: pem,
                STORE_DATA: path.join(paths.run, RESCUED),
                ...declared,
                STORE_READ_ONLY: "true",
            },
            reads: [SCRIPT, pem],
        },
        answersAt(paths, `${address}:${HTTPS}`),
        () => report(`${RESCUE}: starting`),
    );
}
