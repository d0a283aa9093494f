import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseCrossStackSecrets } from "../../infra/keys/parse-cross-stack-secrets";
import { REGISTRIES } from "../../infra/conventions/registries";
import { registryKeys } from "../../infra/keys/registry-keys";
import { issueLeaf } from "../../credentials/certificates";
import { recoveredKeys } from "../../restore/keys";

const folder = mkdtempSync(join(tmpdir(), "keys-"));
afterAll(() => rmSync(folder, { recursive: true }));

function keysFile(secrets: Record<string, string>): string {
    const file = join(folder, "keys.json");
    const ceremony = "4f1b3a2e-52ac-4f0c-9d3c-1c8e0c6b7a90";
    writeFileSync(file, JSON.stringify({ format: "data-embassy/recovered-keys", version: 1, ceremony, secrets }));
    return file;
}

describe("keys out of custody", () => {
    it("open the backups of the registries that were recovered, and say which others were not", async () => {
        const file = keysFile({ land: "secret of land" });
        const keys = await recoveredKeys(file, "restore", 30);
        expect(keys.of("land")).toEqual(registryKeys("land", "secret of land"));
        expect(keys.origin).toContain(`in ${file}`);
        expect(() => keys.of("taxes")).toThrow(/keys\.json has no key of taxes, only of land: recover it too/);
    });

    it("come with an authority of the environment's own, that signs what it needs", async () => {
        const { issuer } = await recoveredKeys(keysFile({ land: "it" }), "restore", 30);
        const leaf = await issueLeaf(`${issuer.keyPem}${issuer.certPem}`, { commonName: "it", names: ["it"] }, 1);
        const root = new X509Certificate(issuer.rootPem);
        expect(new X509Certificate(leaf.slice(leaf.indexOf("-----BEGIN CERT"))).verify(root.publicKey)).toBe(true);
        expect(root.ca).toBe(true);
        // The official TLS provider accepts both forms. A stack's own issuers have this one.
        expect(issuer.keyPem).toMatch(/^-----BEGIN EC PRIVATE KEY-----/);
    });

    it("are what the program takes, with keys that open nothing for the other registries", async () => {
        const { handed } = await recoveredKeys(keysFile({ land: "secret of land" }), "restore", 30);
        const read = parseCrossStackSecrets(JSON.stringify(handed), "it", REGISTRIES);
        expect(read).toEqual(handed);
        expect(Object.keys(read.registries)).toEqual(REGISTRIES);
        expect(new Set(Object.values(read.registries)).size).toBe(REGISTRIES.length);
    });

    it("are asked for by name where the file is not there, or is another", async () => {
        await expect(recoveredKeys(join(folder, "none"), "restore", 30)).rejects.toThrow(/none cannot be read: ENOENT/);
        const other = join(folder, "other.json");
        writeFileSync(other, "{}");
        await expect(recoveredKeys(other, "restore", 30)).rejects.toThrow(/other\.json is no recovered keys/);
    });
});

describe("what the program is handed", () => {
    it("is strict, and not quoted where it is wrong", () => {
        const wrong = JSON.stringify({ issuer: { keyPem: "a secret" }, registries: {}, root: "a secret" });
        expect(() => parseCrossStackSecrets(wrong, "it", REGISTRIES)).toThrow(
            /^it: issuer\.keyPem, issuer\.certPem, .*registries\.taxes, .*root is missing, unknown or wrong/,
        );
        expect(() => parseCrossStackSecrets(wrong, "it", REGISTRIES)).not.toThrow("a secret");
        expect(() => parseCrossStackSecrets("a secret", "it", REGISTRIES)).toThrow("it must be JSON");
    });
});
