import type { Report } from "../report";

/** What a report compares, in a sentence. */
export function against({ against: what }: Report): string {
    if (what.what === "commit") {
        return `The working tree against ${what.ref} (${what.commit.slice(0, 12)}), by code alone: no state and no cluster was asked.`;
    }
    const state = what.file === undefined ? "the back end's state" : `the state in ${what.file}`;
    return `The working tree against ${state}, as Pulumi's engine previews it.`;
}
