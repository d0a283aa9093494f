import { X509Certificate } from "node:crypto";
import { secrets, text } from "../harness";
import { certificateText, openssl, verify } from "./openssl";
import {
    FULL_NAMES,
    FULL_SUBJECT,
    issuedBy,
    LEAF,
    locallySigned,
    newIntermediate,
    newKey,
    newRequest,
    newRoot,
    type Party,
    privateKeys,
} from "./resources";

let root: Party;
beforeAll(async () => {
    root = await newRoot(await newKey());
});

describe("LocallySignedCert", () => {
    test("has the official plugin's state", async () => {
        const certRequestPem = await newRequest(await newKey(), { subject: { commonName: "leaf" } });
        const made = await locallySigned.create({ ...issuedBy(root), certRequestPem, ...LEAF });
        expect(secrets(made.properties)).toStrictEqual(["caPrivateKeyPem"]);
        expect(Object.keys(made.properties).sort()).toStrictEqual([
            "allowedUses",
            "caCertPem",
            "caKeyAlgorithm",
            "caPrivateKeyPem",
            "certPem",
            "certRequestPem",
            "earlyRenewalHours",
            "id",
            "isCaCertificate",
            "readyForRenewal",
            "setSubjectKeyId",
            "validityEndTime",
            "validityPeriodHours",
            "validityStartTime",
        ]);
        expect(made.properties).toMatchObject({ caKeyAlgorithm: "ECDSA", readyForRenewal: false, id: made.id });
    });

    test.each(["P224", "P256", "P384", "P521"])("makes chains that OpenSSL accepts, on %s", async (curve) => {
        const ownRoot = await newRoot(await newKey(curve), { setSubjectKeyId: true });
        const intermediate = await newIntermediate(ownRoot, await newKey(curve), { maxPathLength: 0 });
        const leafRequest = await newRequest(await newKey(curve), { subject: FULL_SUBJECT, ...FULL_NAMES });
        const by = issuedBy(intermediate);
        const made = await locallySigned.create({ ...by, certRequestPem: leafRequest, ...LEAF });
        const leaf = text(made.properties["certPem"]);
        expect(verify(ownRoot.cert, [intermediate.cert], leaf)).toBe("leaf: OK\n");
        expect(verify(root.cert, [intermediate.cert], leaf)).toContain("verification failed");
        const told = certificateText(leaf);
        const keyId = /Subject Key Identifier: (\S+)/.exec(certificateText(intermediate.cert))?.[1];
        expect(told).toContain(`X509v3 Authority Key Identifier: ${keyId ?? "none"} `);
        expect(told).toContain("IP Address:FD00:20:0:0:0:0:0:1");
        const judged = new X509Certificate(leaf);
        expect(judged.checkIssued(new X509Certificate(intermediate.cert))).toBe(true);
        expect(judged.checkHost("db.embassy.example")).toBe("db.embassy.example");
        expect(judged.checkIP("fd00:20::1")).toBe("fd00:20::1");
    });

    test("holds a path length of 0 against a certificate below a further CA", async () => {
        const ownRoot = await newRoot(await newKey(), { maxPathLength: 0 });
        const further = await newIntermediate(ownRoot, await newKey());
        const below = await newIntermediate(further, await newKey(), {}, "Test CA below");
        expect(verify(ownRoot.cert, [], further.cert)).toBe("leaf: OK\n");
        expect(verify(ownRoot.cert, [further.cert], below.cert)).toContain("path length constraint exceeded");
    });

    test("signs with RSA and Ed25519 as well", async () => {
        for (const algorithm of ["RSA", "ED25519"]) {
            const made = await privateKeys.create({ algorithm });
            const authority = await newRoot(text(made.properties["privateKeyPem"]));
            const leaf = await newIntermediate(authority, await newKey());
            expect(verify(authority.cert, [], leaf.cert)).toBe("leaf: OK\n");
        }
    });

    test("keeps the request's subject, byte for byte", async () => {
        const certRequestPem = await newRequest(await newKey(), { subject: FULL_SUBJECT });
        const made = await locallySigned.create({ ...issuedBy(root), certRequestPem, ...LEAF });
        const options = ["-noout", "-subject", "-nameopt", "dump_all,dump_der,sep_comma_plus,oid"];
        expect(openssl(["x509", ...options], text(made.properties["certPem"]))).toBe(
            openssl(["req", ...options], certRequestPem),
        );
    });

    test("takes a request that OpenSSL made", async () => {
        const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:secp384r1", "-nodes", "-keyout", "/dev/null"];
        const wanted = ["-subj", "/C=EE/CN=by openssl", "-addext", "subjectAltName=DNS:o.example"];
        const certRequestPem = openssl(["req", "-new", ...key, ...wanted], "");
        const made = await locallySigned.create({ ...issuedBy(root), certRequestPem, ...LEAF });
        const told = certificateText(text(made.properties["certPem"]));
        expect(told).toContain("Subject: C = EE, CN = by openssl");
        expect(told).toContain("DNS:o.example");
    });

    test("refuses what does not belong together", async () => {
        const certRequestPem = await newRequest(await newKey(), { subject: { commonName: "leaf" } });
        const given = { ...issuedBy(root), certRequestPem, ...LEAF };
        const nameless = await newRequest(await newKey(), {});
        const tampered = withLastByteChanged(certRequestPem);
        expect(await locallySigned.failures({ ...given, caPrivateKeyPem: await newKey() })).toStrictEqual([
            expect.stringContaining("caPrivateKeyPem is not the key of caCertPem"),
        ]);
        expect(await locallySigned.failures({ ...given, caCertPem: certRequestPem })).toStrictEqual([
            expect.stringContaining("caCertPem is not a certificate: give a PEM block CERTIFICATE"),
        ]);
        expect(await locallySigned.failures({ ...given, certRequestPem: root.cert })).toStrictEqual([
            expect.stringContaining("certRequestPem is not a certificate request"),
        ]);
        expect(await locallySigned.failures({ ...given, certRequestPem: tampered })).toStrictEqual([
            expect.stringContaining("certRequestPem is not signed by its own key"),
        ]);
        expect(
            await locallySigned.failures({ ...given, certRequestPem: nameless, isCaCertificate: true }),
        ).toStrictEqual([expect.stringContaining("a CA's certificate must name it")]);
        expect(await locallySigned.failures({ ...given, caPrivateKeyPemWo: "x" })).toStrictEqual([
            expect.stringContaining("use caPrivateKeyPem"),
        ]);
    });
});

/** The certificate with its last byte changed, which is a part of the signature. */
function withLastByteChanged(pem: string): string {
    const [begin = "", ...lines] = pem.trim().split("\n");
    const end = lines.pop() ?? "";
    const der = Buffer.from(lines.join(""), "base64");
    der.writeUInt8(der.readUInt8(der.length - 1) ^ 1, der.length - 1);
    return [begin, der.toString("base64"), end, ""].join("\n");
}
