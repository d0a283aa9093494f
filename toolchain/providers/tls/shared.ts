/** What the resources that take a private key have in common. */
import type { CheckFailure } from "../../plugin/provider";
import type { Property } from "../state-only/schema";

export const PRIVATE_KEY = { type: "string", required: true, secret: true } as const;

/**
 * A write-only variant of the key input `use`, which is refused: its value reaches the plugin but never the state, so that nobody notices a
 * changed key unless the program increments a version.
 */
export function writeOnly(use: string): Property {
    return {
        type: "string",
        secret: true,
        refused: `is for a write-only key, which the air-gap provider does not support: use ${use}, which is encrypted in state`,
    };
}

/** The failures of `parse` with the value of the input `property`; none where that is not known. */
export function problems(
    property: string,
    value: string | undefined,
    parse: (value: string, property: string) => unknown,
): CheckFailure[] {
    if (value === undefined) {
        return [];
    }
    try {
        parse(value, property);
        return [];
    } catch (error) {
        return [{ property, reason: error instanceof Error ? error.message : String(error) }];
    }
}
