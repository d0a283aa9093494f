/** What the declared policy lets Patroni do with its lock. */
import { kubectl, outcome, settled } from "../../../support/admission";
import { type ApiServer, startApiServer } from "../../../support/apiserver";
import { renderStack } from "../../../support/render";

jest.setTimeout(120_000);

const POLICY = "one-primary";
const NAMESPACE = "registry-population";
const LOCK = "population-leader";

describe("the fence", () => {
    let api: ApiServer;

    /** Renews the lock as Patroni does, with the time in Python's format. */
    function renew(seconds: number, name = LOCK): void {
        const renewTime = new Date(Date.now() + seconds * 1000).toISOString().replace("Z", "123+00:00");
        annotate(name, { leader: "database-0", renewTime });
    }

    function annotate(name: string, annotations: object): void {
        const patch = JSON.stringify({ metadata: { annotations } });
        kubectl(api, ["patch", "configmap", name, "-n", NAMESPACE, "--type=merge", "-p", patch]);
    }

    function lease(validForSeconds: number | null): void {
        const until = validForSeconds === null ? null : new Date(Date.now() + validForSeconds * 1000).toISOString();
        annotate("lease", { "data-embassy/valid-until": until });
    }

    beforeAll(async () => {
        api = await startApiServer();
        const names = ["fence-policy", "fence-binding", "population-namespace", "population-members-gate-lease"];
        const declared = (await renderStack("tallinn")).filter(({ name }) => names.includes(name));
        const order = (name: string): number => (name === "population-namespace" ? 0 : 1);
        for (const { inputs } of declared.sort((a, b) => order(a.name) - order(b.name))) {
            kubectl(api, ["create", "-f", "-"], inputs);
        }
        const lock = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: LOCK, namespace: NAMESPACE } };
        kubectl(api, ["create", "-f", "-"], lock);
    });
    afterAll(async () => {
        await api.stop();
    });

    it("lets a leader be one while no lease was ever granted", () => {
        expect(outcome(POLICY, () => renew(3600))).toBe("let through");
    });

    it("refuses a lock that is renewed for later than the lease, and says until when that was", async () => {
        lease(-10);
        expect(await settled(POLICY, () => renew(0), "refused")).toBe("refused");
        expect(() => renew(0)).toThrow(/the other site's lease ended at .*Z, and without one this site does not write/);
    });

    it("lets one through that is renewed in time, to the millisecond", async () => {
        lease(30);
        expect(await settled(POLICY, () => renew(29), "let through")).toBe("let through");
        expect(() => renew(31)).toThrow(/lease ended at/);
    });

    it("lets a leader go after its time: Patroni then leaves the time as it was", async () => {
        lease(60);
        expect(await settled(POLICY, () => renew(59), "let through")).toBe("let through");
        expect(outcome(POLICY, () => annotate(LOCK, { leader: "" }))).toBe("let through");
    });

    it("asks nothing of a standby, whose leader has no lease to keep", async () => {
        lease(-10);
        expect(await settled(POLICY, () => renew(0), "refused")).toBe("refused");
        lease(null);
        expect(await settled(POLICY, () => renew(0), "let through")).toBe("let through");
    });

    it("looks at no other ConfigMap", async () => {
        lease(-10);
        expect(await settled(POLICY, () => renew(0), "refused")).toBe("refused");
        kubectl(api, ["create", "configmap", "population-config", "-n", NAMESPACE]);
        expect(outcome(POLICY, () => renew(0, "population-config"))).toBe("let through");
    });

    it("has no leader where the lease's ConfigMap is gone", async () => {
        kubectl(api, ["delete", "configmap", "lease", "-n", NAMESPACE]);
        expect(await settled(POLICY, () => renew(0), "refused")).toBe("refused");
        expect(outcome(POLICY, () => renew(0, "population-config"))).toBe("let through");
    });

    it("lets none be made there either", () => {
        kubectl(api, ["delete", "configmap", LOCK, "-n", NAMESPACE]);
        expect(() => kubectl(api, ["create", "configmap", LOCK, "-n", NAMESPACE])).toThrow(/no params found/);
    });
});
