/** What the resources that take a private key have in common. */
import type { CheckFailure } from "../../plugin/provider";
import type { Property } from "../state-only/schema";

export const PRIVATE_KEY = { type: "string", required: true, secret: true } as const;

/**
 * A write-only variant of the key input `use`, refused: its value reaches the plugin but never the state, so that a
 * changed key goes unnoticed unless the program counts a version up.
 */
export function writeOnly(use: string): Property {
    return {
        type: "string",
        secret: true,
        refused: `is for a write-only key, which the air-gap provider does not support: use ${use}, which is encrypted in state`,
    };
}

/** The failure of `parse` on the value of the input `property`; none where that is not known. */
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
