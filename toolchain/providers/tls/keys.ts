/** Private keys, which `node:crypto` makes and reads, and sshpk writes in OpenSSH's formats. */
import {
    type KeyObject,
    type KeyPairKeyObjectResult,
    createHash,
    createPrivateKey,
    createPublicKey,
    generateKeyPair,
} from "node:crypto";
import { promisify } from "node:util";
import sshpk from "sshpk";
import type { PlainMap } from "../../plugin/values";

export const ALGORITHMS = ["RSA", "ECDSA", "ED25519"] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

/** Upstream's names → OpenSSL's. */
export const CURVES = { P224: "secp224r1", P256: "prime256v1", P384: "secp384r1", P521: "secp521r1" } as const;
export type Curve = keyof typeof CURVES;

const generate = promisify<string, object, KeyPairKeyObjectResult>(generateKeyPair as never);

export async function generateKey(algorithm: Algorithm, rsaBits: number, curve: Curve): Promise<KeyObject> {
    const options = { RSA: { modulusLength: rsaBits }, ECDSA: { namedCurve: CURVES[curve] }, ED25519: {} };
    const types = { RSA: "rsa", ECDSA: "ec", ED25519: "ed25519" };
    return (await generate(types[algorithm], options[algorithm])).privateKey;
}

/**
 * @throws Error that names `property` and never repeats what it holds.
 */
export function parsePrivateKey(pem: string, property: string): KeyObject {
    const wanted = `give an unencrypted ${ALGORITHMS.join(", ")} private key in PEM, as in the privateKeyPem of a tls.PrivateKey`;
    let key: KeyObject;
    try {
        key = createPrivateKey(pem);
    } catch {
        throw new Error(`${property} is not a private key: ${wanted}`);
    }
    if (!algorithmOf(key)) {
        throw new Error(`${property} is a key of an unsupported kind: ${wanted}`);
    }
    return key;
}

/** @throws Error that names `property` and never repeats what it holds. */
export function parseOpensshKey(text: string, property: string): KeyObject {
    try {
        const parsed = sshpk.parsePrivateKey(text, "auto");
        return parsed.type === "ed25519" ? edwards(parsed) : parsePrivateKey(parsed.toString("pkcs8"), property);
    } catch {
        throw new Error(`${property} is not an unencrypted ${ALGORITHMS.join(", ")} private key in OpenSSH's format`);
    }
}

/** PKCS#8 is avoided here: sshpk would take the key's bytes for a number, and drop the zeros that it may begin with. */
function edwards(parsed: sshpk.PrivateKey): KeyObject {
    const part = (name: string): string =>
        parsed.parts.find((one) => one.name === name)?.data.toString("base64url") ?? "";
    return createPrivateKey({ key: { kty: "OKP", crv: "Ed25519", d: part("k"), x: part("A") }, format: "jwk" });
}

/** Undefined for a kind or curve that is not supported here. */
export function algorithmOf(key: KeyObject): Algorithm | undefined {
    switch (key.asymmetricKeyType) {
        case "rsa":
            return "RSA";
        case "ed25519":
            return "ED25519";
        case "ec":
            return curveOf(key) && "ECDSA";
        default:
            return undefined;
    }
}

export function curveOf(key: KeyObject): Curve | undefined {
    const openssl = key.asymmetricKeyDetails?.namedCurve;
    return (Object.keys(CURVES) as Curve[]).find((curve) => CURVES[curve] === openssl);
}

/** PKCS#1, SEC 1 or PKCS#8, whichever is the key's traditional form. */
export function traditionalPem(key: KeyObject): string {
    const form = { RSA: "pkcs1", ECDSA: "sec1", ED25519: "pkcs8" } as const;
    return key.export({ format: "pem", type: form[algorithmOf(key) ?? "ED25519"] }).toString();
}

export function pkcs8Pem(key: KeyObject): string {
    return key.export({ format: "pem", type: "pkcs8" }).toString();
}

/** Empty for P-224, which OpenSSH does not know. */
export function opensshPem(key: KeyObject): string {
    if (curveOf(key) === "P224") {
        return "";
    }
    const parsed = sshpk.parsePrivateKey(pkcs8Pem(key), "pkcs8");
    // sshpk would write "(unnamed)" as the comment.
    parsed.comment = "";
    return parsed.toString("openssh");
}

/** What upstream reports of a key's public half; the id is that of a PrivateKey and of getPublicKey. */
export function describePublicKey(key: KeyObject): PlainMap & { id: string } {
    const publicKey = createPublicKey(key);
    return {
        id: fingerprint(publicKey.export({ format: "der", type: "spki" })),
        publicKeyPem: publicKey.export({ format: "pem", type: "spki" }).toString(),
        ...opensshPublicKey(publicKey),
    };
}

function opensshPublicKey(publicKey: KeyObject): PlainMap {
    if (curveOf(publicKey) === "P224") {
        return { publicKeyOpenssh: "", publicKeyFingerprintMd5: "", publicKeyFingerprintSha256: "" };
    }
    const parsed = sshpk.parseKey(publicKey.export({ format: "pem", type: "spki" }), "pem");
    // The comment that sshpk adds is left out.
    const [type = "", base64 = ""] = parsed.toString("ssh").split(" ");
    return {
        publicKeyOpenssh: `${type} ${base64}\n`,
        publicKeyFingerprintMd5: parsed.fingerprint("md5").toString("hex"),
        publicKeyFingerprintSha256: parsed.fingerprint("sha256").toString(),
    };
}

/** White space as Go's `strings.TrimSpace` sees it at the end of bytes that it takes for UTF-8. */
const TRAILING_SPACE = new RegExp(
    "(?:[\\t-\\r ]|\\xc2[\\x85\\xa0]|\\xe1\\x9a\\x80|\\xe2\\x80[\\x80-\\x8a\\xa8\\xa9\\xaf]|\\xe2\\x81\\x9f|\\xe3\\x80\\x80)+$",
);

/** An id that is made as in upstream: SHA-1, after trimming the DER as if it were text. */
export function fingerprint(der: Buffer): string {
    return createHash("sha1").update(der.toString("latin1").replace(TRAILING_SPACE, ""), "latin1").digest("hex");
}
