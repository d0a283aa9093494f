/** Splits a secret into shares. Libraries do the cryptography: age encrypts, and Shamir's scheme splits; neither is reimplemented here. */
import { randomBytes } from "node:crypto";
import { Decrypter, Encrypter, armor } from "age-encryption";
import { combine, split } from "shamir-secret-sharing";

/** Bytes of the key that encrypts a secret and is split: the key is uniformly random and has one length, whatever the secret is. */
const KEY_BYTES = 32;
/** age stretches passphrases, and 256 random bits need no stretching. */
const SCRYPT_WORK_FACTOR = 1;

export interface Split {
    /** The share of each custodian, in order. */
    readonly shares: readonly Uint8Array[];
    /** The encrypted secret, armored: `age --decrypt` opens it with the key in Base64 (URL) as a passphrase. */
    readonly sealed: string;
}

/** @throws Error where the last `threshold` shares do not bring the secret back: in that case none may leave the machine */
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

/** @throws Error where the shares are too few, or belong to another secret: age authenticates what it decrypts */
export async function openSecret(shares: readonly Uint8Array[], sealed: string): Promise<string> {
    const decrypter = new Decrypter();
    decrypter.addPassphrase(passphrase(await combine([...shares])));
    return decrypter.decrypt(armor.decode(sealed), "text");
}

/** @returns the encrypted share, armored */
export async function encryptTo(recipient: string, share: Uint8Array): Promise<string> {
    const encrypter = new Encrypter();
    encrypter.addRecipient(recipient);
    return armor.encode(await encrypter.encrypt(share));
}

/** @returns undefined where none of the identities opens the envelope, or it is damaged */
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
