/** The declared DNS server runs on real nodes, and a pod queries it. */
import { Client, type OnNodes, declared, pod } from "../fixture";

/** A namespace of the program's, because the DNS server answers only these. */
const NAMESPACE = "registry-land";
const CLIENT = "client";

/** @param on a site of which nothing is declared yet but its nodes */
export function describeDns(on: () => OnNodes): void {
    describe("a site's DNS server", () => {
        let site: Client;

        /** The address or the error that a pod gets for a name. */
        async function lookup(name: string): Promise<string> {
            const script = `import socket
try: print(socket.gethostbyname("${name}"))
except socket.gaierror as error: print(error)`;
            return site.python(CLIENT, script);
        }

        beforeAll(async () => {
            const { home, site: name } = on();
            site = new Client(home, name, NAMESPACE);
            await site.apply(
                ...(await declared(home, name, "dns-", "embassy-service", "land-namespace")),
                // This is a headless Service like the database's, which has a name for each of its pods.
                {
                    apiVersion: "v1",
                    kind: "Service",
                    metadata: { name: "database", namespace: NAMESPACE },
                    spec: { clusterIP: "None", selector: { app: CLIENT }, ports: [{ port: 5432 }] },
                },
                pod(home, CLIENT, "a1-1", { namespace: NAMESPACE, dnsPolicy: "ClusterFirst" }),
            );
            await site.podsReady();
            await site.run("rollout", "status", "deployment/dns", "--namespace=dns", "--timeout=120s");
        }, 900_000);

        it("stands on each feed", async () => {
            const nodes = await site.run("get", "pods", "--namespace=dns", "-o", "jsonpath={.items[*].spec.nodeName}");
            expect(nodes.split(" ").sort()).toEqual(["a1-1", "b1-1"]);
        });

        it("knows the pods behind a Service", async () => {
            expect(await lookup(`database.${NAMESPACE}.svc.cluster.local`)).toBe(await site.addressOf(CLIENT));
            expect(await lookup("database")).toBe(await site.addressOf(CLIENT));
        });

        it("knows what this site and its peer serve each other", async () => {
            expect(await lookup("objects.tallinn.embassy.internal")).toBe("10.34.0.11");
            expect(await lookup("objects.luxembourg.embassy.internal")).toBe("10.38.0.11");
            expect(await lookup("population.luxembourg.embassy.internal")).toBe("10.38.0.38");
            expect(await lookup("objects.narva.embassy.internal")).toContain("Name or service not known");
        });

        it("refuses every other name", async () => {
            const script = `import socket, struct
query = struct.pack(">6H", 1, 0x0100, 1, 0, 0, 0) + b"\\7example\\3org\\0" + struct.pack(">2H", 1, 1)
asked = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
asked.settimeout(5)
asked.sendto(query, ("10.34.0.10", 53))
print(asked.recv(512)[3] & 15)`;
            const REFUSED = "5";
            expect(await site.python(CLIENT, script)).toBe(REFUSED);
            expect(await lookup("example.org")).toContain("Temporary failure in name resolution");
        });
    });
}
