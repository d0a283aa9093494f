import type { Property } from "../state-only/schema";

/** Arbitrary values; a change of any of them asks for a new random value. Every type has them. */
export const keepers: Property = { type: "map" };
