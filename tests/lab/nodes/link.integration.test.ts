/** Two sites with real nodes, and the link between them. */
import * as fs from "node:fs";
import { KUBELET_PORT } from "../../../infra/cluster/control-plane/kubelet";
import { firstAddress } from "../../../infra/networking/addresses";
import * as lab from "../../../lab/lab";
import { siteInventory } from "../../../lab/inventory";
import { ROUND_TRIP_MS } from "../../../lab/nodes/link";
import { NETWORK } from "../../../lab/nodes/network";
import { policiesInForce } from "../../../lab/nodes/policy";
import { nth, planNetwork } from "../../../infra/networking/addresses";
import { registryNamespace } from "../../../infra/conventions/names";
import { PORTS, ROLE_LABEL, databaseLabels } from "../../../infra/registries/plan-database";
import { parseConfig } from "../../../infra/site/config";
import { stackValues } from "../../support/stacks";
import { Client, PATIENCE, declared, describeNodes, makeHome, networkPolicy, pod, why } from "./fixture";
import { registryPort } from "../../../lab/nodes/registry";

jest.setTimeout(240_000);

const SITES = ["tallinn", "luxembourg"] as const;

/** The port of the image registry at a site's gateway. */
const REGISTRY_PORT = 5000;

/** A pod that stands in for a registry's leader: it has the leader's labels, and accepts connections at its port. */
function member(home: string, registry: string): object {
    const namespace = registryNamespace(registry);
    const labels = { ...databaseLabels(registry), [ROLE_LABEL.key]: ROLE_LABEL.leader };
    const port = { name: "postgres", containerPort: PORTS.postgres };
    return pod(home, "leader", "a1-1", { namespace, labels, port });
}

