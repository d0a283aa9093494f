/** Makes X.509 certificates. */
import "reflect-metadata";
import { createPrivateKey, randomBytes, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

x509.cryptoProvider.set(webcrypto);

const DAY_MS = 86_400_000;
/** Tolerated difference between the clocks of two machines: a certificate is valid from this long before it is signed. */
export const CLOCK_SKEW_MS = 5 * 60_000;
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

export interface Subject {
    readonly commonName: string;
    /** Kubernetes takes organisations for groups. */
    readonly organization?: string;
}

/** What a certificate is for. `names` are DNS names and IP addresses; with them it can serve TLS, and it can always identify a client. */
export interface Purpose extends Subject {
    readonly names?: readonly string[];
}

function name({ commonName, organization }: Subject): x509.JsonName {
    return [...(organization ? [{ O: [organization] }] : []), { CN: [commonName] }];
}

/** 127 random bits, positive and not zero: RFC 5280 4.1.2.2 allows 20 octets. */
function serialNumber(): string {
    const bytes = randomBytes(16);
    bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
    return bytes.toString("hex");
}

function validity(days: number, now = Date.now()): { notBefore: Date; notAfter: Date } {
    return { notBefore: new Date(now - CLOCK_SKEW_MS), notAfter: new Date(now + days * DAY_MS) };
}

async function privateKeyPem(key: webcrypto.CryptoKey): Promise<string> {
    return x509.PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY");
}

async function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
    return webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
}

/** A private key in PEM (PKCS #8), without a certificate. */
export async function generatePrivateKey(): Promise<string> {
    return `${await privateKeyPem((await generateKeys()).privateKey)}\n`;
}

/** A self-signed authority that may sign leaves but no further authority. PEM: key, then certificate. @param now ms since the epoch */
export async function issueAuthority(subject: Subject, days: number, now?: number): Promise<string> {
    const keys = await generateKeys();
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
        serialNumber: serialNumber(),
        name: name(subject),
        ...validity(days, now),
        signingAlgorithm: ALGORITHM,
        keys,
        extensions: [
            new x509.BasicConstraintsExtension(true, 0, true),
            new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
            await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
        ],
    });
    return `${await privateKeyPem(keys.privateKey)}\n${certificate.toString("pem")}\n`;
}

/** A leaf signed by `authority` (PEM: key, PKCS #8 or SEC 1, and certificate). PEM: key, then certificate. @param now ms since the epoch */
export async function issueLeaf(authority: string, purpose: Purpose, days: number, now?: number): Promise<string> {
    const keys = await generateKeys();
    const issuer = new x509.X509Certificate(pemBlock(authority, "CERTIFICATE"));
    const { signingKey, signingAlgorithm } = await signer(authority);
    const { names = [] } = purpose;
    const usages = [x509.ExtendedKeyUsage.clientAuth, ...(names.length > 0 ? [x509.ExtendedKeyUsage.serverAuth] : [])];
    const certificate = await x509.X509CertificateGenerator.create({
        serialNumber: serialNumber(),
        subject: name(purpose),
        issuer: issuer.subject,
        ...validity(days, now),
        signingKey,
        signingAlgorithm,
        publicKey: keys.publicKey,
        extensions: [
            new x509.BasicConstraintsExtension(false, undefined, true),
            new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
            new x509.ExtendedKeyUsageExtension(usages),
            await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
            await x509.AuthorityKeyIdentifierExtension.create(issuer),
            ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names.map(generalName))] : []),
        ],
    });
    return `${await privateKeyPem(keys.privateKey)}\n${certificate.toString("pem")}\n`;
}

/** The key in `authority`, and its signature algorithm: the lab's own keys are P-256, and those of a stack P-384. */
async function signer(
    authority: string,
): Promise<{ signingKey: webcrypto.CryptoKey; signingAlgorithm: webcrypto.EcKeyImportParams & { hash: string } }> {
    const key = createPrivateKey(pemBlock(authority, "(?:EC )?PRIVATE KEY"));
    const [namedCurve, hash] =
        key.asymmetricKeyDetails?.namedCurve === "secp384r1" ? ["P-384", "SHA-384"] : ["P-256", "SHA-256"];
    const signingAlgorithm = { name: "ECDSA", namedCurve, hash };
    const pkcs8 = key.export({ type: "pkcs8", format: "der" });
    const signingKey = await webcrypto.subtle.importKey("pkcs8", pkcs8, signingAlgorithm, false, ["sign"]);
    return { signingKey, signingAlgorithm };
}

function generalName(value: string): x509.JsonGeneralName {
    return { type: /^[\d.]+$|:/.test(value) ? "ip" : "dns", value };
}

/** The first block of type `label` in `pem`. */
export function pemBlock(pem: string, label: string): string {
    const block = new RegExp(`-----BEGIN ${label}-----[^-]+-----END ${label}-----`).exec(pem);
    if (!block) {
        throw new Error(`no PEM block "${label}"`);
    }
    return block[0];
}
