/** The small ASN.1 pieces that certificates and requests share: PEM, extensions, signatures. */
import { type KeyObject, createPublicKey, sign as signBytes, verify as verifyBytes } from "node:crypto";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import { AlgorithmIdentifier, Extension, SubjectPublicKeyInfo } from "@peculiar/asn1-x509";
import { type Curve, curveOf } from "./keys";

interface SignatureAlgorithm {
    readonly oid: string;
    /** Null where the algorithm hashes by itself. */
    readonly digest: string | null;
    /** Go's name of the algorithm. */
    readonly name: string;
    /** RFC 4055 asks for a NULL, RFC 5758 and RFC 8410 for nothing. */
    readonly nullParameters?: true;
}

export const ED25519: SignatureAlgorithm = { oid: "1.3.101.112", digest: null, name: "Ed25519" };
const RSA_SHA256: SignatureAlgorithm = {
    oid: "1.2.840.113549.1.1.11",
    digest: "sha256",
    name: "SHA256-RSA",
    nullParameters: true,
};
const ECDSA_SHA256: SignatureAlgorithm = { oid: "1.2.840.10045.4.3.2", digest: "sha256", name: "ECDSA-SHA256" };
const ECDSA_SHA384: SignatureAlgorithm = { oid: "1.2.840.10045.4.3.3", digest: "sha384", name: "ECDSA-SHA384" };
const ECDSA_SHA512: SignatureAlgorithm = { oid: "1.2.840.10045.4.3.4", digest: "sha512", name: "ECDSA-SHA512" };

/** Go chooses in the same way: a hash as strong as the curve. */
const BY_CURVE: Record<Curve, SignatureAlgorithm> = {
    P224: ECDSA_SHA256,
    P256: ECDSA_SHA256,
    P384: ECDSA_SHA384,
    P521: ECDSA_SHA512,
};

const KNOWN: readonly SignatureAlgorithm[] = [
    RSA_SHA256,
    { oid: "1.2.840.113549.1.1.12", digest: "sha384", name: "SHA384-RSA", nullParameters: true },
    { oid: "1.2.840.113549.1.1.13", digest: "sha512", name: "SHA512-RSA", nullParameters: true },
    ECDSA_SHA256,
    ECDSA_SHA384,
    ECDSA_SHA512,
    ED25519,
];

function algorithmFor(key: KeyObject): SignatureAlgorithm {
    const curve = curveOf(key);
    return curve ? BY_CURVE[curve] : key.asymmetricKeyType === "rsa" ? RSA_SHA256 : ED25519;
}

/** Go's name of a signature algorithm, or its object identifier. */
export function signatureName(oid: string): string {
    return KNOWN.find((algorithm) => algorithm.oid === oid)?.name ?? oid;
}

export function signatureIdentifier(key: KeyObject): AlgorithmIdentifier {
    const { oid, nullParameters } = algorithmFor(key);
    return new AlgorithmIdentifier({ algorithm: oid, ...(nullParameters && { parameters: null }) });
}

/** Signs the DER of `structure`. */
export function signature(structure: object, key: KeyObject): ArrayBuffer {
    return bytes(signBytes(algorithmFor(key).digest, Buffer.from(AsnConvert.serialize(structure)), key));
}

/** False also where the key or the algorithm is of an unknown kind. */
export function verifies(
    signed: ArrayBuffer,
    oid: string,
    signatureValue: ArrayBuffer,
    holder: SubjectPublicKeyInfo,
): boolean {
    const algorithm = KNOWN.find((candidate) => candidate.oid === oid);
    if (!algorithm) {
        return false;
    }
    try {
        const key = createPublicKey({ key: Buffer.from(AsnConvert.serialize(holder)), format: "der", type: "spki" });
        return verifyBytes(algorithm.digest, Buffer.from(signed), key, Buffer.from(signatureValue));
    } catch {
        return false;
    }
}

export function publicKeyInfo(key: KeyObject): SubjectPublicKeyInfo {
    return AsnConvert.parse(createPublicKey(key).export({ format: "der", type: "spki" }), SubjectPublicKeyInfo);
}

export function extension(extnID: string, value: object, critical = false): Extension {
    return new Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });
}

export function toPem(label: string, der: ArrayBuffer): string {
    const lines =
        Buffer.from(der)
            .toString("base64")
            .match(/.{1,64}/g) ?? [];
    return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}

/** The DER of the first PEM block with this label; undefined if there is none. */
export function fromPem(label: string, text: string): Buffer | undefined {
    const block = new RegExp(`-----BEGIN ${label}-----([A-Za-z0-9+/=\\s]+)-----END ${label}-----`).exec(text)?.[1];
    return block === undefined ? undefined : Buffer.from(block, "base64");
}

export function bytes(buffer: Buffer): ArrayBuffer {
    return new Uint8Array(buffer).buffer;
}
