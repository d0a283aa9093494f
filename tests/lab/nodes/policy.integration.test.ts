/**
 * One site with real nodes: traffic that a pod may not send or receive by a network policy does not pass, within a machine and between machines,
 * and the declared DNS server and object store do what they are for.
 */
import * as fs from "node:fs";
import { apiServer } from "../../../infra/networking/egress";
import * as lab from "../../../lab/lab";
import { siteInventory } from "../../../lab/inventory";
import { policiesInForce } from "../../../lab/nodes/policy";
import { describeDns } from "./site/dns";
import { describeObjectStore } from "./site/object-store";
import { Client, PATIENCE, describeNodes, makeHome, networkPolicy, pod, why } from "./fixture";

jest.setTimeout(300_000);

const SITE = "tallinn";
const ALL = { podSelector: {}, policyTypes: ["Ingress", "Egress"], ingress: [], egress: [] };
const PORTS = [{ port: 8080 }];
const TIMED_OUT = /timed out/;
let home: string;
let site: Client;
let server: string;

/** Replaces all policies of the namespace, and waits until the new ones are in force. */
async function enforce(policies: Readonly<Record<string, object>>): Promise<void> {
    await site.run("delete", "networkpolicy", "--all");
    const items = Object.entries(policies).map(([name, spec]) => networkPolicy(name, spec));
    if (items.length > 0) {
        await site.apply(...items);
    }
    await policiesInForce(SITE, { home });
}

function labelled(app: string): { podSelector: object } {
    return { podSelector: { matchLabels: { app } } };
}

/** Policies that let `from` reach `server`. Both ends need one, because both are closed by default. */
function allow(from: string): Record<string, object> {
    return {
        in: { ...labelled("server"), policyTypes: ["Ingress"], ingress: [{ from: [labelled(from)], ports: PORTS }] },
        out: { ...labelled(from), policyTypes: ["Egress"], egress: [{ to: [labelled("server")], ports: PORTS }] },
    };
}

describeNodes(`one site with real nodes${why}`, () => {
    beforeAll(async () => {
        home = makeHome();
        site = new Client(home, SITE);
        await lab.up([SITE], { home, nodes: "real" });
    }, 900_000);
    afterAll(async () => {
        await lab.down([SITE], { home, deleteData: true });
        fs.rmSync(home, { recursive: true, force: true });
    });

    describeDns(() => ({ home, site: SITE }));
    describeObjectStore(() => ({ home, site: SITE }));
    describePolicies();
});

function describePolicies(): void {
    describe("network policies on real nodes", () => {
        beforeAll(async () => {
            await site.apply(
                {
                    apiVersion: "v1",
                    kind: "Service",
                    metadata: { name: "server" },
                    spec: { selector: { app: "server" }, ports: [{ port: 80, targetPort: 8080 }] },
                },
                pod(home, "server", "a1-1"),
                pod(home, "near", "a1-1"),
                pod(home, "far", "b1-1"),
            );
            await site.podsReady();
            server = `http://${await site.addressOf("server")}:8080/`;
        }, 900_000);

        it.each(["near", "far"])("let everything pass where there is none: %s", async (client) => {
            await enforce({});
            expect(await site.fetch(client, server)).toBe("200");
        });

        it("stop everything where all is denied, and kubelets still ask how pods are", async () => {
            await enforce({ deny: ALL });
            await expect(site.fetch("near", server)).rejects.toThrow(TIMED_OUT);
            await expect(site.fetch("far", server)).rejects.toThrow(TIMED_OUT);
            await site.apply(
                pod(home, "asked", "a1-1", { readinessProbe: { httpGet: { port: 8080 }, periodSeconds: 1 } }),
            );
            await site.podsReady();
            await site.run("delete", "pod", "asked", "--now");
        });

        it.each([
            ["near", "far"],
            ["far", "near"],
        ])("open what a rule names and nothing else: %s, not %s", async (client, other) => {
            await enforce({ deny: ALL, ...allow(client) });
            const service = await site.run("get", "service", "server", "-o", "jsonpath={.spec.clusterIP}");
            expect(await site.fetch(client, server)).toBe("200");
            expect(await site.fetch(client, `http://${service}/`)).toBe("200");
            await expect(site.fetch(other, server)).rejects.toThrow(TIMED_OUT);
            // Both ends need a rule: the one at the server's end alone opens nothing.
            await enforce({ deny: ALL, in: allow(client)["in"] ?? {} });
            await expect(site.fetch(client, server)).rejects.toThrow(TIMED_OUT);
        });

        it("open the API server by the address of the site's gateway and its port, and nothing else that is there", async () => {
            const gateway = siteInventory(SITE, "real").network?.gateway ?? "";
            const connects = (address: string, port: number): string =>
                `import socket; socket.create_connection(("${address}", ${port}), ${PATIENCE}); print("open")`;
            const kubernetes = await site.run("get", "service", "kubernetes", "-o", "jsonpath={.spec.clusterIP}");
            const api = connects(kubernetes, 443);
            const registry = connects(gateway, 5000);
            await enforce({});
            expect(await site.python("far", registry)).toBe("open");
            await enforce({ deny: ALL });
            await expect(site.python("far", api)).rejects.toThrow(TIMED_OUT);
            const egress = [apiServer({ gateway })];
            await enforce({ deny: ALL, api: { ...labelled("far"), policyTypes: ["Egress"], egress } });
            expect(await site.python("far", api)).toBe("open");
            await expect(site.python("far", registry)).rejects.toThrow(TIMED_OUT);
            await expect(site.python("near", api)).rejects.toThrow(TIMED_OUT);
        });

        it("go by what a pod is, not by what it is just now: the leader's label is none of its identity", async () => {
            const identity = async (): Promise<string[]> => {
                const endpoint = await site.run("get", "ciliumendpoint", "near", "-o", "json");
                const { status } = JSON.parse(endpoint) as { status: { identity: { labels: string[] } } };
                return status.identity.labels;
            };
            await site.run("label", "pod", "near", "role=master", "tier=x");
            let labels: string[] = [];
            while (!labels.includes("k8s:tier=x")) {
                labels = await identity();
            }
            expect(labels).toContain("k8s:app=near");
            expect(labels.filter((label) => label.includes("role"))).toEqual([]);
        });
    });
}
