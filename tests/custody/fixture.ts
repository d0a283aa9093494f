/** A ceremony with throw-away keys and five custodians, three of whom are needed. */
import { type KeyObject, generateKeyPairSync } from "node:crypto";
import { generateHybridIdentity, generateIdentity, identityToRecipient } from "age-encryption";
import { stringify } from "yaml";
import { type Held, holdCeremony } from "../../custody/ceremony";
import { type Custodians, parseCustodians } from "../../custody/custodians";
import { SECRET_NAMES, type SecretName } from "../../custody/format";

export const NOW = new Date("2026-03-01T12:00:00Z");
export const FILE = "custodians.yaml";

export interface Fixture {
    readonly identities: readonly string[];
    readonly witnessKey: KeyObject;
    readonly file: Custodians;
    readonly secrets: Record<SecretName, string>;
}

export async function fixture(): Promise<Fixture> {
    const usual = Array.from({ length: 4 }, generateIdentity);
    const identities = await Promise.all([...usual, generateHybridIdentity()]);
    const recipients = await Promise.all(identities.map(identityToRecipient));
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    return {
        identities,
        witnessKey: privateKey,
        file: {
            threshold: 3,
            witness: { office: "witness", key: publicKey.export({ type: "spki", format: "pem" }) as string },
            custodians: recipients.map((recipient, index) => ({
                office: `custodian-${index + 1}`,
                country: ["EE", "EE", "LU", "LU", "FI"][index] ?? "",
                recipient,
                until: `20${28 + index}-01-31`,
            })),
        },
        secrets: Object.fromEntries(SECRET_NAMES.map((name) => [name, `the secret of ${name}`])) as Fixture["secrets"],
    };
}

export function hold({ file, secrets, witnessKey }: Fixture, now = NOW): Promise<Held> {
    const custodians = parseCustodians(stringify(file), FILE, now);
    return holdCeremony({ custodians, secrets, stack: "tallinn", witnessKey, now });
}
