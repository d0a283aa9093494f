import { X509Certificate, createPrivateKey, createPublicKey } from "node:crypto";
import { type AddressInfo } from "node:net";
import { type Server, createServer } from "node:tls";
import fc from "fast-check";
import { type PropertyMap, Secret, reveal } from "../../../../toolchain/plugin/values";
import { opensshPem } from "../../../../toolchain/providers/tls/keys";
import { plain, text } from "../harness";
import {
    issuedBy,
    kinds,
    LEAF,
    locallySigned,
    newIntermediate,
    newKey,
    newRequest,
    newRoot,
    type Party,
    privateKeys,
    provider,
} from "./resources";

describe("getPublicKey", () => {
    const TOKEN = "tls:index/getPublicKey:getPublicKey";
    const invoke = async (args: Parameters<NonNullable<typeof provider.invoke>>[1]) => provider.invoke?.(TOKEN, args);

    test.each(kinds)("tells of $name what its PrivateKey tells, from either form", async ({ given, ssh }) => {
        const { properties } = await privateKeys.create(given);
        const told = reveal(properties);
        const expected = {
            id: told["id"],
            algorithm: given.algorithm,
            publicKeyPem: told["publicKeyPem"],
            publicKeyOpenssh: told["publicKeyOpenssh"],
            publicKeyFingerprintMd5: told["publicKeyFingerprintMd5"],
            publicKeyFingerprintSha256: told["publicKeyFingerprintSha256"],
        };
        const pem = text(properties["privateKeyPem"]);
        expect(await invoke({ privateKeyPem: pem })).toStrictEqual({ privateKeyPem: pem, ...expected });
        const privateKeyOpenssh = ssh === "" ? pem : text(properties["privateKeyOpenssh"]);
        const fromOpenssh: PropertyMap = ssh === "" ? { privateKeyPem: pem } : { privateKeyOpenssh };
        expect(await invoke(fromOpenssh)).toStrictEqual({ ...fromOpenssh, ...expected });
    });

    test("reads an ED25519 key in OpenSSH's form that begins with zeros", async () => {
        const seed = Buffer.concat([Buffer.from([0, 0x49]), Buffer.alloc(30, 7)]);
        const pkcs8 = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]);
        const key = createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
        const told = await invoke({ privateKeyOpenssh: opensshPem(key) });
        expect(told?.["publicKeyPem"]).toBe(createPublicKey(key).export({ format: "pem", type: "spki" }));
    });

    test("takes exactly one form, and never repeats a key that it cannot read", async () => {
        await expect(invoke({})).rejects.toThrow("give exactly one of privateKeyPem and privateKeyOpenssh");
        await fc.assert(
            fc.asyncProperty(fc.stringMatching(/^[a-zA-Z0-9+/]{30,60}$/), async (material) => {
                const pem = `-----BEGIN PRIVATE KEY-----\n${material}\n-----END PRIVATE KEY-----\n`;
                for (const property of ["privateKeyPem", "privateKeyOpenssh"]) {
                    const refused = await invoke({ [property]: new Secret(pem) }).catch((error: unknown) =>
                        String(error),
                    );
                    expect(refused).toContain(property);
                    expect(refused).not.toContain(material);
                }
            }),
        );
    });
});

describe("getCertificate", () => {
    const TOKEN = "tls:index/getCertificate:getCertificate";
    const invoke = async (args: Parameters<NonNullable<typeof provider.invoke>>[1]) => provider.invoke?.(TOKEN, args);

    test("tells what a certificate says", async () => {
        const { cert } = await newRoot(await newKey(), {
            maxPathLength: 2,
            subject: { commonName: 'R, of "x"', organization: "O+1", country: "EE", emailAddress: "a@b" },
        });
        const judged = new X509Certificate(cert);
        const result = reveal((await invoke({ content: cert })) ?? {});
        expect(result["certificates"]).toStrictEqual([
            {
                certPem: cert,
                isCa: true,
                maxPathLength: 2,
                issuer: 'CN=R\\, of \\"x\\",O=O\\+1,C=EE,1.2.840.113549.1.9.1=#1603614062',
                subject: 'CN=R\\, of \\"x\\",O=O\\+1,C=EE,1.2.840.113549.1.9.1=#1603614062',
                notBefore: judged.validFromDate.toISOString().replace(".000", ""),
                notAfter: judged.validToDate.toISOString().replace(".000", ""),
                publicKeyAlgorithm: "ECDSA",
                serialNumber: BigInt(`0x${judged.serialNumber}`).toString(),
                sha1Fingerprint: judged.fingerprint.replaceAll(":", "").toLowerCase(),
                signatureAlgorithm: "ECDSA-SHA256",
                version: 3,
            },
        ]);
        expect(plain(result["id"])).toMatch(/^[\da-f]{40}$/);
    });

    test.each([
        [{}, "give exactly one of content and url"],
        [{ content: "x", url: "https://x" }, "give exactly one of content and url"],
        [{ content: "x" }, "content is not a certificate: give a PEM block CERTIFICATE"],
        [{ content: "x", verifyChain: false }, "verifyChain goes with url"],
        [{ url: "http://x" }, "give https://host, https://host:port or tls://host:port"],
        [{ url: "tls://x" }, "give https://host, https://host:port or tls://host:port"],
    ])("refuses %j", async (args, message) => {
        await expect(invoke(args)).rejects.toThrow(message);
    });
});

describe("getCertificate from a server", () => {
    let server: Server;
    let url: string;
    let root: Party;
    let intermediate: Party;
    let leaf: string;
    beforeAll(async () => {
        root = await newRoot(await newKey());
        intermediate = await newIntermediate(root, await newKey());
        const leafKey = await newKey();
        const certRequestPem = await newRequest(leafKey, {
            subject: { commonName: "localhost" },
            ipAddresses: ["127.0.0.1"],
        });
        const by = issuedBy(intermediate);
        const made = await locallySigned.create({ ...by, certRequestPem, ...LEAF });
        leaf = text(made.properties["certPem"]);
        server = createServer({ key: leafKey, cert: [leaf, intermediate.cert, root.cert].join("") });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        url = `tls://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    afterAll(() => {
        server.close();
    });

    const invoke = async (args: PropertyMap): Promise<PropertyMap> =>
        (await provider.invoke?.("tls:index/getCertificate:getCertificate", args)) ?? {};

    test("tells the chain, root first", async () => {
        const { certificates } = await invoke({ url, verifyChain: false });
        const pems = (certificates as PropertyMap[]).map(({ certPem }) => certPem);
        expect(pems).toStrictEqual([root.cert, intermediate.cert, leaf]);
    });

    test("trusts no unknown root unless told to", async () => {
        await expect(invoke({ url })).rejects.toThrow(
            /getCertificate: 127\.0\.0\.1:\d+: self-signed certificate in certificate chain/,
        );
    });

    test("says where nobody listens", async () => {
        await expect(invoke({ url: "tls://127.0.0.1:1" })).rejects.toThrow(
            "getCertificate: 127.0.0.1:1: connect ECONNREFUSED",
        );
    });
});

test("a function of another package and a proxy are refused with what to do", async () => {
    await expect((async () => provider.invoke?.("tls:index/getDog:getDog", {}))()).rejects.toThrow(
        /getDog is not a function of @pulumi\/tls 5\.6\.1, which has .*getPublicKey/,
    );
    expect(() => provider.configure?.({ proxy: "{}" })).toThrow("leave it out");
});
