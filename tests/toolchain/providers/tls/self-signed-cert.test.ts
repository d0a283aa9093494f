import { X509Certificate, createHash, createPrivateKey } from "node:crypto";
import { type PropertyMap, Secret, UNKNOWN, reveal } from "../../../../toolchain/plugin/values";
import { ALLOWED_USES } from "../../../../toolchain/providers/tls/usages";
import { secrets, text } from "../harness";
import { certificateText } from "./openssl";
import { clock, LEAF, newKey, newRoot, selfSigned } from "./resources";

let key: string;
beforeAll(async () => {
    key = await newKey();
});
beforeEach(() => {
    clock.now = new Date();
});

describe("SelfSignedCert", () => {
    test("has the official plugin's state", async () => {
        clock.now = new Date("2026-05-01T10:20:30.987Z");
        const inputs = { privateKeyPem: key, subject: { commonName: "a" }, ...LEAF };
        const made = await selfSigned.create(inputs);
        expect(secrets(made.properties)).toStrictEqual(["privateKeyPem"]);
        expect(reveal(made.properties)).toStrictEqual({
            ...inputs,
            earlyRenewalHours: 0,
            isCaCertificate: false,
            setSubjectKeyId: false,
            setAuthorityKeyId: false,
            readyForRenewal: false,
            keyAlgorithm: "ECDSA",
            validityStartTime: "2026-05-01T10:20:30Z",
            validityEndTime: "2026-05-02T10:20:30Z",
            certPem: expect.stringMatching(/^-----BEGIN CERTIFICATE-----\n[^-]+-----END CERTIFICATE-----\n$/) as string,
            id: made.id,
        });
        const judged = new X509Certificate(text(made.properties["certPem"]));
        expect(BigInt(`0x${judged.serialNumber}`).toString()).toBe(made.id);
        expect(judged.validFromDate.toISOString()).toBe("2026-05-01T10:20:30.000Z");
        expect(judged.validToDate.toISOString()).toBe("2026-05-02T10:20:30.000Z");
        expect(judged.verify(judged.publicKey)).toBe(true);
    });

    test("identifies an Ed25519 key as upstream does", async () => {
        // The key is 00 01 … 1f. A Go 1.26 program that hashes as upstream does printed its identifier.
        const privateKeyPem =
            "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n-----END PRIVATE KEY-----\n";
        const inputs = { privateKeyPem, subject: { commonName: "a" }, ...LEAF, setSubjectKeyId: true };
        const told = certificateText(text((await selfSigned.create(inputs)).properties["certPem"]));
        const keyId = "907A27FFFDE6A5DD30969C87ACC900E709B77981".match(/../g)?.join(":") ?? "";
        expect(told).toContain(`X509v3 Subject Key Identifier: ${keyId} `);
    });

    test("of a leaf says that it is no CA, and identifies no keys", async () => {
        const made = await selfSigned.create({ privateKeyPem: key, subject: { commonName: "a" }, ...LEAF });
        const told = certificateText(text(made.properties["certPem"]));
        expect(told).toContain("X509v3 Key Usage: critical Digital Signature ");
        expect(told).toContain("X509v3 Extended Key Usage: TLS Web Server Authentication ");
        expect(told).toContain("X509v3 Basic Constraints: critical CA:FALSE ");
        expect(told).not.toContain("Key Identifier");
        expect(told).not.toContain("Alternative Name");
    });

    test("of a CA says so, with its path length and key identifiers", async () => {
        const { cert } = await newRoot(key, { maxPathLength: 0, setAuthorityKeyId: true });
        const told = certificateText(cert);
        const point = createPrivateKey(key).export({ format: "jwk" });
        const bits = Buffer.concat([
            Buffer.from([4]),
            Buffer.from(point.x ?? "", "base64url"),
            Buffer.from(point.y ?? "", "base64url"),
        ]);
        const keyId = createHash("sha1")
            .update(bits)
            .digest("hex")
            .toUpperCase()
            .replace(/..(?=.)/g, "$&:");
        expect(told).toContain("X509v3 Basic Constraints: critical CA:TRUE, pathlen:0 ");
        expect(told).toContain("X509v3 Key Usage: critical Certificate Sign, CRL Sign ");
        expect(told).toContain(`X509v3 Subject Key Identifier: ${keyId} `);
        expect(told).toContain(`X509v3 Authority Key Identifier: ${keyId} `);
    });

    test("has critical alternative names where it has no subject", async () => {
        const made = await selfSigned.create({ privateKeyPem: key, dnsNames: ["a.example"], ...LEAF });
        const told = certificateText(text(made.properties["certPem"]));
        expect(told).toContain("X509v3 Subject Alternative Name: critical DNS:a.example ");
    });

    test("carries every allowed use", async () => {
        const made = await selfSigned.create({
            privateKeyPem: key,
            validityPeriodHours: 1,
            allowedUses: [...ALLOWED_USES],
        });
        const told = certificateText(text(made.properties["certPem"]));
        expect(ALLOWED_USES).toHaveLength(23);
        expect(told).toContain(
            "Digital Signature, Non Repudiation, Key Encipherment, Data Encipherment, Key Agreement, Certificate Sign, CRL Sign, Encipher Only, Decipher Only",
        );
        const extended = /Extended Key Usage: (.*?) X509v3/.exec(told)?.[1]?.split(", ").sort();
        expect(extended).toStrictEqual(
            [
                "1.3.6.1.4.1.311.61.1.1",
                "Any Extended Key Usage",
                "Code Signing",
                "E-mail Protection",
                "IPSec End System",
                "IPSec Tunnel",
                "IPSec User",
                "Microsoft Commercial Code Signing",
                "Microsoft Server Gated Crypto",
                "Netscape Server Gated Crypto",
                "OCSP Signing",
                "TLS Web Client Authentication",
                "TLS Web Server Authentication",
                "Time Stamping",
            ].sort(),
        );
    });

    test("may end after 2049, in the other form of time, but not after 9999", async () => {
        clock.now = new Date("2026-05-01T00:00:00Z");
        const inputs = { privateKeyPem: key, subject: { commonName: "a" }, allowedUses: [] };
        const made = await selfSigned.create({ ...inputs, validityPeriodHours: 30 * 8766 });
        expect(certificateText(text(made.properties["certPem"]))).toContain("Not After : Apr 30 12:00:00 2056 GMT");
        await expect(selfSigned.create({ ...inputs, validityPeriodHours: 8000 * 8766 })).rejects.toThrow(
            "after the year 9999",
        );
    });

    test.each<[string, PropertyMap, string]>([
        [
            "an unknown use",
            { allowedUses: ["keyEncipherment"] },
            'allowedUses[0] is "keyEncipherment": give one of any_extended,',
        ],
        ["a use in another spelling", { allowedUses: ["keyEncipherment"] }, "(did you mean key_encipherment?)"],
        [
            "a negative period",
            { validityPeriodHours: -1 },
            "validityPeriodHours is -1: give a whole number, at least 0",
        ],
        ["a path length below -1", { maxPathLength: -2 }, "maxPathLength is -2: give a whole number, at least -1"],
        [
            "a CA without a name",
            { isCaCertificate: true },
            "subject has no subject, but a CA's certificate must name it",
        ],
        ["a CA with an empty name", { isCaCertificate: true, subject: { commonName: "" } }, "subject has no subject"],
        ["an authority without identifier", { setAuthorityKeyId: true }, "set setSubjectKeyId to true as well"],
        ["a write-only key", { privateKeyPemWoVersion: 1 }, "use privateKeyPem"],
    ])("refuses %s", async (_, wrong, reason) => {
        const failures = await selfSigned.failures({ privateKeyPem: key, ...LEAF, ...wrong });
        expect(failures).toStrictEqual([expect.stringContaining(reason)]);
    });

    test("is not judged by what is not known yet", async () => {
        const unknown = { privateKeyPem: UNKNOWN, subject: UNKNOWN, isCaCertificate: true, dnsNames: [UNKNOWN] };
        expect(await selfSigned.failures({ ...LEAF, ...unknown })).toStrictEqual([]);
        const { properties } = await selfSigned.create({ ...LEAF, ...unknown }, true);
        expect(properties).toMatchObject({
            certPem: UNKNOWN,
            privateKeyPem: new Secret(UNKNOWN),
            readyForRenewal: false,
        });
    });

    test("never repeats a serial number, each of at most 16 bytes and positive", async () => {
        const made: string[] = [];
        for (let round = 0; round < 50; round++) {
            made.push((await selfSigned.create({ privateKeyPem: key, ...LEAF })).id);
        }
        expect(new Set(made).size).toBe(50);
        for (const id of made.map(BigInt)) {
            expect(id > 0n && id < 1n << 127n).toBe(true);
        }
    });
});
