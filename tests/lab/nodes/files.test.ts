import * as path from "node:path";
import { parse } from "yaml";
import { KUBELET_PORT } from "../../../infra/cluster/control-plane/kubelet";
import { machineFilter } from "../../../infra/networking/packet-filter";
import { type Machine, machines } from "../../../lab/inventory";
import { machineFiles } from "../../../lab/nodes/files";
import { kubeProxy } from "../../../lab/nodes/services";
import { inventory, node } from "../../support/lab";

const network = {
    nodes: "10.1.0.0/24",
    served: ["10.3.0.11"],
    gateway: "10.1.0.1",
    apiServers: ["10.1.0.1", "10.1.0.2"],
    registry: "registry.test:5000",
    peers: { other: "10.8.0.0/14" },
    dns: "10.3.0.10",
};
const [own, other] = machines(
    inventory({
        nodes: [
            node("a", { cpu: "8", memory: "32Gi", pods: 50, machine: { address: "10.1.0.11", pods: "10.2.0.0/24" } }),
            node("b", { machine: { address: "10.1.0.12", pods: "10.2.1.0/24" } }),
        ],
    }),
) as [Machine, Machine];
const keys = { authority: "CA", kubeletClients: "CLIENTS", kubelet: "KUBELET", cilium: "CILIUM", serving: "SERVING" };
const pause = "registry.test:5000/pause@sha256:1";
const files = machineFiles(inventory({ network }), network, own, [other], pause, keys);

describe("what a machine reads at its boot", () => {
    it("takes its own address, and a route to the pods of each other machine", () => {
        expect(files["network.sh"]).toContain("ip address add 10.1.0.11/24 dev eth0");
        expect(files["network.sh"]).toContain("ip route add 10.2.1.0/24 via 10.1.0.12");
        expect(files["network.sh"]).not.toContain("via 10.1.0.11");
        expect(files["hosts"]).toContain("10.1.0.1 registry.test\n");
    });

    it("pulls from the site's registry alone, whose certificate the site's authority has signed", () => {
        const hosts = Object.keys(files).filter((file) => file.startsWith("registries/"));
        expect(hosts).toEqual(["registries/registry.test:5000/hosts.toml"]);
        expect(files[hosts[0] ?? ""]).toContain('ca = "/etc/embassy/ca.crt"');
        expect(files["containerd.toml"]).toContain(`sandbox_image = "${pause}"`);
    });

    it("has a kubelet that nobody asks anything without a certificate of API servers' own authority and the API server's leave", () => {
        expect(parse(files["kubelet.yaml"] ?? "")).toMatchObject({
            authentication: {
                anonymous: { enabled: false },
                webhook: { enabled: false },
                x509: { clientCAFile: "/etc/embassy/kubelet-clients.crt" },
            },
            authorization: { mode: "Webhook" },
            readOnlyPort: 0,
            tlsMinVersion: "VersionTLS13",
        });
        expect(files["kubelet-clients.crt"]).toBe("CLIENTS");
    });

    it("is reached by API servers alone, at its kubelet, from its first packet on", () => {
        const script = files["network.sh"] ?? "";
        expect(script.indexOf("nft --file /etc/embassy/filter.nft")).toBeGreaterThan(0);
        expect(script.indexOf("nft --file")).toBeLessThan(script.indexOf("ip address add"));
        expect(files["filter.nft"]).toBe(machineFilter([{ ports: [KUBELET_PORT], from: ["10.1.0.1", "10.1.0.2"] }]));
    });

    it("has a kubelet that offers what the stack file declares of the machine, not what the host has", () => {
        expect(files["hardware"]).toBe("cores=8\nmemory=33554432\nthreads=32\n");
        expect(parse(files["kubelet.yaml"] ?? "")).toMatchObject({ maxPods: 50 });
    });

    it("has pods resolve names at the site's own DNS server", () => {
        expect(parse(files["kubelet.yaml"] ?? "")).toMatchObject({
            clusterDNS: ["10.3.0.10"],
            clusterDomain: "narva.test",
        });
    });

    it("takes pods only once the agent has said how they are plugged in", () => {
        const { "write-cni-conf-when-ready": file } = parse(files["cilium.yaml"] ?? "") as Record<string, string>;
        expect(files["containerd.toml"]).toContain(`conf_dir = "${path.dirname(file ?? "")}"`);
        expect(Object.keys(files).filter((name) => name.includes("conflist"))).toEqual([]);
    });

    it("keeps every program alive and its log in bounds", () => {
        const services = Object.keys(files).filter((file) => /^service\/[^/]+\/run$/.test(file));
        expect(services).toEqual(["service/containerd/run", "service/kubelet/run", "service/cilium-agent/run"]);
        const logs = services.map((file) => files[file.replace(/run$/, "log/run")]);
        expect(logs.every((log) => log?.includes("svlogd"))).toBe(true);
    });

    it("names no key on a command line", () => {
        const commands = Object.entries(files).filter(([file]) => file.endsWith("/run"));
        for (const [, content] of commands) {
            expect(content).not.toMatch(/CA|CLIENTS|KUBELET|CILIUM|SERVING/);
        }
    });
});

test("Services see who calls from another site: no address is one that is hidden", () => {
    expect(parse(kubeProxy("a", "k"))).not.toHaveProperty("clusterCIDR");
});
