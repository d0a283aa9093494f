/** The tls provider's resources with a clock that tests can set, and the keys and authorities that tests need. */
import type { PropertyMap } from "../../../../toolchain/plugin/values";
import { tlsProvider } from "../../../../toolchain/providers/tls/provider";
import { Harness, text } from "../harness";

export const clock = {
    now: new Date(),
    turn(hours: number): void {
        clock.now = new Date(clock.now.getTime() + hours * 3_600_000);
    },
};
export const provider = tlsProvider(() => clock.now);

const resource = (name: string): Harness =>
    new Harness(provider, `tls:index/${name.charAt(0).toLowerCase()}${name.slice(1)}:${name}`);

export const privateKeys = resource("PrivateKey");
export const requests = resource("CertRequest");
export const selfSigned = resource("SelfSignedCert");
export const locallySigned = resource("LocallySignedCert");

export async function newKey(ecdsaCurve = "P256"): Promise<string> {
    return text((await privateKeys.create({ algorithm: "ECDSA", ecdsaCurve })).properties["privateKeyPem"]);
}

export interface Party {
    readonly key: string;
    readonly cert: string;
}

const CA = { isCaCertificate: true, allowedUses: ["cert_signing", "crl_signing"], validityPeriodHours: 8760 };

export async function newRoot(key: string, more: PropertyMap = {}): Promise<Party> {
    const subject = { commonName: "Test root", organization: "Embassy" };
    const made = await selfSigned.create({ ...CA, privateKeyPem: key, subject, ...more });
    return { key, cert: text(made.properties["certPem"]) };
}

export async function newRequest(key: string, inputs: PropertyMap): Promise<string> {
    return text((await requests.create({ privateKeyPem: key, ...inputs })).properties["certRequestPem"]);
}

export function issuedBy({ key, cert }: Party): PropertyMap {
    return { caPrivateKeyPem: key, caCertPem: cert };
}

export async function newIntermediate(
    issuer: Party,
    key: string,
    more: PropertyMap = {},
    commonName = "Test intermediate",
): Promise<Party> {
    const certRequestPem = await newRequest(key, { subject: { commonName } });
    const made = await locallySigned.create({ ...CA, ...issuedBy(issuer), certRequestPem, ...more });
    return { key, cert: text(made.properties["certPem"]) };
}

export const FULL_SUBJECT = {
    commonName: "Õun*",
    country: "EE",
    emailAddress: "root@embassy.example",
    locality: "Tallinn",
    organization: "Data Embassy, Ltd",
    organizationalUnit: "Keys",
    postalCode: "10111",
    province: "Harju",
    serialNumber: "1-2",
    streetAddresses: ["Zeta 2", "Alpha 1"],
};
export const FULL_NAMES = {
    dnsNames: ["db.embassy.example", "*.registry.example"],
    ipAddresses: ["10.20.0.1", "fd00:20::1", "::ffff:10.20.0.2", "64:ff9b::10.1.2.3"],
    uris: ["spiffe://embassy.example/registry"],
};
export const LEAF = { allowedUses: ["digital_signature", "server_auth"], validityPeriodHours: 24 };

export interface Kind {
    readonly name: string;
    readonly given: PropertyMap;
    /** Node.js' details of such a key. */
    readonly details: Readonly<Record<string, unknown>>;
    /** The label of the traditional PEM form. */
    readonly head: string;
    /** OpenSSH's name of the type; empty if it has none. */
    readonly ssh: string;
}

const ecdsa = (name: string, namedCurve: string, ssh: string): Kind => ({
    name,
    given: { algorithm: "ECDSA", ecdsaCurve: name },
    details: { namedCurve },
    head: "EC PRIVATE KEY",
    ssh,
});

const rsa = (name: string, given: PropertyMap, modulusLength: number): Kind => ({
    name,
    given: { algorithm: "RSA", ...given },
    details: { modulusLength },
    head: "RSA PRIVATE KEY",
    ssh: "ssh-rsa",
});

export const kinds: readonly Kind[] = [
    rsa("RSA", {}, 2048),
    rsa("RSA 3072", { rsaBits: 3072 }, 3072),
    ecdsa("P224", "secp224r1", ""),
    ecdsa("P256", "prime256v1", "ecdsa-sha2-nistp256"),
    ecdsa("P384", "secp384r1", "ecdsa-sha2-nistp384"),
    ecdsa("P521", "secp521r1", "ecdsa-sha2-nistp521"),
    { name: "ED25519", given: { algorithm: "ED25519" }, details: {}, head: "PRIVATE KEY", ssh: "ssh-ed25519" },
];
