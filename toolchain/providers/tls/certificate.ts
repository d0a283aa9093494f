/** Issues a certificate (RFC 5280), by the rules of Go's crypto/x509, which upstream uses. */
import { type KeyObject, createHash, randomBytes } from "node:crypto";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import {
    AuthorityKeyIdentifier,
    BasicConstraints,
    Certificate,
    ExtendedKeyUsage,
    type Extension,
    Extensions,
    KeyUsage,
    type Name,
    SubjectAlternativeName,
    SubjectKeyIdentifier,
    type SubjectPublicKeyInfo,
    TBSCertificate,
    Validity,
    Version,
    id_ce_authorityKeyIdentifier,
    id_ce_basicConstraints,
    id_ce_extKeyUsage,
    id_ce_keyUsage,
    id_ce_subjectAltName,
    id_ce_subjectKeyIdentifier,
} from "@peculiar/asn1-x509";
import type { Made } from "../state-only/schema";
import { ED25519, bytes, extension, fromPem, signature, signatureIdentifier, toPem } from "./structures";
import { isEmpty } from "./subject";
import { extendedKeyUsage, keyUsage } from "./usages";

const LABEL = "CERTIFICATE";
const MS_PER_HOUR = 3_600_000;

export interface CertificateOptions {
    readonly validityPeriodHours: number;
    readonly allowedUses: readonly string[];
    readonly isCaCertificate: boolean;
    readonly maxPathLength?: number;
    readonly setSubjectKeyId: boolean;
}

export interface Holder {
    readonly subject: Name;
    readonly publicKey: SubjectPublicKeyInfo;
    readonly alternativeNames: SubjectAlternativeName | undefined;
}

export interface Issuer {
    readonly subject: Name;
    /** Becomes the certificate's authority key identifier, where there is one. */
    readonly keyId: ArrayBuffer | undefined;
    readonly key: KeyObject;
}

/** The id is the serial number in decimal. The outputs are certPem and the validity, in RFC 3339, UTC, whole seconds. */
export function issue(options: CertificateOptions, holder: Holder, issuer: Issuer, now: Date): Made {
    const validity = validFrom(now, options.validityPeriodHours);
    const serial = serialNumber();
    const signatureAlgorithm = signatureIdentifier(issuer.key);
    const tbsCertificate = new TBSCertificate({
        version: Version.v3,
        serialNumber: bytes(serial),
        signature: signatureAlgorithm,
        issuer: issuer.subject,
        validity: new Validity({ notBefore: validity.start, notAfter: validity.end }),
        subject: holder.subject,
        subjectPublicKeyInfo: holder.publicKey,
        extensions: extensions(options, holder, issuer),
    });
    const certificate = new Certificate({
        tbsCertificate,
        signatureAlgorithm,
        signatureValue: signature(tbsCertificate, issuer.key),
    });
    const id = BigInt(`0x${serial.toString("hex")}`).toString();
    return {
        id,
        outputs: {
            id,
            certPem: toPem(LABEL, AsnConvert.serialize(certificate)),
            validityStartTime: rfc3339(validity.start),
            validityEndTime: rfc3339(validity.end),
        },
    };
}

function extensions(options: CertificateOptions, holder: Holder, issuer: Issuer): Extensions {
    const { isCaCertificate, maxPathLength = -1 } = options;
    const usage = keyUsage(options.allowedUses);
    const extendedUsage = extendedKeyUsage(options.allowedUses);
    const names = holder.alternativeNames;
    const constraints = new BasicConstraints({
        cA: isCaCertificate,
        ...(isCaCertificate && maxPathLength >= 0 && { pathLenConstraint: maxPathLength }),
    });
    const present: (Extension | false | undefined)[] = [
        usage !== 0 && extension(id_ce_keyUsage, new KeyUsage(usage), true),
        extendedUsage.length > 0 && extension(id_ce_extKeyUsage, new ExtendedKeyUsage(extendedUsage)),
        extension(id_ce_basicConstraints, constraints, true),
        // Every CA needs one (RFC 5280, 4.2.1.2).
        (options.setSubjectKeyId || isCaCertificate) &&
            extension(id_ce_subjectKeyIdentifier, new SubjectKeyIdentifier(keyIdentifier(holder.publicKey))),
        issuer.keyId &&
            extension(
                id_ce_authorityKeyIdentifier,
                new AuthorityKeyIdentifier({ keyIdentifier: new OctetString(issuer.keyId) }),
            ),
        // It is critical where nothing else identifies the holder (RFC 5280, 4.1.2.6).
        names && names.length > 0 && extension(id_ce_subjectAltName, names, isEmpty(holder.subject)),
    ];
    return new Extensions(present.filter((item) => item instanceof Object));
}

/**
 * RFC 5280, 4.2.1.2, method 1. Upstream hashes an Ed25519 key as a DER OCTET STRING (terraform-provider-tls, common_cert.go), which the RFC
 * allows as a method of its own.
 */
export function keyIdentifier({ algorithm, subjectPublicKey }: SubjectPublicKeyInfo): ArrayBuffer {
    const wrapped = algorithm.algorithm === ED25519.oid;
    const hashed = wrapped ? AsnConvert.serialize(new OctetString(subjectPublicKey)) : subjectPublicKey;
    return bytes(createHash("sha1").update(Buffer.from(hashed)).digest());
}

/** 16 bytes that are a DER INTEGER as they are: positive and without padding (the first byte is neither 0 nor above 0x7f). */
function serialNumber(): Buffer {
    for (;;) {
        const serial = randomBytes(16);
        const [first = 0] = serial;
        if (first > 0 && first < 0x80) {
            return serial;
        }
    }
}

/** A certificate has whole seconds only. */
function validFrom(now: Date, hours: number): { start: Date; end: Date } {
    const start = new Date(Math.floor(now.getTime() / 1000) * 1000);
    const end = new Date(start.getTime() + hours * MS_PER_HOUR);
    // GeneralizedTime has four digits for the year.
    if (!(end.getUTCFullYear() <= 9999)) {
        throw new Error(`validityPeriodHours is ${hours}: the certificate would end after the year 9999, give less`);
    }
    return { start, end };
}

export function rfc3339(time: Date): string {
    return time.toISOString().replace(/\.\d+Z$/, "Z");
}

export interface ParsedCertificate {
    readonly pem: string;
    readonly certificate: Certificate;
}

/** @throws Error that names `property`, where it holds no certificate. */
export function parseCertificate(text: string, property: string): ParsedCertificate {
    const der = fromPem(LABEL, text);
    try {
        if (der) {
            return { pem: toPem(LABEL, bytes(der)), certificate: AsnConvert.parse(der, Certificate) };
        }
    } catch {
        // The error is reported below, without the parser's words.
    }
    throw new Error(
        `${property} is not a certificate: give a PEM block CERTIFICATE, as in the certPem of a tls.SelfSignedCert`,
    );
}

/** The extension `oid` of a certificate as `type`; undefined where the certificate has none. */
export function extensionOf<T>({ tbsCertificate }: Certificate, oid: string, type: new () => T): T | undefined {
    const found = [...(tbsCertificate.extensions ?? [])].find(({ extnID }) => extnID === oid);
    return found && AsnConvert.parse(found.extnValue, type);
}
