import { z } from "zod";
import type { CrossStackSecrets } from "./cross-stack-secrets";
import { InputError, wrongKeys } from "../conventions/errors";

const pem = z.string().startsWith("-----BEGIN ");

const crossStackSecrets = (registries: readonly string[]): z.ZodType<CrossStackSecrets> =>
    z.strictObject({
        issuer: z.strictObject({ keyPem: pem, certPem: pem, rootPem: pem }),
        registries: z.record(z.enum(registries), z.string().min(1)),
    });

/**
 * @param text JSON
 * @param source where it is from, for messages
 * @param registries registries whose secrets it must have
 * @throws InputError naming the keys that are wrong, never what is in them
 */
export function parseCrossStackSecrets(text: string, source: string, registries: readonly string[]): CrossStackSecrets {
    let value: unknown;
    try {
        value = JSON.parse(text);
    } catch {
        throw new InputError(`${source} must be JSON, as npm run restore -- --keys writes it`);
    }
    const { data, error } = crossStackSecrets(registries).safeParse(value);
    if (data === undefined) {
        throw new InputError(
            `${source}: ${wrongKeys(error.issues)} is missing, unknown or wrong; it must be as npm run restore -- --keys writes it`,
        );
    }
    return data;
}
