/** tls.CertRequest (PKCS#10, RFC 2986), and reading one back. */
import { type KeyObject } from "node:crypto";
import { Attributes, CertificationRequest, CertificationRequestInfo } from "@peculiar/asn1-csr";
import { AsnConvert } from "@peculiar/asn1-schema";
import { Attribute, Extensions, SubjectAlternativeName, id_ce_subjectAltName } from "@peculiar/asn1-x509";
import { type InputsOf, type Schema, resource } from "../state-only/schema";
import { ALTERNATIVE_NAMES, alternativeNames, invalidNames } from "./alternative-names";
import { algorithmOf, fingerprint, parsePrivateKey } from "./keys";
import { PRIVATE_KEY, problems, writeOnly } from "./shared";
import { extension, fromPem, publicKeyInfo, signature, signatureIdentifier, toPem, verifies } from "./structures";
import { SUBJECT, distinguishedName } from "./subject";

const LABEL = "CERTIFICATE REQUEST";
/** PKCS#9: the extensions that the requester asks for. */
const EXTENSION_REQUEST = "1.2.840.113549.1.9.14";

const inputs = {
    privateKeyPem: PRIVATE_KEY,
    privateKeyPemWo: writeOnly("privateKeyPem"),
    privateKeyPemWoVersion: writeOnly("privateKeyPem"),
    subject: { type: SUBJECT },
    ...ALTERNATIVE_NAMES,
} as const satisfies Schema;

type Inputs = InputsOf<typeof inputs>;

export const certRequest = resource({
    inputs,
    outputs: { id: {}, certRequestPem: {}, keyAlgorithm: {} },
    validate: (given) => [...problems("privateKeyPem", given.privateKeyPem, parsePrivateKey), ...invalidNames(given)],
    create(given) {
        const key = parsePrivateKey(given.privateKeyPem, "privateKeyPem");
        const der = AsnConvert.serialize(signedRequest(given, key));
        const id = fingerprint(Buffer.from(der));
        return { id, outputs: { id, certRequestPem: toPem(LABEL, der), keyAlgorithm: algorithmOf(key) ?? null } };
    },
});

function signedRequest(given: Inputs, key: KeyObject): CertificationRequest {
    const names = alternativeNames(given);
    const wanted = new Extensions(names.length > 0 ? [extension(id_ce_subjectAltName, names)] : []);
    const request = new Attribute({ type: EXTENSION_REQUEST, values: [AsnConvert.serialize(wanted)] });
    const info = new CertificationRequestInfo({
        subject: distinguishedName(given.subject),
        subjectPKInfo: publicKeyInfo(key),
        attributes: new Attributes(wanted.length > 0 ? [request] : []),
    });
    return new CertificationRequest({
        certificationRequestInfo: info,
        signatureAlgorithm: signatureIdentifier(key),
        signature: signature(info, key),
    });
}

export interface ParsedRequest {
    readonly info: CertificationRequestInfo;
    readonly alternativeNames: SubjectAlternativeName | undefined;
}

/** @throws Error that names the property, where the text is no request or its signature was not made with its key. */
export function parseRequest(pem: string): ParsedRequest {
    const wanted = "give a PEM block CERTIFICATE REQUEST, as in the certRequestPem of a tls.CertRequest";
    const decoded = decode(pem);
    if (!decoded) {
        throw new Error(`certRequestPem is not a certificate request: ${wanted}`);
    }
    const { request, alternativeNames } = decoded;
    const { certificationRequestInfo: info, certificationRequestInfoRaw: signed, signatureAlgorithm } = request;
    // Proof of possession (RFC 2986, 3): a request that was altered on its way must not become a certificate.
    const proven = signed && verifies(signed, signatureAlgorithm.algorithm, request.signature, info.subjectPKInfo);
    if (!proven) {
        throw new Error(`certRequestPem is not signed by its own key, or in a way that is not supported: ${wanted}`);
    }
    return { info, alternativeNames };
}

interface Decoded {
    readonly request: CertificationRequest;
    readonly alternativeNames: SubjectAlternativeName | undefined;
}

function decode(pem: string): Decoded | undefined {
    const der = fromPem(LABEL, pem);
    try {
        const request = der && AsnConvert.parse(der, CertificationRequest);
        return request && { request, alternativeNames: requestedNames(request.certificationRequestInfo) };
    } catch {
        return undefined;
    }
}

function requestedNames({ attributes }: Partial<CertificationRequestInfo>): SubjectAlternativeName | undefined {
    // An encoder may leave out the empty set, contrary to RFC 2986 and to the type here.
    const requested = [...(attributes ?? [])].filter(({ type }) => type === EXTENSION_REQUEST);
    const extensions = requested
        .flatMap(({ values }) => values)
        .flatMap((value) => [...AsnConvert.parse(value, Extensions)]);
    const names = extensions.find(({ extnID }) => extnID === id_ce_subjectAltName);
    return names && AsnConvert.parse(names.extnValue, SubjectAlternativeName);
}
