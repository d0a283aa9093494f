import type { Report } from "../report";

/** What a report compares, in a sentence. */
export function against({ base: { ref, commit } }: Report): string {
    return `The working tree against ${ref} (${commit.slice(0, 12)}), by code alone: no state and no cluster was asked.`;
}
