import { parse } from "yaml";
import { machineFiles } from "../../../lab/nodes/files";
import { inventory } from "../fixtures";

const network = {
    nodes: "10.1.0.0/24",
    gateway: "10.1.0.1",
    registry: "registry.test:5000",
    peers: { other: "10.8.0.0/14" },
};
const [own, other] = [
    { name: "a", address: "10.1.0.11", pods: "10.2.0.0/24" },
    { name: "b", address: "10.1.0.12", pods: "10.2.1.0/24" },
];
const keys = { authority: "CA", kubelet: "KUBELET", kubeProxy: "PROXY", serving: "SERVING" };
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

    it("has a kubelet that nobody asks anything without a certificate and the API server's leave", () => {
        expect(parse(files["kubelet.yaml"] ?? "")).toMatchObject({
            authentication: { anonymous: { enabled: false }, x509: { clientCAFile: "/etc/embassy/ca.crt" } },
            authorization: { mode: "Webhook" },
            tlsMinVersion: "VersionTLS13",
        });
    });

    it("gives pods addresses of the machine's own range", () => {
        const { plugins } = JSON.parse(files["cni/10-embassy.conflist"] ?? "") as {
            plugins: { ipam: { ranges: { subnet: string }[][] } }[];
        };
        expect(plugins[0]?.ipam.ranges).toEqual([[{ subnet: own.pods }]]);
    });

    it("keeps every program alive and its log in bounds", () => {
        const services = Object.keys(files).filter((file) => /^service\/[^/]+\/run$/.test(file));
        expect(services).toEqual(["service/containerd/run", "service/kubelet/run", "service/kube-proxy/run"]);
        const logs = services.map((file) => files[file.replace(/run$/, "log/run")]);
        expect(logs.every((log) => log?.includes("svlogd"))).toBe(true);
    });

    it("names no key on a command line", () => {
        const commands = Object.entries(files).filter(([file]) => file.endsWith("/run"));
        for (const [, content] of commands) {
            expect(content).not.toMatch(/CA|KUBELET|PROXY|SERVING/);
        }
    });
});
