import { createHash } from "node:crypto";
import { type PropertyMap, Secret, reveal } from "../../../../toolchain/plugin/values";
import { secrets, text } from "../harness";
import { openssl } from "./openssl";
import {
    FULL_NAMES,
    FULL_SUBJECT,
    issuedBy,
    LEAF,
    locallySigned,
    newKey,
    newRequest,
    newRoot,
    type Party,
    privateKeys,
    requests,
} from "./resources";

let key: string;
let root: Party;
beforeAll(async () => {
    key = await newKey();
    root = await newRoot(key);
});

describe("CertRequest", () => {
    test("is checked when its inputs are new, not again while they stay as they are in the state", async () => {
        const { provider, type } = requests;
        const target = { urn: `urn:pulumi:test::test::${type}::it`, type, name: "it", randomSeed: new Uint8Array(32) };
        const bad = { privateKeyPem: "no key", subject: { commonName: "a" } };
        const checked = async (olds: PropertyMap): Promise<number | undefined> =>
            (await provider.check({ ...target, olds, news: bad })).failures?.length;
        expect(await checked({})).toBe(1);
        expect(await checked({ ...bad, subject: { commonName: "b" } })).toBe(1);
        expect(await checked({ ...bad, privateKeyPem: new Secret("no key") })).toBe(0);
    });

    test("has the official plugin's state", async () => {
        const inputs = { privateKeyPem: key, subject: { commonName: "a" }, dnsNames: ["a.example"] };
        const { id, properties } = await requests.create(inputs);
        const der = openssl(["req", "-outform", "DER"], text(properties["certRequestPem"]));
        expect(der.length).toBeGreaterThan(0);
        expect(secrets(properties)).toStrictEqual(["privateKeyPem"]);
        expect(reveal(properties)).toStrictEqual({
            ...inputs,
            id,
            keyAlgorithm: "ECDSA",
            certRequestPem: expect.stringMatching(
                /^-----BEGIN CERTIFICATE REQUEST-----\n[^-]+-----END CERTIFICATE REQUEST-----\n$/,
            ) as string,
        });
        const base64 = text(properties["certRequestPem"]).split("\n").slice(1, -2).join("");
        // Upstream's plugin trims white space before it hashes, and a signature may end with such a byte.
        const hashed = Buffer.from(base64, "base64")
            .toString("latin1")
            .replace(/[\t-\r ]+$/, "");
        expect(id).toBe(createHash("sha1").update(hashed, "latin1").digest("hex"));
    });

    test("carries subject and names, as OpenSSL reads them", async () => {
        const pem = await newRequest(key, { subject: FULL_SUBJECT, ...FULL_NAMES });
        const told = openssl(["req", "-noout", "-text", "-verify", "-nameopt", "utf8,sep_comma_plus"], pem);
        expect(told).toContain(
            "Subject: C=EE,O=Data Embassy, Ltd,OU=Keys,L=Tallinn,ST=Harju,street=Zeta 2+street=Alpha 1," +
                "postalCode=10111,CN=Õun*,serialNumber=1-2,emailAddress=root@embassy.example",
        );
        expect(told).toContain(
            "DNS:db.embassy.example, DNS:*.registry.example, IP Address:10.20.0.1, IP Address:FD00:20:0:0:0:0:0:1, " +
                "IP Address:10.20.0.2, IP Address:64:FF9B:0:0:0:0:A01:203, URI:spiffe://embassy.example/registry",
        );
    });

    test.each(["P224", "P256", "P384", "P521", "RSA", "ED25519"])("is signed by a key of %s", async (kind) => {
        const algorithm: PropertyMap = kind.startsWith("P")
            ? { algorithm: "ECDSA", ecdsaCurve: kind }
            : { algorithm: kind };
        const made = await privateKeys.create(algorithm);
        const pem = await newRequest(text(made.properties["privateKeyPem"]), {});
        expect(openssl(["req", "-noout", "-verify", "-subject"], pem)).toMatch(/^subject=/);
        expect(await locallySigned.failures({ ...issuedBy(root), certRequestPem: pem, ...LEAF })).toStrictEqual([]);
    });

    test.each<[string, PropertyMap, string]>([
        ["no key", {}, "privateKeyPem is missing: give a string"],
        [
            "what is no key",
            { privateKeyPem: "secret-material" },
            "privateKeyPem is not a private key: give an unencrypted RSA, ECDSA, ED25519 private key in PEM",
        ],
        ["an address that is none", { ipAddresses: ["10.0.0.1", "10.0.0.256"] }, "ipAddresses[1] is not an IP address"],
        ["an address with a zone", { ipAddresses: ["fe80::1%eth0"] }, "ipAddresses[0] is not an IP address"],
        ["a URI that is none", { uris: ["registry"] }, "uris[0] is not a URI"],
        ["a name that is not in ASCII", { dnsNames: ["õun.example"] }, "dnsNames[0] is not a DNS name"],
        [
            "an unknown part of a name",
            { subject: { comonName: "a" } },
            "comonName is not a property of this resource: did you mean commonName?",
        ],
        [
            "a subject that is no object",
            { subject: ["a"] },
            "subject is a list: give an object of country, organization",
        ],
        [
            "a write-only key",
            { privateKeyPemWo: new Secret("secret-material"), privateKeyPemWoVersion: 1 },
            "privateKeyPemWo is for a write-only key, which the air-gap provider does not support: use privateKeyPem",
        ],
    ])("refuses %s", async (_, wrong, reason) => {
        const failures = await requests.failures(
            "privateKeyPem" in wrong || reason.includes("missing") ? wrong : { privateKeyPem: key, ...wrong },
        );
        expect(failures[0]).toContain(reason);
        expect(failures.join()).not.toContain("secret-material");
    });
});
