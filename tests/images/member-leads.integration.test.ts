/** A member with the image's Patroni and a real API server makes its registry's database, leads, and says so. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { binDir } from "../../command-line/paths";
import { DROP_LOST_SLOTS, agreedName, leaderName } from "../../infra/conventions/lease";
import { PROGRAM } from "../../infra/conventions/programs";
import { POSTGRES } from "../../infra/conventions/users";
import { DATABASE, PATHS, PORTS, ROLE_LABEL, memberHosts, memberName } from "../../infra/registries/plan-database";
import { memberFiles } from "../../infra/registries/postgres/members";
import { dynamicConfiguration } from "../../infra/registries/postgres/patroni";
import { type ApiServer, startApiServer } from "../support/apiserver";
import { PostgresImage, describeAsRoot, plan } from "../support/postgres-image";

jest.setTimeout(300_000);

const { namespace, scope, labels, firstMember } = plan;
const POD = `${DATABASE}-${firstMember}`;
/** Pods need no account of their own, which something would have to make first. */
const WITHOUT_ACCOUNTS = { "kube-apiserver": ["--disable-admission-plugins=ServiceAccount"] };
const [HOST = ""] = memberHosts(namespace, firstMember, 1);

/** Patroni looks each few seconds. */
const PATIENCE_MS = 120_000;

let image: PostgresImage;
let api: ApiServer;

describeAsRoot("a member", () => {
    const kubectl = (args: readonly string[], input = ""): string =>
        execFileSync(join(binDir, "kubectl"), ["--kubeconfig", api.kubeconfig, ...args], { input, encoding: "utf8" });
    const create = (kind: string, metadata: object, more: object = {}): string =>
        kubectl(["create", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind, metadata, ...more }));
    const annotation = (configMap: string, name: string): string =>
        kubectl(["get", "configmap", configMap, "-n", namespace, "-o", `jsonpath={.metadata.annotations.${name}}`]);
    const sql = (statement: string): string =>
        image
            .run(POSTGRES, "psql", "-At", `--host=${PATHS.socket}`, "--dbname=postgres", `--command=${statement}`)
            .trim();

    beforeAll(async () => {
        [image, api] = await Promise.all([PostgresImage.create(), startApiServer(WITHOUT_ACCOUNTS)]);
        create("Namespace", { name: namespace });
        const config = JSON.stringify(dynamicConfiguration(plan));
        create("ConfigMap", { name: agreedName(scope), namespace, labels, annotations: { config } });
        const container = { name: DATABASE, image: "none.example/none" };
        create("Pod", { name: POD, namespace, labels }, { spec: { containers: [container] } });
        image.give(PATHS.patroni, { ...memberFiles(plan), kubeconfig: kubectl(["config", "view", "--raw"]) });
        const environment = {
            KUBECONFIG: `${PATHS.patroni}/kubeconfig`,
            PATRONI_KUBERNETES_CONTEXT: "test",
            PATRONI_KUBERNETES_NAMESPACE: namespace,
            PATRONI_KUBERNETES_POD_IP: "127.0.0.1",
            PATRONI_NAME: POD,
            PATRONI_POSTGRESQL_LISTEN: `127.0.0.1:${PORTS.postgres}`,
            PATRONI_POSTGRESQL_CONNECT_ADDRESS: `${HOST}:${PORTS.postgres}`,
            PATRONI_RESTAPI_LISTEN: `127.0.0.1:${PORTS.patroni}`,
            PATRONI_RESTAPI_CONNECT_ADDRESS: `${HOST}:${PORTS.patroni}`,
            EMBASSY_DATA: PATHS.data,
            EMBASSY_MEMBERS: memberName(plan.registry),
        };
        const exports = Object.entries(environment).map(([name, value]) => `export ${name}=${value}`);
        const start = `exec python3 ${PROGRAM.member} ${PATHS.patroni}/patroni.yml`;
        await image.said(/I am .*the leader with the lock/, "sh", "-c", [...exports, start].join("; "));
    }, 600_000);
    afterAll(async () => {
        await image.end("SIGTERM");
        await image.remove();
        await api.stop();
    });

    it("makes a database with the declared roles, and leads", () => {
        expect(sql("SELECT NOT pg_is_in_recovery()")).toBe("t");
        expect(sql(`SELECT ${DROP_LOST_SLOTS}()`)).toBe("0");
        expect(sql(`SELECT count(*) FROM pg_database WHERE datname = '${plan.database}'`)).toBe("1");
    });

    it("has the label by which the leader's Service selects it", () => {
        const role = kubectl([
            "get",
            "pod",
            POD,
            "-n",
            namespace,
            "-o",
            `jsonpath={.metadata.labels.${ROLE_LABEL.key}}`,
        ]);
        expect(role).toBe(ROLE_LABEL.leader);
    });

    it("leaves its own synchronous mode and waits for the other site, as soon as that is declared", async () => {
        const waitsFor = (): string => sql("SHOW synchronous_standby_names");
        await until(() => annotation(`${scope}-sync`, "leader") === POD);
        const config = JSON.stringify(dynamicConfiguration({ ...plan, acrossSites: "sync" }));
        kubectl(["annotate", "--overwrite", "-n", namespace, "configmap", agreedName(scope), `config=${config}`]);
        await until(() => annotation(`${scope}-sync`, "leader") === "" && waitsFor() === "ANY 2 (*)");
        // It is still so at the next look.
        const before = annotation(leaderName(scope), "renewTime");
        await until(() => annotation(leaderName(scope), "renewTime") !== before);
        expect(waitsFor()).toBe("ANY 2 (*)");
    });
});

async function until(holds: () => boolean): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    while (!holds()) {
        if (Date.now() > deadline) {
            throw new Error(`it did not come about within ${PATIENCE_MS / 1000} s`);
        }
        await sleep(500);
    }
}
