/** What a ceremony leaves behind, and what a recovery brings back: three files, each versioned and strict. */
import { createHash, createPublicKey } from "node:crypto";
import { z } from "zod";
import { wrongKeys } from "../infra/conventions/errors";
import { REGISTRIES } from "../infra/conventions/registries";
import { keyPin } from "../infra/conventions/key-pin";
import { UserError } from "../command-line/command";

/** A secret in custody is the root, or one registry's: each is split by itself. docs/decisions/custody.md */
export const ROOT = "root";
export const SECRET_NAMES = [ROOT, ...REGISTRIES] as const;
export type SecretName = (typeof SECRET_NAMES)[number];

/** What no stack has, as it was made in the ceremony: the authority that lets a person into a site (break-glass.ts). It is never written to a file. */
export const BREAK_GLASS = "break-glass";
export type HeldName = SecretName | typeof BREAK_GLASS;

/**
 * What is shown on a terminal: neither control characters, which move its cursor and change what it has shown, nor those that turn
 * the direction of writing (Unicode Cc and Cf).
 */
export const plain = z.string().regex(/^[^\p{Cc}\p{Cf}]*$/u, "must not hold control characters");

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const armored = z.string().startsWith("-----BEGIN AGE ENCRYPTED FILE-----\n");
const perSecret = <T extends z.ZodType>(value: T) => z.partialRecord(z.enum([...SECRET_NAMES, BREAK_GLASS]), value);

/** Public: who held what when. All that it says of a secret are digests of 256 random bits, or of what those encrypt. */
const transcript = z.strictObject({
    format: z.literal("data-embassy/custody-transcript"),
    version: z.literal(1),
    /** Names the ceremony in its envelopes. */
    ceremony: z.uuid(),
    held: z.iso.datetime(),
    /** The last day on which a quorum is in office. */
    until: z.iso.date(),
    /** Whose state the secrets were in. */
    stack: plain,
    threshold: z.int().min(2),
    witness: z.strictObject({ office: plain, key: z.string() }),
    custodians: z.array(z.strictObject({ office: plain, country: plain, recipient: plain, until: z.iso.date() })),
    /** Certificate of the authority of those who break the glass, PEM. Earlier ceremonies made none. */
    breakGlass: z.string().optional(),
    secrets: perSecret(
        z.strictObject({
            /** SHA-256 of the encrypted secret. */
            sealed: digest,
            /** Custodian → SHA-256 of the share: one that is not the one that was made is found, and has a name. */
            shares: z.record(plain, digest),
        }),
    ),
    /** Base64: the witness's Ed25519 signature of everything above. */
    signature: z.base64(),
});
export type Transcript = z.infer<typeof transcript>;

/** One custodian's. With its copy of every encrypted secret, so that nothing is needed but envelopes and identities. */
const envelope = z.strictObject({
    format: z.literal("data-embassy/custody-envelope"),
    version: z.literal(1),
    ceremony: z.uuid(),
    custodian: plain,
    secrets: perSecret(
        z.strictObject({
            /** The share, encrypted to the custodian's recipient by itself: one is opened without the others. */
            share: armored,
            /** The secret, encrypted with the key that is split. */
            sealed: armored,
        }),
    ),
});
export type Envelope = z.infer<typeof envelope>;

/** Secrets in the clear, as `npm run restore -- --keys` takes them. */
const recovered = z.strictObject({
    format: z.literal("data-embassy/recovered-keys"),
    version: z.literal(1),
    ceremony: z.uuid(),
    secrets: z.partialRecord(z.enum(SECRET_NAMES), z.string().min(1)),
});
export type Recovered = z.infer<typeof recovered>;

/** Who was let into a site, and why. What the person did there is in the site's audit log, beside the certificate's digest. */
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
    /** Offices whose shares it took. */
    custodians: z.array(plain).min(1),
    /** SHA-256 of the certificate, as the audit log has it: `X509SHA256=…`. */
    certificate: digest,
    /** Base64: by the authority's key, which is there only where a quorum is. */
    signature: z.base64(),
});
export type GlassRecord = z.infer<typeof record>;

const SCHEMAS = { transcript, envelope, "recovered keys": recovered, "break-glass record": record } as const;
type Kind = keyof typeof SCHEMAS;

/** @throws UserError for what is no such file: with the keys that are wrong, never with what is in them */
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

/** What the witness signs, and the authority. */
export function signedPart(file: Transcript | GlassRecord): Buffer {
    return Buffer.from(JSON.stringify({ ...file, signature: undefined }));
}

/** Of a public key, as OpenSSH shows one: `SHA256:…`, what people compare with what they have on paper. @param key PEM */
export function fingerprint(key: string): string {
    const der = createPublicKey(key).export({ type: "spki", format: "der" });
    return `SHA256:${keyPin(der).replace(/=+$/, "")}`;
}

export function sha256(data: Uint8Array | string): string {
    return createHash("sha256").update(data).digest("hex");
}
