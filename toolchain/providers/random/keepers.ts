import type { Property } from "../state-only/schema";

/** Arbitrary values whose change asks for a new random one. Every type has it. */
export const keepers: Property = { type: "map" };
