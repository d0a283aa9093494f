/** Alertmanager and two Prometheus with the files that a site declares: what receivers on loopback are told, how often, and when they come back. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { type Server as HttpsServer, request } from "node:https";
import type { Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text as textOf } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { exposition } from "../../../agents/exporter/exposition";
import { binDir } from "../../../command-line/paths";
import {
    ALERTMANAGER,
    ALERTMANAGER_HOST,
    ALERTMANAGER_PORT,
    PROMETHEUS,
    PROMETHEUS_HOST,
    WATCHER,
    WATCHER_HOST,
} from "../../../infra/conventions/monitoring";
import { TLS } from "../../../infra/conventions/mounted";
import { ALERTMANAGER_FOLDER } from "../../../infra/monitoring/alertmanager-files";
import { EXPORTER_PORT, FOLDER } from "../../../infra/monitoring/configuration";
import { parseConfig } from "../../../infra/site/config";
import { plan } from "../../../infra/site/plan";
import { buildToolchain, silent } from "../../../toolchain/build";
import { freePorts } from "../../support/apiserver";
import { type Pair, issued } from "../../support/certificates";
import { type Told, hookServer, mailServer } from "../../support/receivers";
import { receiversTrusting, watchedValues } from "../../support/stacks";

const DAY = 86_400;
const TOKEN = "the-token-of-the-webhook";
const PASSWORD = "the-password-of-the-mail";
const ALERT = "CertificateEnds";

describe("Alertmanager, with the files of a site", () => {
    const folder = mkdtempSync(join(tmpdir(), "alertmanager-"));
    const write = (name: string, content: string): void => {
        mkdirSync(join(folder, name, ".."), { recursive: true });
        writeFileSync(join(folder, name), content, { mode: 0o600 });
    };
    const processes: ChildProcess[] = [];
    let output = "";
    let days = 60;
    let root: Pair;
    let served: Pair;
    let watcher: Pair;
    const told: { readonly status: string; readonly shown: string | undefined }[] = [];
    const mails: { readonly mail: string; readonly shown: string }[] = [];
    let hook: HttpsServer;
    let mail: Server;
    let exporter: Server;
    let hookPort = 0;
    let port = 0;
    let servers: readonly number[] = [];

    const start = (program: string, ...args: string[]): void => {
        const started = spawn(join(binDir, program), args);
        started.stdout.on("data", (text: Buffer) => (output += text.toString()));
        started.stderr.on("data", (text: Buffer) => (output += text.toString()));
        processes.push(started);
    };

    beforeAll(async () => {
        await buildToolchain({ parts: [PROMETHEUS, ALERTMANAGER], progress: silent });
        const [own = 0, hooked = 0, mailed = 0, exported = 0, ...both] = await freePorts(6);
        [port, hookPort, servers] = [own, hooked, both];
        root = await issued({ commonName: "root" });
        const leaf = (commonName: string, ...dnsNames: string[]): Promise<Pair> =>
            issued({ commonName, dnsNames, by: root });
        served = await leaf(PROMETHEUS, PROMETHEUS_HOST, ALERTMANAGER_HOST, "localhost");
        watcher = await leaf(WATCHER, WATCHER_HOST);
        write(TLS.key, served.key);
        write(TLS.certificate, served.certificate);
        write(TLS.authority, root.certificate);
        write("receivers/duty/token", TOKEN);
        write("receivers/office/password", PASSWORD);
        hook = hookServer(served, ({ status, alerts }: Told, shown) => {
            if (alerts.some(({ labels }) => labels["alertname"] === ALERT)) {
                told.push({ status, shown });
            }
        }).listen(hookPort, "localhost");
        mail = mailServer(served, (text, shown) => {
            if (text.includes(ALERT)) {
                mails.push({ mail: text, shown });
            }
        }).listen(mailed, "localhost");
        exporter = createHttpServer((_, response) => {
            const labels = { namespace: "edge", certificate: "edge-tls" };
            const value = Date.now() / 1000 + days * DAY;
            const sample = { metric: "embassy_certificate_end_timestamp_seconds", labels, value } as const;
            void exposition([sample]).then(({ text, type }) => {
                response.setHeader("content-type", type).end(text);
            });
        }).listen(exported, "127.0.0.1");
        const config = parseConfig(
            "tallinn",
            watchedValues("tallinn", { receivers: receiversTrusting(root.certificate) }),
        );
        const { files = {}, alertmanager } = plan(config).monitoring ?? {};
        for (const [name, content] of Object.entries(files)) {
            write(
                `prometheus/${name}`,
                content
                    .replaceAll(FOLDER.certificate, folder)
                    .replaceAll(FOLDER.files, join(folder, "prometheus"))
                    .replaceAll(`${ALERTMANAGER_HOST}:${ALERTMANAGER_PORT}`, `localhost:${port}`)
                    .replace(`127.0.0.1:${EXPORTER_PORT}`, `127.0.0.1:${exported}`)
                    // Names that resolve nowhere take long on some machines.
                    .replace(/[-.\w]+[.]svc:8008|heartbeat[-.\w]+:9090/g, "127.0.0.1:9")
                    .replaceAll(/"(15|5)s"/g, '"1s"'),
            );
        }
        for (const [name, content] of Object.entries(alertmanager?.files ?? {})) {
            write(
                `alertmanager/${name}`,
                content
                    .replaceAll(ALERTMANAGER_FOLDER.certificate, folder)
                    .replaceAll(ALERTMANAGER_FOLDER.receivers, join(folder, "receivers"))
                    .replace("https://alerts.state.example/embassy", `https://localhost:${hookPort}/embassy`)
                    .replace("mail.state.example:587", `localhost:${mailed}`)
                    .replaceAll(/"(10|60)s"/g, '"1s"'),
            );
        }
        mkdirSync(join(folder, "told"));
        start(
            ALERTMANAGER,
            `--config.file=${folder}/alertmanager/alertmanager.yml`,
            `--web.config.file=${folder}/alertmanager/web.yml`,
            `--web.listen-address=127.0.0.1:${port}`,
            `--storage.path=${folder}/told`,
        );
        for (const each of servers) {
            start(
                PROMETHEUS,
                `--config.file=${folder}/prometheus/prometheus.yml`,
                `--web.config.file=${folder}/prometheus/web.yml`,
                `--web.listen-address=127.0.0.1:${each}`,
                `--storage.tsdb.path=${folder}/data-${each}`,
            );
        }
    }, 900_000);

    afterAll(async () => {
        for (const each of processes) {
            if (each.exitCode === null) {
                each.kill();
                await once(each, "exit");
            }
        }
        hook.close();
        mail.close();
        exporter.close();
        rmSync(folder, { recursive: true });
    });

    /** Asks one of the programs, with a certificate. */
    function asked(
        to: number,
        path: string,
        { key, certificate: cert }: Pair,
        body?: object,
    ): Promise<{ status: number | undefined; text: string }> {
        return new Promise((resolve, reject) => {
            const options = { port: to, path, key, cert, ca: root.certificate, servername: "localhost", agent: false };
            const asking = request({ ...options, method: body === undefined ? "GET" : "POST" }, (response) => {
                textOf(response).then((text) => resolve({ status: response.statusCode, text }), reject);
            }).on("error", reject);
            asking.end(body && JSON.stringify(body));
        });
    }

    /** The sum of the series of a metric with these labels; 0 until the program answers. */
    async function measured(to: number, who: Pair, metric: string, labels = ""): Promise<number> {
        const { text } = await asked(to, "/metrics", who).catch(() => ({ text: "" }));
        return text
            .split("\n")
            .filter((line) => line.startsWith(metric) && line.includes(labels))
            .reduce((sum, line) => sum + Number(line.split(" ").pop()), 0);
    }

    async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
        while (!(await holds())) {
            const ended = processes.find(({ exitCode }) => exitCode !== null);
            if (ended !== undefined) {
                throw new Error(`${ended.spawnfile} ended\n${output}`);
            }
            await sleep(200);
        }
    }

    /** Until each Prometheus has sent more than before. */
    async function bothHaveSent(before: readonly number[]): Promise<void> {
        const now = () => Promise.all(servers.map(sent));
        await until(async () => (await now()).every((count, index) => count > (before[index] ?? 0)));
    }

    const sent = (server: number): Promise<number> => measured(server, watcher, "prometheus_notifications_sent_total");
    const failures = (receiver: string): Promise<number> =>
        measured(port, served, "alertmanager_notification_requests_failed_total", `receiver_name="${receiver}"`);
    const subjects = (): string[] =>
        mails.flatMap(({ mail: text }) => /^Subject: (.*)$/m.exec(text)?.[1] ?? "no subject");

    it("tells each receiver once what both Prometheus say, and once that it is over", async () => {
        await until(async () => (await measured(port, served, "alertmanager_")) > 0);
        const before = await Promise.all(servers.map(sent));
        days = 13;
        await bothHaveSent(before);
        await until(() => told.length > 0 && mails.length > 0);
        const during = await Promise.all(servers.map(sent));
        days = 60;
        await bothHaveSent(during);
        await until(() => told.length > 1 && mails.length > 1);
        expect(told).toEqual([
            { status: "firing", shown: `Bearer ${TOKEN}` },
            { status: "resolved", shown: `Bearer ${TOKEN}` },
        ]);
        expect(subjects()).toEqual([`${ALERT} in tallinn`, `Over: ${ALERT} in tallinn`]);
        expect(new Set(mails.map(({ shown }) => shown))).toEqual(new Set([`embassy ${PASSWORD}`]));
        expect(mails[0]?.mail.replaceAll("=\n", "")).toContain("edge/edge-tls ends within 14 days");
        expect(mails[0]?.mail).toContain("docs/alerts.md#certificateends");
    }, 120_000);

    it("keeps what a receiver does not take, says so, and tells it when it is back", async () => {
        const [hooked, mailed] = [told.length, mails.length];
        const failed = await failures("duty");
        hook.closeAllConnections();
        hook.close();
        await once(hook, "close");
        days = 13;
        await until(async () => (await failures("duty")) > failed + 1 && mails.length > mailed);
        expect(told).toHaveLength(hooked);
        expect(await failures("office")).toBe(0);
        hook.listen(hookPort, "localhost");
        await until(() => told.length > hooked);
        expect(told.slice(hooked).map(({ status }) => status)).toEqual(["firing"]);
    }, 120_000);

    it("takes alerts from the site's Prometheus and from nobody else, and only what is an alert", async () => {
        const path = "/api/v2/alerts";
        const forged = [{ labels: { alertname: "Forged", severity: "page" } }];
        await expect(asked(port, path, watcher, forged)).rejects.toThrow();
        await expect(asked(port, path, served, [{ labels: {} }])).resolves.toMatchObject({ status: 400 });
        await expect(asked(port, path, served, { labels: {} })).resolves.toMatchObject({ status: 400 });
    });

    it("shows no secret in a command line, an environment, a log or a declared file", () => {
        const [alertmanager] = processes;
        const read = (file: string): string => readFileSync(file, "utf8");
        const shown = [
            output,
            ...["cmdline", "environ"].map((file) => read(`/proc/${alertmanager?.pid ?? 0}/${file}`)),
            ...["alertmanager.yml", "web.yml"].map((file) => read(join(folder, "alertmanager", file))),
        ].join("\n");
        expect(shown).toContain(`--storage.path=${folder}/told`);
        expect(shown).not.toContain(TOKEN);
        expect(shown).not.toContain(PASSWORD);
    });
});
