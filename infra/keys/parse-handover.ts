import { z } from "zod";
import type { Handover } from "./handover";
import { InputError, wrongKeys } from "../conventions/errors";

const pem = z.string().startsWith("-----BEGIN ");

const handover = (registries: readonly string[]): z.ZodType<Handover> =>
    z.strictObject({
        issuer: z.strictObject({ keyPem: pem, certPem: pem, rootPem: pem }),
        registries: z.record(z.enum(registries), z.string().min(1)),
    });

/**
 * @param text JSON
 * @param source where it is from, for messages
 * @param registries of which it must have the secrets
 * @throws InputError naming the keys that are wrong, never what is in them
 */
export function parseHandover(text: string, source: string, registries: readonly string[]): Handover {
    let value: unknown;
    try {
        value = JSON.parse(text);
    } catch {
        throw new InputError(`${source} must be JSON, as npm run restore -- --keys writes it`);
    }
    const { data, error } = handover(registries).safeParse(value);
    if (data === undefined) {
        throw new InputError(
            `${source}: ${wrongKeys(error.issues)} is missing, unknown or wrong; it must be as npm run restore -- --keys writes it`,
        );
    }
    return data;
}
