import { X509Certificate } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { SitePaths } from "../../lab/paths";
import { firstAddress } from "../../infra/networking/addresses";
import { catalogue, certificateNames } from "../../lab/pki/catalogue";
import { ensureEncryptionKey, ensurePki, serves, usable } from "../../lab/pki/ensure";
import { issueAuthority } from "../../credentials/certificates";
import { inventory, removeTemporary, temporaryHome } from "../support/lab";

afterAll(removeTemporary);

const DAY = 86_400_000;

function snapshot(paths: SitePaths): Record<string, string> {
    const files = fs.readdirSync(paths.pki).sort();
    return Object.fromEntries(files.map((file) => [file, fs.readFileSync(path.join(paths.pki, file), "utf8")]));
}

async function site(): Promise<SitePaths> {
    const paths = new SitePaths(temporaryHome(), "narva");
    await ensurePki(paths, inventory());
    return paths;
}

function certificate(paths: SitePaths, name: string): X509Certificate {
    return new X509Certificate(fs.readFileSync(paths.pem(name), "utf8"));
}

test("every certificate is signed by its authority and serves its purpose", async () => {
    const paths = await site();
    const entries = Object.entries(catalogue(inventory()));
    expect(entries.map(([name]) => name)).toEqual([...certificateNames]);
    for (const [name, entry] of entries) {
        expect([name, serves(certificate(paths, name), entry, certificate(paths, entry.authority))]).toEqual([
            name,
            true,
        ]);
        expect(certificate(paths, name).ca).toBe(false);
    }
});

test("the cluster's authority opens no etcd", async () => {
    const paths = await site();
    expect(certificate(paths, "admin").verify(certificate(paths, "etcd-ca").publicKey)).toBe(false);
    expect(certificate(paths, "ca").verify(certificate(paths, "etcd-ca").publicKey)).toBe(false);
});

test("who breaks the glass is believed by the API server, beside the cluster's own, and by nobody else", async () => {
    const paths = new SitePaths(temporaryHome(), "narva");
    const breakGlass = new X509Certificate(await issueAuthority({ commonName: "custodians" }, 1)).toString();
    const clients = async (more: object): Promise<string[]> => {
        await ensurePki(paths, inventory(more));
        const blocks = fs.readFileSync(paths.clients, "utf8").split(/(?<=-----END CERTIFICATE-----\n)/);
        return blocks.map((block) => new X509Certificate(block).subject);
    };
    expect(await clients({ breakGlass })).toEqual(["CN=narva kubernetes", "CN=custodians"]);
    expect(fs.readFileSync(paths.certificate("ca"), "utf8")).not.toContain(breakGlass);
    expect(await clients({})).toEqual(["CN=narva kubernetes"]);
});

test("names and groups are those that Kubernetes binds its roles to", async () => {
    const paths = await site();
    expect(certificate(paths, "admin").subject).toBe("O=system:masters\nCN=embassy:lab-admin");
    expect(certificate(paths, "operator").subject).toBe("CN=embassy:operator");
    expect(certificate(paths, "kube-scheduler").subject).toBe("CN=system:kube-scheduler");
    expect(certificate(paths, "kube-apiserver").checkIP("10.250.0.1")).toBe("10.250.0.1");
    expect(certificate(paths, "kube-apiserver").checkHost("kubernetes.default.svc.narva.test")).toBeDefined();
});

test("files are for their owner only", async () => {
    const paths = await site();
    await ensureEncryptionKey(paths);
    const files = [...fs.readdirSync(paths.pki).map((file) => path.join(paths.pki, file)), paths.encryption];
    for (const file of files) {
        expect([file, fs.statSync(file).mode & 0o777]).toEqual([file, 0o600]);
    }
});

test("a second run changes nothing", async () => {
    const paths = await site();
    await ensureEncryptionKey(paths);
    const before = [snapshot(paths), fs.readFileSync(paths.encryption, "utf8")];
    await ensurePki(paths, inventory());
    await ensureEncryptionKey(paths);
    expect([snapshot(paths), fs.readFileSync(paths.encryption, "utf8")]).toEqual(before);
});

test("a certificate is renewed when 30 days remain, not earlier", async () => {
    const paths = await site();
    const pem = fs.readFileSync(paths.pem("admin"), "utf8");
    expect(usable(pem, Date.now() + 334 * DAY)).toBeDefined();
    expect(usable(pem, Date.now() + 336 * DAY)).toBeUndefined();
});

test("what is cut short, mixed up or out of date is made anew, and nothing else", async () => {
    const paths = await site();
    const before = snapshot(paths);
    const admin = before["admin.pem"] ?? "";
    fs.writeFileSync(paths.pem("admin"), admin.slice(0, 100));
    const [scheduler = "", kwok = ""] = [before["kube-scheduler.pem"], before["kwok.pem"]];
    const split = (pem: string): number => pem.indexOf("-----BEGIN CERTIFICATE");
    fs.writeFileSync(paths.pem("kwok"), scheduler.slice(0, split(scheduler)) + kwok.slice(split(kwok)));
    await ensurePki(paths, inventory({ serviceCidr: "10.99.0.0/16" }));
    const after = snapshot(paths);
    const changed = Object.keys(after).filter((file) => after[file] !== before[file]);
    expect(changed).toEqual(["admin.pem", "kube-apiserver.pem", "kwok.pem"]);
    expect(certificate(paths, "kube-apiserver").checkIP("10.99.0.1")).toBe("10.99.0.1");
});

test("a new authority renews what it signs", async () => {
    const paths = await site();
    const before = snapshot(paths);
    fs.rmSync(paths.pem("etcd-ca"));
    await ensurePki(paths, inventory());
    const after = snapshot(paths);
    const changed = Object.keys(after).filter((file) => after[file] !== before[file]);
    expect(changed).toEqual(["apiserver-etcd-client.pem", "etcd-ca.crt", "etcd-ca.pem", "etcd.pem"]);
});

test.each([
    ["10.96.0.0/16", "10.96.0.1"],
    ["192.168.255.0/24", "192.168.255.1"],
])("the first address of %s is %s", (cidr, address) => {
    expect(firstAddress(cidr)).toBe(address);
});
