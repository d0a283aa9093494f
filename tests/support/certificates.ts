/** Issues a site's certificates of any age for tests: a root, authorities that it signs, and leaf certificates. */
import "reflect-metadata";
import { createPrivateKey, randomBytes, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

x509.cryptoProvider.set(webcrypto);

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const DAY_MS = 86_400_000;

/** A private key and its certificate, both as PEM. */
export interface Pair {
    readonly key: string;
    readonly certificate: string;
}

export interface Wanted {
    readonly commonName: string;
    /** Names of a leaf certificate. A certificate without them is an authority that signs others. */
    readonly dnsNames?: readonly string[];
    /** The issuer. A certificate without one signs itself. */
    readonly by?: Pair;
    /** How many days ago it became valid, and in how many days it expires. */
    readonly began?: number;
    readonly ends?: number;
}

/** Issues a certificate for the state Estonia, as the program would have done some days ago. */
export async function issued({ commonName, dnsNames, by, began = 0, ends = 30 }: Wanted): Promise<Pair> {
    const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
    const issuer = by && new x509.X509Certificate(by.certificate);
    const subject: x509.JsonName = [{ CN: [commonName] }, { O: ["Data Embassy"] }, { C: ["EE"] }];
    const now = Date.now();
    const { KeyUsageFlags: use, ExtendedKeyUsage: extended } = x509;
    const certificate = await x509.X509CertificateGenerator.create({
        // RFC 5280 4.1.2.2 requires a positive number.
        serialNumber: `40${randomBytes(15).toString("hex")}`,
        subject,
        issuer: issuer?.subject ?? subject,
        notBefore: new Date(now - began * DAY_MS - 60_000),
        notAfter: new Date(now + ends * DAY_MS),
        publicKey: keys.publicKey,
        signingKey: by === undefined ? keys.privateKey : await signingKey(by),
        signingAlgorithm: ALGORITHM,
        extensions: [
            new x509.BasicConstraintsExtension(dnsNames === undefined, undefined, true),
            dnsNames === undefined
                ? new x509.KeyUsagesExtension(use.keyCertSign | use.cRLSign, true)
                : new x509.KeyUsagesExtension(use.digitalSignature, true),
            await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
            ...(issuer === undefined ? [] : [await x509.AuthorityKeyIdentifierExtension.create(issuer)]),
            ...(dnsNames === undefined
                ? []
                : [new x509.ExtendedKeyUsageExtension([extended.serverAuth, extended.clientAuth])]),
            ...((dnsNames ?? []).length === 0
                ? []
                : [
                      new x509.SubjectAlternativeNameExtension(
                          (dnsNames ?? []).map((value) => ({ type: "dns" as const, value })),
                      ),
                  ]),
        ],
    });
    const pkcs8 = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
    // The program's own keys are in SEC 1 form too.
    const key = createPrivateKey({ key: Buffer.from(pkcs8), type: "pkcs8", format: "der" });
    return {
        key: key.export({ type: "sec1", format: "pem" }).toString(),
        certificate: `${certificate.toString("pem")}\n`,
    };
}

function signingKey({ key }: Pair): Promise<webcrypto.CryptoKey> {
    const pkcs8 = createPrivateKey(key).export({ type: "pkcs8", format: "der" });
    return webcrypto.subtle.importKey("pkcs8", pkcs8, ALGORITHM, false, ["sign"]);
}
