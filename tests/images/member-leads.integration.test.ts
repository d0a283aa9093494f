/**
 * Two members with the image's Patroni and a real API server make their registry's database, in which they are killed again and again, and
 * one takes the other's place.
 */
import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { binDir } from "../../command-line/paths";
import { DROP_LOST_SLOTS, agreedName, leaderName } from "../../infra/conventions/lease";
import { PROGRAM } from "../../infra/conventions/programs";
import { MEMBER_METRICS, PATRONI_METRICS } from "../../infra/monitoring/metrics";
import { POSTGRES } from "../../infra/conventions/users";
import {
    DATABASE,
    PATHS,
    PORTS,
    ROLE_LABEL,
    leaseName,
    memberHosts,
    memberName,
    memberNames,
} from "../../infra/registries/plan-database";
import { memberFiles } from "../../infra/registries/postgres/members";
import { dynamicConfiguration } from "../../infra/registries/postgres/patroni";
import { type ApiServer, startApiServer } from "../support/apiserver";
import { PostgresImage, describeAsRoot, plan } from "../support/postgres-image";

jest.setTimeout(300_000);

const { namespace, scope, labels, firstMember } = plan;
const PODS = memberNames({ firstMember, members: 2 });
const HOSTS = memberHosts(namespace, firstMember, PODS.length);
/** Pods need no account of their own, which something would have to make first. */
const WITHOUT_ACCOUNTS = { "kube-apiserver": ["--disable-admission-plugins=ServiceAccount"] };

/** Lies there while the database is being made: images/postgres/unfinished.py. */
const UNFINISHED = `${PATHS.data}.unfinished`;
/** Bytes, as its pod is told. */
const DISK = "10737418240";
/** Patroni looks each few seconds. */
const PATIENCE_MS = 120_000;

let images: PostgresImage[];
let api: ApiServer;

/** Members differ by their address on the loopback. */
const address = (index: number): string => `127.0.0.${index + 1}`;

