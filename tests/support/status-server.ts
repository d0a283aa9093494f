/** Serves a site's status page with certificates as the site has them, to one viewer. */
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import type { Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Known } from "../../agents/status-page/reading";
import { statusApp, statusServer, viewers } from "../../agents/status-page/server";
import { issueAuthority, issueLeaf, pemBlock } from "../../credentials/certificates";
import { pinOf } from "../../infra/edge/allies";
import { statusPageName } from "../../infra/networking/addresses";
import { secretFolder } from "./edge";
import { NOW } from "./status-page";

export class StatusServer {
    readonly host = statusPageName("luxembourg");

    private constructor(
        readonly port: number,
        /** The authority behind the server's certificate, PEM. */
        readonly authority: string,
        /** PEM of the viewer `duty-1`. */
        readonly viewer: { readonly cert: string; readonly key: string },
        private readonly server: Server,
        private readonly folder: string,
    ) {}

    /** @param known what the page shows, asked at each look */
    static async start(known: () => Known): Promise<StatusServer> {
        // The program's log is not printed.
        jest.spyOn(process.stdout, "write").mockReturnValue(true);
        const folder = mkdtempSync(join(tmpdir(), "status-page-"));
        const authority = await issueAuthority({ commonName: "root" }, 1);
        const people = await issueAuthority({ commonName: "status page" }, 1);
        const names = [statusPageName("luxembourg")];
        const served = await issueLeaf(authority, { commonName: "status-page", names }, 1);
        const duty = await issueLeaf(people, { commonName: "duty-1" }, 1);
        const [cert, key] = [pemBlock(duty, "CERTIFICATE"), pemBlock(duty, "PRIVATE KEY")];
        const publicKey = new X509Certificate(cert).publicKey.export({ type: "spki", format: "pem" });
        const app = statusApp({
            site: "luxembourg",
            look: () => Promise.resolve(known()),
            viewer: viewers({ "duty-1": pinOf(String(publicKey)) }),
            now: () => NOW,
        });
        const secret = secretFolder(join(folder, "server"), authority, served);
        const server = statusServer(app, secret, pemBlock(people, "CERTIFICATE"));
        await once(server.listen(0, "127.0.0.1"), "listening");
        const { port } = server.address() as AddressInfo;
        return new StatusServer(port, pemBlock(authority, "CERTIFICATE"), { cert, key }, server, folder);
    }

    stop(): void {
        this.server.closeAllConnections();
        this.server.close();
        rmSync(this.folder, { recursive: true });
        jest.restoreAllMocks();
    }
}
