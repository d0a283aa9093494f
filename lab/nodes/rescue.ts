/**
 * The source's object store, served off its disk inside the restore environment's own network: read-only, at the address
 * and under the name by which the program looks for it. So the source need not run, and cannot be written to.
 */
import { randomBytes } from "node:crypto";
import * as path from "node:path";
import { objectStoreName } from "../../infra/networking/addresses";
import type { Issuer } from "../../infra/keys/cross-stack-secrets";
import type { StoreUser } from "../../infra/keys/registry-keys";
import { OBJECT_STORE_REGION } from "../../infra/storage/plan-object-store";
import { repoRoot } from "../../command-line/paths";
import { LabError } from "../errors";
import { ensureFile } from "../../command-line/files";
import { NETWORK, SYSTEM_PATH, answersAt } from "./network";
import { ensureUserland } from "./userland";
import type { Site } from "../options";
import { issueLeaf } from "../../credentials/certificates";

const SCRIPT = path.join(repoRoot, "lab", "nodes", "rescue.sh");
export const RESCUE = "rescued-store";
const HTTPS = 443;
/** An environment that lives longer is made again. */
export const RESCUE_DAYS = 30;

export interface RescueSource {
    readonly site: string;
    /** Address at which its store is looked for. */
    readonly address: string;
    /** With the store's objects, versions and accounts; or what is in the one bucket of a copy. */
    readonly folder: string;
    readonly copy: { readonly bucket: string; readonly reader: StoreUser } | undefined;
}

export async function ensureRescue(site: Site, source: RescueSource, issuer: Issuer): Promise<void> {
    const { paths, supervisor, binDirectory, report } = site;
    const { site: from, address, folder, copy } = source;
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
    const userland = await ensureUserland(paths.home, report);
    await supervisor.ensure(
        {
            name: RESCUE,
            program: "/usr/bin/nsenter",
            args: [
                `--net=/proc/${network.pid}/ns/net`,
                "unshare",
                "--mount",
                // The store ends with the process that is known by its record.
                "--fork",
                "--kill-child=SIGKILL",
                SCRIPT,
                paths.record(RESCUE),
                userland,
                address,
                folder,
                paths.run,
                path.join(binDirectory, "versitygw"),
                ...(copy === undefined ? [] : [copy.bucket]),
            ],
            env: {
                PATH: SYSTEM_PATH,
                VGW_PORT: `${address}:${HTTPS}`,
                VGW_REGION: OBJECT_STORE_REGION,
                VGW_CERT: pem,
                VGW_KEY: pem,
                VGW_DISABLE_ACL: "true",
                VGW_QUIET: "true",
                // Nobody's where the source's own store knows who reads. A copy knows nobody.
                ROOT_ACCESS_KEY_ID: copy?.reader.id ?? "nobody",
                ROOT_SECRET_ACCESS_KEY: copy?.reader.secret ?? randomBytes(32).toString("hex"),
            },
            reads: [SCRIPT, pem],
        },
        answersAt(paths, `${address}:${HTTPS}`),
        () => report(`${RESCUE}: starting`),
    );
}