describeNodes(`the link between two sites with real nodes${why}`, () => {
    let home: string;
    let tallinn: Client;
    let luxembourg: Client;

    /** The address that Tallinn serves to Luxembourg. Here a test server has it instead of the object store. */
    const [service = ""] = siteInventory("tallinn", "real").network?.served ?? [];

    /** Connects from Luxembourg to Tallinn. @returns how many milliseconds that took @throws Error if there is no connection */
    async function connection(address = service, port = 80): Promise<number> {
        const script = `import socket, time; t = time.time(); socket.create_connection(("${address}", ${port}), 3); print((time.time() - t) * 1000)`;
        return Number(await luxembourg.python("client", script));
    }

    beforeAll(async () => {
        home = makeHome();
        [tallinn, luxembourg] = SITES.map((site) => new Client(home, site)) as [Client, Client];
        await lab.up(SITES, { home, nodes: "real" });
        await tallinn.apply(pod(home, "server", "a1-1"), {
            apiVersion: "v1",
            kind: "Service",
            metadata: { name: "server" },
            spec: { clusterIP: service, selector: { app: "server" }, ports: [{ port: 80, targetPort: 8080 }] },
        });
        await tallinn.apply({
            apiVersion: "v1",
            kind: "Service",
            metadata: { name: "other" },
            spec: { selector: { app: "server" }, ports: [{ port: 80, targetPort: 8080 }] },
        });
        await luxembourg.apply(pod(home, "client", "a1-1"));
        await Promise.all([tallinn.podsReady(), luxembourg.podsReady()]);
    }, 900_000);

    afterAll(async () => {
        await lab.down(SITES, { home, deleteData: true });
        fs.rmSync(home, { recursive: true, force: true });
    });

    it("carries packets to what each serves the other, with the delay of the distance", async () => {
        expect(await lab.linkStatus(SITES, { home })).toEqual([{ sites: SITES, state: "up" }]);
        // A connection takes at least a round trip. How much longer depends on this machine.
        expect(await connection()).toBeGreaterThanOrEqual(ROUND_TRIP_MS);
    });

    it("leads to the other site's Services, which see who calls", async () => {
        const client = await luxembourg.addressOf("client");
        expect(await luxembourg.fetch("client", `http://${service}/`)).toBe("200");
        expect(await tallinn.run("logs", "server")).toContain(`${client} - - `);
    });

    it("carries nothing else: to no kubelet, API server, image registry, pod or other Service, whatever policies allow", async () => {
        const { network, serviceCidr } = siteInventory("tallinn", "real");
        const gateway = network?.gateway ?? "";
        const other = await tallinn.run("get", "service", "other", "-o", "jsonpath={.spec.clusterIP}");
        const node = await tallinn.run(
            "get",
            "node",
            "a1-1",
            "-o",
            'jsonpath={.status.addresses[?(@.type=="InternalIP")].address}',
        );
        const { port } = new URL(
            await tallinn.run("config", "view", "--minify", "-o", "jsonpath={.clusters[0].cluster.server}"),
        );
        for (const [address, at] of [
            [node, KUBELET_PORT],
            [gateway, Number(port)],
            [firstAddress(serviceCidr), 443],
            [gateway, registryPort({ registry: network?.registry ?? "" })],
            [await tallinn.addressOf("server"), 8080],
            [other, 80],
        ] as const) {
            await expect(connection(address, at)).rejects.toThrow("timed out");
        }
        // Connections to what is served still pass.
        expect(await connection()).toBeGreaterThanOrEqual(ROUND_TRIP_MS);
    });

    it("brings what policies can judge: here by who calls from the other site, there by what of it is called", async () => {
        const call = (): Promise<string> => luxembourg.fetch("client", `http://${service}/`);
        const admit = async (cidr: string): Promise<void> => {
            const ingress = [{ from: [{ ipBlock: { cidr } }], ports: [{ port: 8080 }] }];
            await tallinn.apply(networkPolicy("in", { podSelector: {}, policyTypes: ["Ingress"], ingress }));
            await policiesInForce("tallinn", { home });
        };
        await admit(siteInventory("tallinn", "real").podCidr);
        await expect(call()).rejects.toThrow("timed out");
        await admit(siteInventory("luxembourg", "real").podCidr);
        expect(await call()).toBe("200");

        const egress = [{ to: [{ ipBlock: { cidr: `${service}/32` } }], ports: [{ port: 80 }] }];
        await luxembourg.apply(networkPolicy("out", { podSelector: {}, policyTypes: ["Egress"], egress }));
        await policiesInForce("luxembourg", { home });
        expect(await call()).toBe("200");
        await expect(connection(await tallinn.addressOf("server"), 8080)).rejects.toThrow("timed out");
        await tallinn.run("delete", "networkpolicy", "in");
        await luxembourg.run("delete", "networkpolicy", "out");
        await Promise.all(SITES.map((site) => policiesInForce(site, { home })));
    });

    it("carries what the declared policies let through: a registry to itself at the other site, and to no other", async () => {
        const registries = ["taxes", "land"] as const;
        const { peers } = planNetwork(parseConfig("luxembourg", stackValues("luxembourg")));
        for (const [name, client] of [
            ["tallinn", tallinn],
            ["luxembourg", luxembourg],
        ] as const) {
            for (const registry of registries) {
                const own = ["namespace", "default-deny", "flows", "across", "database-leader"];
                const objects = await declared(home, name, ...own.map((part) => `${registry}-${part}`));
                await client.apply(...objects, member(home, registry));
                await client.in(registryNamespace(registry)).podsReady();
            }
            await policiesInForce(name, { home });
        }
        const connects = async (from: string, address: string, port: number): Promise<string> =>
            luxembourg
                .in(registryNamespace(from))
                .python(
                    "leader",
                    `import socket; socket.create_connection(("${address}", ${port}), ${PATIENCE}); print("open")`,
                );
        const { nodes } = parseConfig("tallinn", stackValues("tallinn")).networking;
        const tried: [from: string, to: string, address: string, port: number][] = [];
        for (const from of registries) {
            for (const to of registries) {
                tried.push([from, to, peers["tallinn"]?.registries[to]?.leader ?? "", PORTS.postgres]);
            }
            const past = await tallinn.in(registryNamespace(from)).addressOf("leader");
            tried.push([from, "its pod, past the Service", past, PORTS.postgres]);
            tried.push([from, "the site's gateway", nth(nodes, 1), REGISTRY_PORT]);
        }
        const told = tried.map(async ([from, to, address, port]) =>
            connects(from, address, port).then(
                () => [from, to, "open"],
                (error: unknown) => [from, to, /timed out/.exec(String(error))?.[0] ?? String(error)],
            ),
        );
        expect(await Promise.all(told)).toEqual(
            tried.map(([from, to]) => [from, to, from === to ? "open" : "timed out"]),
        );
    });

    it("carries nothing once it is cut, while each site goes on, and carries again once it is mended", async () => {
        expect(await lab.cut(SITES, { home })).toEqual([{ sites: SITES, state: "cut" }]);
        await expect(connection()).rejects.toThrow("timed out");
        expect(await luxembourg.fetch("client", "http://127.0.0.1:8080/")).toBe("200");
        await lab.up(SITES, { home });
        expect(await lab.linkStatus(SITES, { home })).toEqual([{ sites: SITES, state: "cut" }]);
        expect(await lab.heal(SITES, { home })).toEqual([{ sites: SITES, state: "up" }]);
        expect(await connection()).toBeGreaterThanOrEqual(ROUND_TRIP_MS);
    });

    it("is laid again where a site's network was lost", async () => {
        await lab.fail("tallinn", NETWORK, { home });
        expect(await lab.linkStatus(SITES, { home })).toEqual([]);
        await expect(lab.cut(SITES, { home })).rejects.toThrow("There is no link between tallinn, luxembourg");
        await lab.up(SITES, { home });
        expect(await lab.linkStatus(SITES, { home })).toEqual([{ sites: SITES, state: "up" }]);
        let delay = NaN;
        while (Number.isNaN(delay)) {
            delay = await connection().catch(() => NaN);
        }
        expect(delay).toBeGreaterThanOrEqual(ROUND_TRIP_MS);
    });
});
