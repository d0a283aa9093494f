/** What an API server with the program's audit policy logs about a registry's members, and about others who do the same. */
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "../../../../toolchain/providers/kubernetes/client";
import { locateCluster } from "../../../../toolchain/providers/kubernetes/kubeconfig";
import { kubectl } from "../../../support/admission";
import type { ApiServer } from "../../../support/apiserver";
import { type GuardedSite, MEMBERS, guardedSite } from "../../../support/guarded-site";

jest.setTimeout(180_000);

const NAMESPACE = "registry-land";
const ADMINISTRATOR = "embassy:administrator";

interface AuditRecord {
    readonly verb: string;
    readonly user: { readonly username: string };
    readonly objectRef?: { readonly resource: string; readonly namespace?: string; readonly name?: string };
}

let site: GuardedSite;
let administrator: ApiServer;
let members: ApiServer;

/** Sends a request. The answer does not matter, because refusals are logged too. @param what kind and name in `namespace` */
async function tries(
    who: ApiServer,
    method: "GET" | "PATCH" | "DELETE",
    what: string,
    namespace = NAMESPACE,
): Promise<void> {
    const group = what.startsWith("leases/") ? "apis/coordination.k8s.io" : "api";
    const client = new Client(await locateCluster({ kubeconfig: who.kubeconfig, context: "", cluster: "" }));
    const changed = method === "PATCH" && { body: {}, contentType: "application/merge-patch+json" };
    const path = `/${group}/v1/namespaces/${namespace}/${what}`;
    await client.request({ method, path, ...changed }).catch(() => undefined);
}

/** Everything logged so far about ConfigMaps, Secrets, pods and leases in a registry's namespace: `<who> <verb> <resource>/<name>`. */
async function written(): Promise<string[]> {
    const mark = `mark-${String(Date.now())}`;
    await tries(administrator, "GET", `configmaps/${mark}`);
    let records: AuditRecord[] = [];
    while (!records.some(({ objectRef }) => objectRef?.name === mark)) {
        await sleep(50);
        const lines = site.audited().split("\n");
        records = lines.flatMap((line) => (line.endsWith("}") ? [JSON.parse(line) as AuditRecord] : []));
    }
    return records.flatMap(({ user, verb, objectRef }) =>
        objectRef?.namespace?.startsWith("registry-")
            ? [`${user.username} ${verb} ${objectRef.resource}/${objectRef.name ?? ""} in ${objectRef.namespace}`]
            : [],
    );
}

beforeAll(async () => {
    site = await guardedSite("tallinn");
    administrator = site.as(ADMINISTRATOR, "system:masters");
    members = site.as(MEMBERS);
});
afterAll(() => site.stop());

describe("the audit log", () => {
    it("leaves out what members do every few seconds, in their own namespace", async () => {
        await tries(members, "GET", "configmaps");
        await tries(members, "PATCH", "configmaps/lease");
        await tries(members, "PATCH", "configmaps/land-leader");
        expect((await written()).filter((line) => line.startsWith(MEMBERS))).toEqual([]);
    });

    it.each([
        ["PATCH", "configmaps/land-config"],
        ["DELETE", "configmaps/lease"],
        ["DELETE", "configmaps/land-leader"],
        ["GET", "secrets/database-owner-tls"],
        ["PATCH", "pods/database-0"],
        ["PATCH", "leases/database"],
    ] as const)("has what else they do: %s %s", async (method, what) => {
        await tries(members, method, what);
        expect(await written()).toContain(`${MEMBERS} ${method.toLowerCase()} ${what} in ${NAMESPACE}`);
    });

    it.each(["lease", "taxes-leader"])("has what they do in another registry: %s", async (name) => {
        await tries(members, "PATCH", `configmaps/${name}`, "registry-taxes");
        await tries(members, "GET", "configmaps", "registry-taxes");
        const lines = await written();
        expect(lines).toContain(`${MEMBERS} patch configmaps/${name} in registry-taxes`);
        expect(lines).toContain(`${MEMBERS} list configmaps/ in registry-taxes`);
    });

    it("has the same as done by an administrator", async () => {
        await tries(administrator, "PATCH", "configmaps/lease");
        await tries(administrator, "PATCH", "leases/kube-controller-manager");
        const lines = await written();
        expect(lines).toContain(`${ADMINISTRATOR} patch configmaps/lease in ${NAMESPACE}`);
        expect(lines).toContain(`${ADMINISTRATOR} patch leases/kube-controller-manager in ${NAMESPACE}`);
    });

    it("has it under the administrator's own name where that of a member is taken on", async () => {
        kubectl(administrator, [`--as=${MEMBERS}`, `--namespace=${NAMESPACE}`, "get", "configmaps"]);
        expect(await written()).toContain(`${ADMINISTRATOR} list configmaps/ in ${NAMESPACE}`);
    });
});
