import { createHash, createPrivateKey, createPublicKey } from "node:crypto";
import { NotSupported } from "../../../../toolchain/plugin/provider";
import { Secret, UNKNOWN } from "../../../../toolchain/plugin/values";
import { fingerprint } from "../../../../toolchain/providers/tls/keys";
import { type Stored, secrets, text } from "../harness";
import { openssl, sshKeygen } from "./openssl";
import { kinds, privateKeys } from "./resources";

describe.each(kinds)("PrivateKey $name", ({ given, details, head }) => {
    let made: Stored;
    const output = (name: string): string => text(made.properties[name]);
    beforeAll(async () => {
        made = await privateKeys.create(given);
    });

    test("has the official plugin's state", () => {
        expect(Object.keys(made.properties).sort()).toStrictEqual([
            "__meta",
            "algorithm",
            "ecdsaCurve",
            "id",
            "privateKeyOpenssh",
            "privateKeyPem",
            "privateKeyPemPkcs8",
            "publicKeyFingerprintMd5",
            "publicKeyFingerprintSha256",
            "publicKeyOpenssh",
            "publicKeyPem",
            "rsaBits",
        ]);
        expect(made.properties).toMatchObject({
            __meta: '{"schema_version":"1"}',
            rsaBits: 2048,
            ecdsaCurve: "P224",
            id: made.id,
            ...given,
        });
        expect(secrets(made.properties)).toStrictEqual(["privateKeyOpenssh", "privateKeyPem", "privateKeyPemPkcs8"]);
    });

    test("is written in the traditional form and in PKCS#8, and both are one key", () => {
        expect(output("privateKeyPem").startsWith(`-----BEGIN ${head}-----\n`)).toBe(true);
        expect(output("privateKeyPemPkcs8").startsWith("-----BEGIN PRIVATE KEY-----\n")).toBe(true);
        for (const form of ["privateKeyPem", "privateKeyPemPkcs8"]) {
            expect(openssl(["pkey", "-pubout"], output(form))).toBe(output("publicKeyPem"));
        }
    });

    test("is of the size or curve that was asked for", () => {
        expect(createPrivateKey(output("privateKeyPem")).asymmetricKeyDetails).toMatchObject(details);
    });

    test("has the public key's SHA-1 for its id", () => {
        const der = createPublicKey(output("publicKeyPem")).export({ format: "der", type: "spki" });
        expect(made.id).toBe(fingerprint(der));
        expect(made.id).toMatch(/^[\da-f]{40}$/);
    });

    test("stays while its inputs do, and is made anew with any other", async () => {
        expect(await privateKeys.diff(made, given)).toStrictEqual({});
        expect(await privateKeys.refresh(made)).toStrictEqual(made);
        expect(await privateKeys.diff(made, { ...given, rsaBits: 4096 })).toStrictEqual({
            rsaBits: { kind: "update-replace" },
        });
    });
});

const opensshOutputs = [
    "privateKeyOpenssh",
    "publicKeyOpenssh",
    "publicKeyFingerprintMd5",
    "publicKeyFingerprintSha256",
];

describe.each(kinds.filter(({ ssh }) => ssh !== ""))("PrivateKey $name for OpenSSH", ({ given, ssh }) => {
    let made: Stored;
    const output = (name: string): string => text(made.properties[name]);
    beforeAll(async () => {
        made = await privateKeys.create(given);
    });

    test("has the public key in one line, and its fingerprints", () => {
        const [type = "", base64 = "", ...rest] = output("publicKeyOpenssh").split(/[ \n]/);
        const blob = Buffer.from(base64, "base64");
        const md5 = createHash("md5").update(blob).digest("hex");
        const sha256 = createHash("sha256").update(blob).digest("base64");
        expect([type, rest]).toStrictEqual([ssh, [""]]);
        expect(output("publicKeyFingerprintMd5")).toBe(md5.replace(/..(?=.)/g, "$&:"));
        expect(output("publicKeyFingerprintSha256")).toBe(`SHA256:${sha256.replace(/=+$/, "")}`);
    });

    test("has the private key in OpenSSH's own format", () => {
        expect(output("privateKeyOpenssh").startsWith("-----BEGIN OPENSSH PRIVATE KEY-----\n")).toBe(true);
    });

    test("is read by ssh-keygen, the only independent judge of its private format", () => {
        expect(sshKeygen(["-y"], output("privateKeyOpenssh")).trim()).toBe(output("publicKeyOpenssh").trim());
        expect(sshKeygen(["-l"], output("privateKeyOpenssh"))).toContain(output("publicKeyFingerprintSha256"));
    });
});

describe("PrivateKey", () => {
    test("is nothing to OpenSSH on P-224, which it does not know", async () => {
        const { properties } = await privateKeys.create({ algorithm: "ECDSA", ecdsaCurve: "P224" });
        expect(opensshOutputs.map((name) => text(properties[name]))).toStrictEqual(["", "", "", ""]);
    });

    test("tells what it takes", async () => {
        expect(await privateKeys.failures({})).toStrictEqual(["algorithm is missing: give one of RSA, ECDSA, ED25519"]);
        expect(await privateKeys.failures({ algorithm: "ed25519", ecdsaCurve: "P-256", rsaBits: 512 })).toStrictEqual([
            'algorithm is "ed25519": give one of RSA, ECDSA, ED25519 (did you mean ED25519?)',
            "rsaBits is 512: give a whole number, at least 1024",
            'ecdsaCurve is "P-256": give one of P224, P256, P384, P521 (did you mean P256?)',
        ]);
    });

    test("previews secrets as secrets", async () => {
        const { properties } = await privateKeys.create({ algorithm: UNKNOWN }, true);
        expect(properties["privateKeyPem"]).toStrictEqual(new Secret(UNKNOWN));
        expect(properties["publicKeyPem"]).toBe(UNKNOWN);
    });

    test("cannot be imported, as upstream", async () => {
        await expect(privateKeys.import("0000")).rejects.toThrow(NotSupported);
    });

    test("ids trim the DER as Go trims text", () => {
        const sha1 = (bytes: number[]): string => createHash("sha1").update(Buffer.from(bytes)).digest("hex");
        expect(fingerprint(Buffer.from([0x30, 0x01, 0x20, 0x0a]))).toBe(sha1([0x30, 0x01]));
        expect(fingerprint(Buffer.from([0x30, 0x01, 0xc2, 0xa0]))).toBe(sha1([0x30, 0x01]));
        expect(fingerprint(Buffer.from([0x30, 0x01, 0xa0]))).toBe(sha1([0x30, 0x01, 0xa0]));
    });
});
