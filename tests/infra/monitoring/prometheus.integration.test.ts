/** Prometheus itself with the files that a site declares: whom it asks and answers, and what it then says is wrong. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { type Server as HttpsServer, createServer, get } from "node:https";
import { type Server, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text as textOf } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import type { TLSSocket } from "node:tls";
import { exposition } from "../../../agents/exporter/exposition";
import type { Sample } from "../../../agents/exporter/samples";
import { binDir } from "../../../command-line/paths";
import {
    PROMETHEUS,
    PROMETHEUS_HOST,
    PROMETHEUS_PORT,
    WATCHER,
    WATCHER_HOST,
} from "../../../infra/conventions/monitoring";
import { TLS } from "../../../infra/conventions/mounted";
import { EXPORTER_PORT, FOLDER } from "../../../infra/monitoring/configuration";
import { HEARTBEAT, OTHER_SITE, PATRONI_METRICS } from "../../../infra/monitoring/metrics";
import { heartbeatName } from "../../../infra/networking/addresses";
import { memberName } from "../../../infra/registries/plan-database";
import { parseConfig } from "../../../infra/site/config";
import { plan } from "../../../infra/site/plan";
import { type Firing, firingIn } from "../../../infra/monitoring/answer";
import { type Keys, rulesOf } from "../../../monitoring/ask";
import { buildToolchain, silent } from "../../../toolchain/build";
import { freePorts } from "../../support/apiserver";
import { type Pair, issued } from "../../support/certificates";
import { watchedValues } from "../../support/stacks";

const DAY = 86_400;
/** The one member that is there; the declared files name more, which are away. */
const PRESENT = "database-0.database.registry-land.svc:8008";

/** The one of the other site that is there at times. */
const HEARD = heartbeatName("luxembourg", 0);

