/** The files that a ceremony leaves behind and that a recovery makes; each is versioned and strict. */
import { createHash, createPublicKey } from "node:crypto";
import { z } from "zod";
import { wrongKeys } from "../infra/conventions/errors";
import { REGISTRIES } from "../infra/conventions/registries";
import { keyPin } from "../infra/conventions/key-pin";
import { UserError } from "../command-line/command";

/** A secret in custody is the root's or a registry's: each is split by itself. docs/decisions/custody.md */
export const ROOT = "root";
export const SECRET_NAMES = [ROOT, ...REGISTRIES] as const;
export type SecretName = (typeof SECRET_NAMES)[number];

/** The authority that lets a person into a site (break-glass.ts). The ceremony makes it, so no stack has it, and no file ever contains it. */
export const BREAK_GLASS = "break-glass";
export type HeldName = SecretName | typeof BREAK_GLASS;

/**
 * Text that is safe on a terminal. It has no control characters, which move the cursor and change what is shown, and none that turn the
 * direction of writing (Unicode Cc and Cf).
 */
export const plain = z.string().regex(/^[^\p{Cc}\p{Cf}]*$/u, "must not hold control characters");

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const armored = z.string().startsWith("-----BEGIN AGE ENCRYPTED FILE-----\n");
const perSecret = <T extends z.ZodType>(value: T) => z.partialRecord(z.enum([...SECRET_NAMES, BREAK_GLASS]), value);

/** The transcript is public: it says who held what and when. About secrets it only has digests of 256 random bits, or of their ciphertext. */
const transcript = z.strictObject({
    format: z.literal("data-embassy/custody-transcript"),
    version: z.literal(1),
    /** Identifies the ceremony in its envelopes. */
    ceremony: z.uuid(),
    held: z.iso.datetime(),
    /** The last day on which a quorum is in office. */
    until: z.iso.date(),
    /** The stack in whose state the secrets were. */
    stack: plain,
    threshold: z.int().min(2),
    witness: z.strictObject({ office: plain, key: z.string() }),
    custodians: z.array(z.strictObject({ office: plain, country: plain, recipient: plain, until: z.iso.date() })),
    /** PEM certificate of the authority of those who break the glass. Earlier ceremonies made none. */
    breakGlass: z.string().optional(),
    secrets: perSecret(
        z.strictObject({
            /** SHA-256 of the encrypted secret. */
            sealed: digest,
            /** Custodian → SHA-256 of the share, which detects another share and tells whose it is. */
            shares: z.record(plain, digest),
        }),
    ),
    /** The witness's Ed25519 signature of everything above, in Base64. */
    signature: z.base64(),
});
export type Transcript = z.infer<typeof transcript>;

/** One custodian's envelope. It has a copy of every encrypted secret, so that a recovery needs only envelopes and identities. */
const envelope = z.strictObject({
    format: z.literal("data-embassy/custody-envelope"),
    version: z.literal(1),
    ceremony: z.uuid(),
    custodian: plain,
    secrets: perSecret(
        z.strictObject({
            /** The share, encrypted separately to the custodian's recipient, so that one share can be opened without the others. */
            share: armored,
            /** The secret, encrypted with the key that is split. */
            sealed: armored,
        }),
    ),
});
export type Envelope = z.infer<typeof envelope>;

/** Secrets in the clear, in the form that `npm run restore -- --keys` takes. */
const recovered = z.strictObject({
    format: z.literal("data-embassy/recovered-keys"),
    version: z.literal(1),
    ceremony: z.uuid(),
    secrets: z.partialRecord(z.enum(SECRET_NAMES), z.string().min(1)),
});
export type Recovered = z.infer<typeof recovered>;

/** Records who was let into a site, and why. The site's audit log has what the person did there, with the certificate's digest. */
const record = z.strictObject({
    format: z.literal("data-embassy/break-glass-record"),
    version: z.literal(1),
    ceremony: z.uuid(),
    site: plain,
    person: plain,
    askedBy: plain,
    reason: plain,
    given: z.iso.datetime(),
    until: z.iso.datetime(),
    /** Offices whose shares were used. */
    custodians: z.array(plain).min(1),
    /** SHA-256 of the certificate, as in the audit log: `X509SHA256=…`. */
    certificate: digest,
    /** The signature in Base64, by the authority's key, which exists only where a quorum is together. */
    signature: z.base64(),
});
export type GlassRecord = z.infer<typeof record>;

const SCHEMAS = { transcript, envelope, "recovered keys": recovered, "break-glass record": record } as const;
type Kind = keyof typeof SCHEMAS;

/** @throws UserError for a file of another kind: it names the wrong keys, and never shows their values */
export function parseFile<K extends Kind>(kind: K, text: string, file: string): z.infer<(typeof SCHEMAS)[K]> {
    let value: unknown;
    try {
        value = JSON.parse(text);
    } catch {
        throw new UserError(`${file} is no ${kind}: it is no JSON. Give the file as npm run keys has written it.`);
    }
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
        throw new UserError(
            `${file} is no ${kind}, or is damaged: it is no map of keys. Give the file as npm run keys has written it.`,
        );
    }
    const parsed = SCHEMAS[kind].safeParse(value);
    if (!parsed.success) {
        throw new UserError(
            `${file} is no ${kind}, or is damaged: ${wrongKeys(parsed.error.issues)} is wrong. Give the file as npm run keys has written it.`,
        );
    }
    return parsed.data as z.infer<(typeof SCHEMAS)[K]>;
}

/** The part of a file that the witness or the authority signs. */
export function signedPart(file: Transcript | GlassRecord): Buffer {
    return Buffer.from(JSON.stringify({ ...file, signature: undefined }));
}

/** A public key's fingerprint as OpenSSH shows it, `SHA256:…`, which people compare with the one on their paper. @param key PEM */
export function fingerprint(key: string): string {
    const der = createPublicKey(key).export({ type: "spki", format: "der" });
    return `SHA256:${keyPin(der).replace(/=+$/, "")}`;
}

export function sha256(data: Uint8Array | string): string {
    return createHash("sha256").update(data).digest("hex");
}
