/** Keeps a site's keys and certificates present, matching and fresh. */
import { X509Certificate, createPrivateKey, createPublicKey, randomBytes } from "node:crypto";
import { stringify } from "yaml";
import { ensureFile, readIfThere } from "../../command-line/files";
import { SiteInventory } from "../inventory";
import { SitePaths } from "../paths";
import { Authority, authorities, authorityNames, catalogue } from "./catalogue";
import { Purpose, Subject, generatePrivateKey, issueAuthority, issueLeaf } from "../../credentials/certificates";

export const AUTHORITY_DAYS = 3650;
export const LEAF_DAYS = 365;
const RENEW_BEFORE_MS = 30 * 86_400_000;

/** The certificate of a PEM file with its key, if the file is complete and the certificate does not expire soon after `now`. */
export function usable(pem: string, now: number): X509Certificate | undefined {
    try {
        const certificate = new X509Certificate(pem);
        const fresh =
            certificate.validToDate.getTime() - now > RENEW_BEFORE_MS && certificate.validFromDate.getTime() <= now;
        return fresh && certificate.checkPrivateKey(createPrivateKey(pem)) ? certificate : undefined;
    } catch {
        return undefined;
    }
}

function subjectMatches(certificate: X509Certificate, { commonName, organization }: Subject): boolean {
    const wanted = [...(organization ? [`O=${organization}`] : []), `CN=${commonName}`];
    return certificate.subject === wanted.join("\n");
}

/** Whether `certificate` has what `purpose` asks for, and is signed by `authority`. */
export function serves(certificate: X509Certificate, purpose: Purpose, authority: X509Certificate): boolean {
    const names = (certificate.subjectAltName ?? "")
        .split(", ")
        .filter((entry) => entry !== "")
        .map((entry) => entry.slice(entry.indexOf(":") + 1));
    const wanted = purpose.names ?? [];
    return (
        subjectMatches(certificate, purpose) &&
        names.length === wanted.length &&
        wanted.every((name) => names.includes(name)) &&
        certificate.verify(authority.publicKey)
    );
}

async function ensureAuthority(paths: SitePaths, name: Authority, subject: Subject): Promise<string> {
    let pem = (await readIfThere(paths.pem(name))) ?? "";
    const certificate = usable(pem, Date.now());
    if (!certificate || !subjectMatches(certificate, subject)) {
        pem = await issueAuthority(subject, AUTHORITY_DAYS);
        await ensureFile(paths.pem(name), pem);
    }
    await ensureFile(paths.certificate(name), new X509Certificate(pem).toString());
    return pem;
}

/**
 * Makes certificates that are missing, damaged, changed in purpose or valid for less than 30 days, and leaves the rest untouched. A new
 * authority renews everything that it signs.
 */
export async function ensurePki(paths: SitePaths, inventory: SiteInventory): Promise<void> {
    const subjects = authorities(inventory.name);
    const made = authorityNames.map(async (name): Promise<[Authority, string]> => [
        name,
        await ensureAuthority(paths, name, subjects[name]),
    ]);
    const signers = Object.fromEntries(await Promise.all(made)) as Record<Authority, string>;
    const { breakGlass } = inventory;
    const clients = [signers.ca, ...(breakGlass === undefined ? [] : [breakGlass])];
    await ensureFile(paths.clients, clients.map((pem) => new X509Certificate(pem).toString()).join(""));
    for (const [name, entry] of Object.entries(catalogue(inventory))) {
        const file = paths.pem(name);
        const signer = signers[entry.authority];
        const certificate = usable((await readIfThere(file)) ?? "", Date.now());
        if (!certificate || !serves(certificate, entry, new X509Certificate(signer))) {
            await ensureFile(file, await issueLeaf(signer, entry, LEAF_DAYS));
        }
    }
    const serviceAccount = (await readIfThere(paths.pem("service-account"))) ?? (await generatePrivateKey());
    await ensureFile(paths.pem("service-account"), serviceAccount);
    const publicKey = createPublicKey(serviceAccount).export({ type: "spki", format: "pem" }).toString();
    await ensureFile(paths.serviceAccountPublicKey, publicKey);
}

/**
 * The key that encrypts Secrets in etcd. It is made only once: with another key, stored Secrets could never be read again.
 * https://kubernetes.io/docs/tasks/administer-cluster/encrypt-data/
 */
export async function ensureEncryptionKey(paths: SitePaths): Promise<void> {
    if ((await readIfThere(paths.encryption)) !== undefined) {
        return;
    }
    const configuration = {
        apiVersion: "apiserver.config.k8s.io/v1",
        kind: "EncryptionConfiguration",
        resources: [
            {
                resources: ["secrets"],
                providers: [{ secretbox: { keys: [{ name: "key1", secret: randomBytes(32).toString("base64") }] } }],
            },
        ],
    };
    await ensureFile(paths.encryption, stringify(configuration));
}