describe("Prometheus, with the files of a site", () => {
    const folder = mkdtempSync(join(tmpdir(), "prometheus-"));
    const write = (name: string, content: string): void => writeFileSync(join(folder, name), content);
    const askers = new Set<string>();
    let root: Pair;
    let watcher: Keys;
    let stranger: Keys;
    let otherSites: Keys;
    let otherSite: HttpsServer;
    let heard = 0;
    let port = 0;
    let patroni: Server;
    let exporter: Server;
    let server: ChildProcess;
    let output = "";
    let days = 60;

    beforeAll(async () => {
        await buildToolchain({ parts: [PROMETHEUS], progress: silent });
        const [own = 0, member = 0, told = 0, absent = 0] = await freePorts(4);
        heard = absent;
        port = own;
        root = await issued({ commonName: "root" });
        const leaf = (commonName: string, ...dnsNames: string[]): Promise<Pair> =>
            issued({ commonName, dnsNames, by: root });
        const keysOf = ({ key, certificate }: Pair): Keys => ({
            ca: Buffer.from(root.certificate),
            key: Buffer.from(key),
            cert: Buffer.from(certificate),
        });
        watcher = keysOf(await leaf(WATCHER, WATCHER_HOST));
        stranger = keysOf(await leaf(memberName("land")));
        otherSites = keysOf(await leaf(PROMETHEUS, PROMETHEUS_HOST, HEARD));
        const served = await leaf(PROMETHEUS, PROMETHEUS_HOST);
        write(TLS.key, served.key);
        write(TLS.certificate, served.certificate);
        write(TLS.authority, root.certificate);
        const { key, certificate: cert } = await leaf(memberName("land"), "localhost");
        patroni = createServer(
            { key, cert, ca: root.certificate, requestCert: true, minVersion: "TLSv1.3" },
            (request, response) => {
                askers.add(String((request.socket as TLSSocket).getPeerCertificate().subject.CN));
                // As Patroni 3.0 writes it: one line has a space before its labels.
                const lines = PATRONI_METRICS.map((name) => `# TYPE ${name} gauge\n${name}{scope="land"} 1`);
                response.end([...lines, 'patroni_postgres_timeline {scope="land"} 1', ""].join("\n"));
            },
        ).listen(member, "localhost");
        otherSite = createServer(
            { key, cert, ca: root.certificate, requestCert: true, rejectUnauthorized: true, minVersion: "TLSv1.3" },
            (_, response) => {
                const end = 'embassy_certificate_end_timestamp_seconds{namespace="other",certificate="planted"} 1';
                const judged = `${HEARTBEAT}{site="luxembourg"} ${Date.now() / 1000}`;
                response.setHeader("content-type", "text/plain; version=0.0.4").end(`${end}\n${judged}\n`);
            },
        );
        exporter = createHttpServer((_, response) => {
            const value = Date.now() / 1000 + days * DAY;
            const labels = { namespace: "edge", certificate: "edge-tls" };
            const sample: Sample = { metric: "embassy_certificate_end_timestamp_seconds", labels, value };
            void exposition([sample]).then(({ text, type }) => {
                response.setHeader("content-type", type).end(text);
            });
        }).listen(told, "127.0.0.1");
        const config = parseConfig("tallinn", watchedValues("tallinn"));
        for (const [name, content] of Object.entries(plan(config).monitoring?.files ?? {})) {
            write(
                name,
                content
                    .replaceAll(FOLDER.certificate, folder)
                    .replaceAll(FOLDER.files, folder)
                    .replace(`127.0.0.1:${EXPORTER_PORT}`, `127.0.0.1:${told}`)
                    .replace(PRESENT, `localhost:${member}`)
                    .replace(`${HEARD}:${PROMETHEUS_PORT}`, `localhost:${heard}`)
                    .replace(/heartbeat[-.\w]+:9090/g, "127.0.0.1:9")
                    // Names that resolve nowhere take long on some machines.
                    .replace(/[-.\w]+[.]svc:8008/g, "127.0.0.1:9")
                    .replaceAll(/"(15|5)s"/g, '"1s"'),
            );
        }
        server = spawn(join(binDir, PROMETHEUS), [
            `--config.file=${folder}/prometheus.yml`,
            `--web.config.file=${folder}/web.yml`,
            `--web.listen-address=127.0.0.1:${port}`,
            `--storage.tsdb.path=${folder}/data`,
        ]);
        server.stderr?.on("data", (text: Buffer) => (output += text.toString()));
    }, 600_000);

    afterAll(async () => {
        if (server.exitCode === null) {
            server.kill();
            await once(server, "exit");
        }
        patroni.close();
        otherSite.close();
        exporter.close();
        rmSync(folder, { recursive: true });
    });

    async function asked(keys: Keys): Promise<Firing[]> {
        return firingIn(await rulesOf(connect(port, "127.0.0.1"), keys), Date.now());
    }

    async function until(holds: (firing: readonly Firing[]) => boolean): Promise<Firing[]> {
        for (;;) {
            // Until it has come up, and has judged for the first time, it does not answer.
            const firing = await asked(watcher).catch((error: unknown) => {
                if (server.exitCode !== null) {
                    throw new Error(`${String(error)}\n${output}`);
                }
            });
            if (firing !== undefined && holds(firing)) {
                return firing;
            }
            await sleep(200);
        }
    }

    const ends = (firing: readonly Firing[]): boolean => firing.some(({ alert }) => alert === "CertificateEnds");

    it("takes them, asks members with its own certificate, and says what is wrong until it is not", async () => {
        await until((firing) => !ends(firing) && askers.size > 0);
        expect([...askers]).toEqual([PROMETHEUS]);
        days = 13;
        expect((await until(ends)).filter(({ alert }) => alert === "CertificateEnds")).toEqual([
            {
                alert: "CertificateEnds",
                severity: "ticket",
                since: expect.any(String) as string,
                who: "operator",
                stake: "edge/edge-tls ends within 14 days: what has it then serves nobody.",
                runbook: "docs/alerts.md#certificateends",
                labels: expect.objectContaining({
                    namespace: "edge",
                    certificate: "edge-tls",
                    job: "exporter",
                }) as object,
            },
        ]);
        days = 60;
        await until((firing) => !ends(firing));
    }, 60_000);

    it("says that the other site is not heard until it is, and takes its heartbeat and nothing else of it", async () => {
        const isSilent = (firing: readonly Firing[]): boolean =>
            firing.some(({ alert }) => alert === "OtherSiteSilent");
        await until(isSilent);
        otherSite.listen(heard, "localhost");
        const firing = await until((firing) => !isSilent(firing));
        expect(firing.map(({ labels }) => labels["certificate"])).not.toContain("planted");
        otherSite.closeAllConnections();
        otherSite.close();
        await until(isSilent);
    }, 60_000);

    it("answers nobody but the watcher and the other site's Prometheus", async () => {
        await expect(asked(stranger)).rejects.toThrow();
        await expect(asked({ ...watcher, key: stranger.key, cert: stranger.cert })).rejects.toThrow();
        await expect(asked(watcher)).resolves.toBeDefined();
        await expect(asked(otherSites)).resolves.toBeDefined();
    });

    it("answers the other site's question with when it judged last, and no more", async () => {
        const files = plan(parseConfig("luxembourg", watchedValues("luxembourg"))).monitoring?.files ?? {};
        const { scrape_configs: jobs } = JSON.parse(files["prometheus.yml"] ?? "") as {
            scrape_configs: { job_name: string; metrics_path: string; params: Record<string, string[]> }[];
        };
        const job = jobs.find(({ job_name }) => job_name === OTHER_SITE);
        const [match = ""] = job?.params["match[]"] ?? [];
        const path = `${job?.metrics_path ?? ""}?match[]=${encodeURIComponent(match)}`;
        const answer = await new Promise<string>((resolve, reject) => {
            const options = { port, path, servername: PROMETHEUS_HOST, agent: false, ...otherSites };
            get(options, (response) => {
                textOf(response).then(resolve, reject);
            }).on("error", reject);
        });
        expect(answer.split("\n").filter((line) => line !== "" && !line.startsWith("#"))).toEqual([
            expect.stringMatching(new RegExp(`^${HEARTBEAT}\\{[^}]*site="tallinn"[^}]*\\} `)),
        ]);
    });
});
