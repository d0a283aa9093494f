/** To which clients pgBackRest's server, with its declared configuration, gives a member's files. */
import { POSTGRES } from "../../infra/conventions/users";
import { configuration } from "../../infra/registries/backups/pgbackrest";
import { DATABASE, PATHS, backupName, memberName, ownerName } from "../../infra/registries/plan-database";
import { EDGE_API_ROLE } from "../../infra/registries/roles";
import { freePorts } from "../support/apiserver";
import { issued } from "../support/certificates";
import { PostgresImage, describeAsRoot, plan } from "../support/postgres-image";

let image: PostgresImage;

describeAsRoot("what serves a member's files to backups", () => {
    let port: number;

    beforeAll(async () => {
        image = await PostgresImage.create();
        [port = 0] = await freePorts(1);
        const declared = configuration(plan, "a-secret", "own").replace(
            /^tls-server-port=.*$/m,
            `tls-server-port=${port}`,
        );
        image.give("/tmp/own", { "own.conf": declared });
        await image.said(/server command begin/, "pgbackrest", "--config=/tmp/own/own.conf", "server");
    }, 600_000);
    afterAll(() => image.remove());

    /** What a client gets that shows a certificate of this name, issued by the member's own authority. */
    async function told(commonName: string): Promise<string> {
        const shown = await issued({ commonName, dnsNames: [], by: image.authority });
        const own = `/tmp/${commonName}`;
        image.give(own, { "tls.crt": shown.certificate, "tls.key": shown.key, "client.conf": "[land]\n" });
        const host = {
            host: DATABASE,
            "host-type": "tls",
            "host-port": String(port),
            "host-ca-file": `${PATHS.tls}/ca.crt`,
            "host-cert-file": `${own}/tls.crt`,
            "host-key-file": `${own}/tls.key`,
            path: PATHS.data,
        };
        const options = Object.entries(host).map(([key, value]) => `--pg1-${key}=${value}`);
        const command = [
            "pgbackrest",
            "--stanza=land",
            `--config=${own}/client.conf`,
            `--repo1-path=${own}`,
            `--lock-path=${own}`,
            "--log-level-file=off",
        ];
        try {
            return image.run(POSTGRES, ...command, ...options, "--no-online", "stanza-create");
        } catch (error) {
            const { stdout, stderr } = error as Record<"stdout" | "stderr", string>;
            return stdout + stderr;
        }
    }

    it.each([
        ["the Jobs of another registry", backupName("taxes")],
        ["a member of its registry, which a Job is not", memberName("land")],
        ["its registry's owner", ownerName("land")],
        ["the edge", EDGE_API_ROLE],
    ])("gives %s nothing", async (_, commonName) => {
        expect(await told(commonName)).toMatch(/access denied/);
    });

    it("serves its own registry's Jobs", async () => {
        expect(await told(backupName("land"))).not.toMatch(/access denied|certificate/);
    });
});
