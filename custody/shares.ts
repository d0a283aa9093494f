/** A secret in shares. Cryptography is the libraries': age encrypts, Shamir's scheme splits, and neither is touched here. */
import { randomBytes } from "node:crypto";
import { Decrypter, Encrypter, armor } from "age-encryption";
import { combine, split } from "shamir-secret-sharing";

/** Bytes of the key that encrypts a secret and is split: uniformly random and of one length, whatever the secret is. */
const KEY_BYTES = 32;
/** age stretches passphrases, and 256 random bits need no stretching. */
const SCRYPT_WORK_FACTOR = 1;

export interface Split {
    /** The share of each custodian, in order. */
    readonly shares: readonly Uint8Array[];
    /** The secret encrypted, armored: `age --decrypt` opens it with the key in Base64 (URL) for a passphrase. */
    readonly sealed: string;
}

/** @throws Error where the last `threshold` shares do not bring the secret back: then none may leave the machine */
export async function splitSecret(secret: string, count: number, threshold: number): Promise<Split> {
    const key = new Uint8Array(randomBytes(KEY_BYTES));
    const encrypter = new Encrypter();
    encrypter.setPassphrase(passphrase(key));
    encrypter.setScryptWorkFactor(SCRYPT_WORK_FACTOR);
    const sealed = armor.encode(await encrypter.encrypt(secret));
    const shares = await split(key, count, threshold);
    if ((await openSecret(shares.slice(-threshold), sealed)) !== secret) {
        throw new Error("The shares do not bring back what was split.");
    }
    return { shares, sealed };
}

/** @throws Error where the shares are too few, or are not of this secret: age authenticates what it decrypts */
export async function openSecret(shares: readonly Uint8Array[], sealed: string): Promise<string> {
    const decrypter = new Decrypter();
    decrypter.addPassphrase(passphrase(await combine([...shares])));
    return decrypter.decrypt(armor.decode(sealed), "text");
}

/** @returns armored */
export async function encryptTo(recipient: string, share: Uint8Array): Promise<string> {
    const encrypter = new Encrypter();
    encrypter.addRecipient(recipient);
    return armor.encode(await encrypter.encrypt(share));
}

/** @returns undefined where none of the identities opens it, or it is damaged */
export async function decryptWith(identities: readonly string[], envelope: string): Promise<Uint8Array | undefined> {
    const decrypter = new Decrypter();
    identities.forEach((identity) => decrypter.addIdentity(identity));
    try {
        return await decrypter.decrypt(armor.decode(envelope));
    } catch {
        return undefined;
    }
}

function passphrase(key: Uint8Array): string {
    return Buffer.from(key).toString("base64url");
}