describeAsRoot("members", () => {
    const kubectl = (args: readonly string[], input = ""): string =>
        execFileSync(join(binDir, "kubectl"), ["--kubeconfig", api.kubeconfig, ...args], { input, encoding: "utf8" });
    const create = (kind: string, metadata: object, more: object = {}): string =>
        kubectl(["create", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind, metadata, ...more }));
    const annotation = (configMap: string, name: string): string =>
        kubectl(["get", "configmap", configMap, "-n", namespace, "-o", `jsonpath={.metadata.annotations.${name}}`]);
    const role = (index: number): string =>
        kubectl([
            ...["get", "pod", PODS[index] ?? "", "-n", namespace],
            ...["-o", `jsonpath={.metadata.labels.${ROLE_LABEL.key}}`],
        ]);
    const at = (index: number): PostgresImage => images[index] as PostgresImage;
    const sql = (statement: string, index = 0): string => {
        const psql = ["psql", "-At", `--host=${PATHS.socket}`, "--dbname=postgres", `--command=${statement}`];
        return at(index)
            .run(POSTGRES, ...psql)
            .trim();
    };

    /** Starts a member, as its pod does. @param up what it says as soon as it is what is expected */
    async function start(index: number, up: RegExp): Promise<void> {
        const environment = {
            KUBECONFIG: `${PATHS.patroni}/kubeconfig`,
            PATRONI_KUBERNETES_CONTEXT: "test",
            PATRONI_KUBERNETES_NAMESPACE: namespace,
            PATRONI_KUBERNETES_POD_IP: address(index),
            PATRONI_NAME: PODS[index] ?? "",
            PATRONI_POSTGRESQL_LISTEN: `${address(index)}:${PORTS.postgres}`,
            PATRONI_POSTGRESQL_CONNECT_ADDRESS: `${HOSTS[index] ?? ""}:${PORTS.postgres}`,
            PATRONI_RESTAPI_LISTEN: `${address(index)}:${PORTS.patroni}`,
            PATRONI_RESTAPI_CONNECT_ADDRESS: `${HOSTS[index] ?? ""}:${PORTS.patroni}`,
            EMBASSY_DATA: PATHS.data,
            EMBASSY_DISK: DISK,
            EMBASSY_MEMBERS: memberName(plan.registry),
            EMBASSY_LEASE_AGENT: leaseName(plan.registry),
        };
        const exports = Object.entries(environment).map(([name, value]) => `export ${name}=${value}`);
        const run = `exec python3 ${PROGRAM.member} ${PATHS.patroni}/patroni.yml`;
        await at(index).said(up, "sh", "-c", [...exports, run].join("; "));
    }

    /** @param changed settings of Postgres that this member has otherwise */
    function give(index: number, changed: object = {}): void {
        const files = memberFiles(plan);
        const local = JSON.parse(files["patroni.yml"] ?? "") as { postgresql: object };
        const patroni = JSON.stringify({ ...local, postgresql: { ...local.postgresql, ...changed } });
        const kubeconfig = kubectl(["config", "view", "--raw"]);
        at(index).give(PATHS.patroni, { ...files, "patroni.yml": patroni, kubeconfig });
    }
    const inRoot = (index: number, path: string): boolean => existsSync(join(at(index).root, path));
    const made = (index: number, file: string): Promise<void> => until(() => inRoot(index, join(PATHS.data, file)), 10);
    /** The database is not whole at that moment. */
    function kill(index: number): void {
        at(index).kill();
        expect(inRoot(index, UNFINISHED)).toBe(true);
    }

    beforeAll(async () => {
        const first = await PostgresImage.create();
        images = [first, await PostgresImage.create(first.authority)];
        api = await startApiServer(WITHOUT_ACCOUNTS);
        create("Namespace", { name: namespace });
        const config = JSON.stringify(dynamicConfiguration(plan));
        // The first member's note that it makes the database was taken, and answered too late.
        create("ConfigMap", {
            name: agreedName(scope),
            namespace,
            labels,
            annotations: { config, initialize: PODS[0] },
        });
        const container = { name: DATABASE, image: "none.example/none" };
        for (const [index, name] of PODS.entries()) {
            create("Pod", { name, namespace, labels }, { spec: { containers: [container] } });
            give(index);
            const hosts = HOSTS.map((host, other) => `${address(other)} ${host}\n`);
            writeFileSync(join(at(index).root, "etc", "hosts"), hosts.join(""));
        }
    }, 600_000);
    afterAll(async () => {
        for (const image of images) {
            await image.end("SIGTERM");
            await image.remove();
        }
        await api.stop();
    });

    it("begin again where they are killed while they make the database, and lead once it is whole", async () => {
        await start(0, /trying to bootstrap a new cluster/);
        await made(0, "PG_VERSION");
        kill(0);
        await start(0, /running post_bootstrap/);
        kill(0);
        await start(0, /I am .*the leader with the lock/);
        expect(inRoot(0, UNFINISHED)).toBe(false);
        expect(annotation(agreedName(scope), "initialize")).toMatch(/^\d+$/);
    });

    it("begin again where they are killed while they copy it, and follow", async () => {
        give(1, { basebackup: [{ checkpoint: "fast" }, { "max-rate": "1M" }] });
        await start(1, /trying to bootstrap from leader/);
        await made(1, "backup_label");
        kill(1);
        give(1);
        await start(1, /I am .*a secondary.*following a leader/);
        expect(inRoot(1, UNFINISHED)).toBe(false);
    });

    it("make a database with the declared roles, of which one leads", () => {
        expect(sql("SELECT NOT pg_is_in_recovery()")).toBe("t");
        expect(sql(`SELECT ${DROP_LOST_SLOTS}()`)).toBe("0");
        expect(sql(`SELECT count(*) FROM pg_database WHERE datname = '${plan.database}'`)).toBe("1");
    });

    it("have the label by which the leader's Service selects it", () => {
        expect([role(0), role(1)]).toEqual([ROLE_LABEL.leader, "replica"]);
    });

    it("say what is on their disks, and what waits there for whom", async () => {
        const exported = (): string =>
            at(0).run(
                POSTGRES,
                ...["python3", "-c"],
                [
                    "import ssl, urllib.request",
                    `tls = ssl.create_default_context(cafile='${PATHS.tls}/ca.crt')`,
                    "tls.check_hostname = False",
                    `print(urllib.request.urlopen('https://${address(0)}:${PORTS.patroni}/metrics', context=tls).read().decode())`,
                ].join("\n"),
            );
        const slot = (PODS[1] ?? "").replaceAll("-", "_");
        await until(() => exported().includes(`embassy_slot_active{slot="${slot}"} 1`));
        const text = exported();
        expect(text).toContain(`embassy_disk_size_bytes ${DISK}\n`);
        const [, used] = /^embassy_disk_used_bytes (\d+)$/m.exec(text) ?? [];
        expect(Number(used)).toBeGreaterThan(20_000_000);
        expect(Number(used)).toBeLessThan(Number(DISK) / 10);
        expect(text).toMatch(/^embassy_wal_waiting_segments \d+$/m);
        // Patroni's own are there, and none is told twice.
        const names = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
        expect(names).toEqual([...new Set(names)]);
        expect(names).toEqual(expect.arrayContaining([...MEMBER_METRICS, ...PATRONI_METRICS]));
    });

    it("take each other's place with all that was acknowledged, and follow again", async () => {
        await until(() => annotation(`${scope}-sync`, "sync_standby") === PODS[1]);
        sql("CREATE TABLE kept AS SELECT 1 AS one");
        await at(0).end("SIGTERM");
        await until(() => role(1) === ROLE_LABEL.leader);
        await until(() => sql("SELECT NOT pg_is_in_recovery()", 1) === "t");
        expect(sql("SELECT one FROM kept", 1)).toBe("1");
        await start(0, /I am .*a secondary.*following a leader/);
        await until(() => sql("SELECT state FROM pg_stat_replication", 1) === "streaming");
        await until(() => annotation(`${scope}-sync`, "sync_standby") === PODS[0]);
    });

    it("leave their own synchronous mode and wait for the other site, as soon as that is declared", async () => {
        const waitsFor = (): string => sql("SHOW synchronous_standby_names", 1);
        const config = JSON.stringify(dynamicConfiguration({ ...plan, acrossSites: "sync" }));
        kubectl(["annotate", "--overwrite", "-n", namespace, "configmap", agreedName(scope), `config=${config}`]);
        await until(() => annotation(`${scope}-sync`, "leader") === "" && waitsFor() === "ANY 2 (*)");
        // It is still so at the next look.
        const before = annotation(leaderName(scope), "renewTime");
        await until(() => annotation(leaderName(scope), "renewTime") !== before);
        expect(waitsFor()).toBe("ANY 2 (*)");
    });
});

async function until(holds: () => boolean, everyMs = 500): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    while (!holds()) {
        if (Date.now() > deadline) {
            throw new Error(`it did not come about within ${PATIENCE_MS / 1000} s`);
        }
        await sleep(everyMs);
    }
}
