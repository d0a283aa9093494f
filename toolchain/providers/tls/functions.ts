/** tls.getPublicKey and tls.getCertificate. */
import { X509Certificate, createHash } from "node:crypto";
import { isIP } from "node:net";
import { connect } from "node:tls";
import { BasicConstraints, id_ce_basicConstraints } from "@peculiar/asn1-x509";
import { type PlainMap, type PropertyMap, reveal } from "../../plugin/values";
import { readInputs } from "../state-only/inputs";
import type { InputsOf, Schema } from "../state-only/schema";
import { extensionOf, parseCertificate, rfc3339 } from "./certificate";
import { algorithmOf, describePublicKey, parseOpensshKey, parsePrivateKey } from "./keys";
import { bytes, signatureName, toPem } from "./structures";
import { formatName } from "./subject";

const CONNECT_TIMEOUT_MS = 10_000;

/** As in upstream, its arguments come back with the result; the key arrives as a secret and stays one. */
export function getPublicKey(args: PropertyMap): PropertyMap {
    const { privateKeyPem, privateKeyOpenssh } = parsed("getPublicKey", args, {
        privateKeyPem: { type: "string", secret: true },
        privateKeyOpenssh: { type: "string", secret: true },
    });
    if ((privateKeyPem === undefined) === (privateKeyOpenssh === undefined)) {
        throw new Error("getPublicKey: give exactly one of privateKeyPem and privateKeyOpenssh");
    }
    const key =
        privateKeyPem !== undefined
            ? parsePrivateKey(privateKeyPem, "privateKeyPem")
            : parseOpensshKey(privateKeyOpenssh ?? "", "privateKeyOpenssh");
    return { ...args, ...describePublicKey(key), algorithm: algorithmOf(key) ?? null };
}

/** The certificate in `content`, or those that the server at `url` presents, root first. */
export async function getCertificate(args: PropertyMap): Promise<PropertyMap> {
    const { content, url, verifyChain } = parsed("getCertificate", args, {
        content: { type: "string" },
        url: { type: "string" },
        verifyChain: { type: "boolean" },
    });
    if ((content === undefined) === (url === undefined)) {
        throw new Error("getCertificate: give exactly one of content and url");
    }
    if (content !== undefined && verifyChain !== undefined) {
        throw new Error("getCertificate: verifyChain goes with url, not with content: leave it out");
    }
    const pems = content !== undefined ? [content] : await presented(serverAddress(url ?? ""), verifyChain !== false);
    const certificates = pems.map((pem) => describeCertificate(pem));
    return {
        ...args,
        certificates,
        // Upstream hashes Go's printout of its own structure, which cannot be had here, so this id is a hash of the content.
        id: createHash("sha1")
            .update(certificates.map(({ certPem }) => certPem).join(""))
            .digest("hex"),
        ...(url !== undefined && { verifyChain: verifyChain !== false }),
    };
}

function parsed<const S extends Schema>(name: string, args: PropertyMap, schema: S): InputsOf<S> {
    const { values, failures } = readInputs(schema, args);
    if (failures.length > 0) {
        throw new Error(`${name}: ${failures.map(({ reason }) => reason).join("; ")}`);
    }
    return reveal(values) as InputsOf<S>;
}

function describeCertificate(text: string): PlainMap & { certPem: string } {
    const { pem, certificate } = parseCertificate(text, "content");
    const { tbsCertificate } = certificate;
    const parsedByNode = new X509Certificate(pem);
    const algorithm = algorithmOf(parsedByNode.publicKey);
    const constraints = extensionOf(certificate, id_ce_basicConstraints, BasicConstraints);
    return {
        certPem: pem,
        isCa: constraints?.cA ?? false,
        issuer: formatName(tbsCertificate.issuer),
        // -1 means no limit. As in Go, it is 0 where the certificate does not say whether it is a CA.
        maxPathLength: constraints ? (constraints.pathLenConstraint ?? -1) : 0,
        notAfter: rfc3339(tbsCertificate.validity.notAfter.getTime()),
        notBefore: rfc3339(tbsCertificate.validity.notBefore.getTime()),
        publicKeyAlgorithm: algorithm === "ED25519" ? "Ed25519" : (algorithm ?? "0"),
        serialNumber: BigInt(`0x${parsedByNode.serialNumber}`).toString(),
        sha1Fingerprint: createHash("sha1").update(parsedByNode.raw).digest("hex"),
        signatureAlgorithm: signatureName(certificate.signatureAlgorithm.algorithm),
        subject: formatName(tbsCertificate.subject),
        version: tbsCertificate.version + 1,
    };
}

interface Address {
    readonly host: string;
    readonly port: number;
}

function serverAddress(url: string): Address {
    const wanted = "give https://host, https://host:port or tls://host:port";
    if (!URL.canParse(url)) {
        throw new Error(`getCertificate: url is not a URL: ${wanted}`);
    }
    const { protocol, hostname, port } = new URL(url);
    const known = protocol === "https:" || (protocol === "tls:" && port !== "");
    if (!known || hostname === "") {
        throw new Error(`getCertificate: url has no usable scheme, host and port: ${wanted}`);
    }
    return { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port || 443) };
}

/** Asks the server directly, without a proxy, by the TLS handshake alone, without an HTTP request. */
function presented({ host, port }: Address, verify: boolean): Promise<string[]> {
    return new Promise((resolve, reject) => {
        const servername = isIP(host) ? undefined : host;
        const socket = connect({ host, port, ...(servername && { servername }), rejectUnauthorized: verify }, () => {
            resolve(chain(socket.getPeerCertificate(true)).reverse());
            socket.destroy();
        });
        socket.setTimeout(CONNECT_TIMEOUT_MS, () => socket.destroy(new Error("no answer in time")));
        socket.on("error", ({ message }) => reject(new Error(`getCertificate: ${host}:${port}: ${message}`)));
    });
}

/** The parts of a peer's certificate that matter here. The types of Node.js promise an issuer that an incomplete chain lacks. */
interface Presented {
    readonly raw?: Buffer;
    readonly issuerCertificate?: Presented;
}

/** The chain goes from the server's own certificate upwards; a root is its own issuer. */
function chain(leaf: Presented): string[] {
    const found = new Set<Presented>();
    for (let next: Presented | undefined = leaf; next?.raw && !found.has(next); next = next.issuerCertificate) {
        found.add(next);
    }
    return [...found].flatMap(({ raw }) => (raw ? toPem("CERTIFICATE", bytes(raw)) : []));
}
