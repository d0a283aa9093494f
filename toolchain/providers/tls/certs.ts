/** tls.SelfSignedCert and tls.LocallySignedCert. */
import { X509Certificate } from "node:crypto";
import { AsnConvert } from "@peculiar/asn1-schema";
import { type Name, SubjectKeyIdentifier, id_ce_subjectKeyIdentifier } from "@peculiar/asn1-x509";
import type { CheckFailure } from "../../plugin/provider";
import type { PlainMap, PropertyMap } from "../../plugin/values";
import { type Renewal, type Schema, resource } from "../state-only/schema";
import { ALTERNATIVE_NAMES, alternativeNames, invalidNames } from "./alternative-names";
import { parseRequest } from "./cert-request";
import { extensionOf, issue, keyIdentifier, parseCertificate } from "./certificate";
import { algorithmOf, parsePrivateKey } from "./keys";
import { PRIVATE_KEY, problems, writeOnly } from "./shared";
import { publicKeyInfo } from "./structures";
import { SUBJECT, distinguishedName, isEmpty } from "./subject";
import { ALLOWED_USES } from "./usages";

const MS_PER_HOUR = 3_600_000;

const certificateInputs = {
    allowedUses: { type: "strings", required: true, oneOf: ALLOWED_USES },
    validityPeriodHours: { type: "integer", required: true, atLeast: 0 },
    earlyRenewalHours: { type: "integer", default: 0, atLeast: 0, updates: () => true },
    isCaCertificate: { type: "boolean", default: false },
    // With -1 or nothing, any number of intermediates is allowed. Upstream 4.2.0 stored the -1, other versions nothing.
    maxPathLength: { type: "integer", atLeast: -1, kept: true },
    setSubjectKeyId: { type: "boolean", default: false },
} as const satisfies Schema;

const certificateOutputs = { id: {}, certPem: {}, readyForRenewal: {}, validityStartTime: {}, validityEndTime: {} };

/** A certificate that is due for renewal from its first moment is reported at once. */
function derive({ validityPeriodHours, earlyRenewalHours }: PropertyMap): PropertyMap {
    const period = Number(validityPeriodHours);
    return { readyForRenewal: period === 0 || Number(earlyRenewalHours) >= period };
}

const renewal: Renewal = {
    output: "readyForRenewal",
    due({ validityEndTime, earlyRenewalHours }: PlainMap, now: Date): boolean {
        const end = typeof validityEndTime === "string" ? Date.parse(validityEndTime) : NaN;
        return now.getTime() >= end - Number(earlyRenewalHours ?? 0) * MS_PER_HOUR;
    },
};

export const selfSignedCert = resource({
    inputs: {
        privateKeyPem: PRIVATE_KEY,
        privateKeyPemWo: writeOnly("privateKeyPem"),
        privateKeyPemWoVersion: writeOnly("privateKeyPem"),
        subject: { type: SUBJECT },
        ...ALTERNATIVE_NAMES,
        ...certificateInputs,
        setAuthorityKeyId: { type: "boolean", default: false },
    },
    outputs: { ...certificateOutputs, keyAlgorithm: {} },
    validate(given, unsettled) {
        const { privateKeyPem, subject, isCaCertificate, setSubjectKeyId, setAuthorityKeyId } = given;
        const failures = [...problems("privateKeyPem", privateKeyPem, parsePrivateKey), ...invalidNames(given)];
        if (isCaCertificate && !unsettled.has("subject")) {
            failures.push(...namelessCa("subject", distinguishedName(subject)));
        }
        if (setAuthorityKeyId && isCaCertificate === false && setSubjectKeyId === false) {
            failures.push({
                property: "setAuthorityKeyId",
                reason: "setAuthorityKeyId is true, but there is no key identifier to repeat: set setSubjectKeyId to true as well",
            });
        }
        return failures;
    },
    derive,
    renewal,
    create(given, now) {
        const key = parsePrivateKey(given.privateKeyPem, "privateKeyPem");
        const subject = distinguishedName(given.subject);
        const publicKey = publicKeyInfo(key);
        const holder = { subject, publicKey, alternativeNames: alternativeNames(given) };
        const keyId = given.setAuthorityKeyId ? keyIdentifier(publicKey) : undefined;
        const { id, outputs } = issue(given, holder, { subject, keyId, key }, now);
        return { id, outputs: { ...outputs, keyAlgorithm: algorithmOf(key) ?? null } };
    },
});

export const locallySignedCert = resource({
    inputs: {
        caPrivateKeyPem: PRIVATE_KEY,
        caPrivateKeyPemWo: writeOnly("caPrivateKeyPem"),
        caPrivateKeyPemWoVersion: writeOnly("caPrivateKeyPem"),
        caCertPem: { type: "string", required: true },
        certRequestPem: { type: "string", required: true },
        ...certificateInputs,
    },
    outputs: { ...certificateOutputs, caKeyAlgorithm: {} },
    validate({ caPrivateKeyPem, caCertPem, certRequestPem, isCaCertificate }) {
        const failures = [
            ...problems("caPrivateKeyPem", caPrivateKeyPem, parsePrivateKey),
            ...problems("caCertPem", caCertPem, parseCertificate),
            ...problems("certRequestPem", certRequestPem, parseRequest),
        ];
        if (failures.length > 0) {
            return failures;
        }
        if (caPrivateKeyPem !== undefined && caCertPem !== undefined) {
            failures.push(...foreignKey(caPrivateKeyPem, caCertPem));
        }
        if (isCaCertificate && certRequestPem !== undefined) {
            failures.push(...namelessCa("certRequestPem", parseRequest(certRequestPem).info.subject));
        }
        return failures;
    },
    derive,
    renewal,
    create(given, now) {
        const key = parsePrivateKey(given.caPrivateKeyPem, "caPrivateKeyPem");
        const { certificate: ca } = parseCertificate(given.caCertPem, "caCertPem");
        const { info, alternativeNames: names } = parseRequest(given.certRequestPem);
        const holder = { subject: info.subject, publicKey: info.subjectPKInfo, alternativeNames: names };
        const issuer = ca.tbsCertificate.subject;
        // Go does the same: a certificate under the CA's own name counts as self-signed, and names no other key.
        const keyId = sameName(issuer, info.subject)
            ? undefined
            : extensionOf(ca, id_ce_subjectKeyIdentifier, SubjectKeyIdentifier)?.buffer;
        const { id, outputs } = issue(given, holder, { subject: issuer, keyId, key }, now);
        return { id, outputs: { ...outputs, caKeyAlgorithm: algorithmOf(key) ?? null } };
    },
});

function namelessCa(property: string, subject: Name): CheckFailure[] {
    const reason = `${property} has no subject, but a CA's certificate must name it (RFC 5280, 4.1.2.6): give a commonName at least`;
    return isEmpty(subject) ? [{ property, reason }] : [];
}

function foreignKey(caPrivateKeyPem: string, caCertPem: string): CheckFailure[] {
    const property = "caPrivateKeyPem";
    const certificate = new X509Certificate(parseCertificate(caCertPem, "caCertPem").pem);
    const reason = `${property} is not the key of caCertPem: give the key that the CA's certificate was made with`;
    return certificate.checkPrivateKey(parsePrivateKey(caPrivateKeyPem, property)) ? [] : [{ property, reason }];
}

function sameName(a: Name, b: Name): boolean {
    return Buffer.from(AsnConvert.serialize(a)).equals(Buffer.from(AsnConvert.serialize(b)));
}
