import { controlPlane } from "../../lab/control-plane";
import { partNames } from "../../lab/part";
import { SitePaths } from "../../lab/paths";
import { Ports } from "../../lab/ports";
import { inventory } from "../support/lab";

const ports: Ports = {
    etcd: 20001,
    "etcd-peer": 20002,
    "kube-apiserver": 20003,
    "kube-controller-manager": 20004,
    "kube-scheduler": 20005,
    kwok: 20006,
};
const paths = new SitePaths("/home", "narva");
const { parts, files } = controlPlane(paths, inventory(), ports);

test.each(partNames)("%s listens on loopback only, over TLS", (name) => {
    const { args } = parts[name];
    const addresses = args.filter((arg) => /^--(listen-|bind-address|server-address)/.test(arg));
    expect(addresses).not.toHaveLength(0);
    for (const address of addresses) {
        expect(address).toContain("127.0.0.1");
    }
    expect(args.join(" ")).toMatch(/--(cert-file|tls-cert-file)=/);
    expect(args.join(" ")).not.toContain("http://");
});

test.each(partNames)("%s is started again when a file that it is given changes", (name) => {
    const { args, reads } = parts[name];
    const given = args.flatMap((arg) => {
        const file = arg.slice(arg.indexOf("=") + 1);
        return file.startsWith(`${paths.directory}/`) && ![paths.etcdData, paths.auditLog].includes(file) ? [file] : [];
    });
    const unwatched = given.filter((file) => !reads.includes(file));
    // The public key is derived from the private key, which is watched, and the root CA for pods has signed `ca.pem`.
    expect(
        unwatched.filter((file) => file !== paths.serviceAccountPublicKey && file !== paths.certificate("ca")),
    ).toEqual([]);
});

test("address ranges come from the inventory", () => {
    expect(parts["kube-apiserver"].args).toContain("--service-cluster-ip-range=10.250.0.0/16");
    expect(parts["kube-controller-manager"].args).toEqual(
        expect.arrayContaining(["--cluster-cidr=10.240.0.0/16", "--service-cluster-ip-range=10.250.0.0/16"]),
    );
});

test("nobody enters without a certificate, and Secrets are encrypted", () => {
    expect(parts["kube-apiserver"].args).toEqual(
        expect.arrayContaining([
            "--anonymous-auth=false",
            "--authorization-mode=Node,RBAC",
            `--encryption-provider-config=${paths.encryption}`,
        ]),
    );
    expect(parts.etcd.args).toEqual(expect.arrayContaining(["--client-cert-auth", "--peer-client-cert-auth"]));
});

test("configuration files hold paths of keys, not keys", () => {
    const names = ["kube-scheduler", "kwok", "audit", "admission"];
    expect(Object.keys(files)).toEqual(names.map((name) => `${paths.config}/${name}.yaml`));
    expect(Object.values(files).join("")).not.toMatch(/PRIVATE|key-data/);
});

test("evictions go on when most of a small zone is silent", () => {
    expect(parts["kube-controller-manager"].args).toContain("--unhealthy-zone-threshold=1");
});
