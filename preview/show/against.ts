import type { Report } from "../report";

/** Sentences on what a report compares, and how. */
export function against({ against: other, stacks }: Report): string {
    const notes = stacks.flatMap(({ stack, notes: all }) => all.map((note) => `${stack}: ${note}`));
    return [opening(other), ...notes].join(" ");
}

function opening(other: Report["against"]): string {
    switch (other.what) {
        case "commit":
            return `The working tree against ${other.ref} (${Array.from(other.commit).slice(0, 12).join("")}), by code alone: no state and no cluster was asked.`;
        case "state":
            return `The working tree against ${other.file === undefined ? "the back end's state" : `the state in ${other.file}`}, as Pulumi's engine previews it.`;
        case "clusters":
            return "Each site's cluster against its state: before is as it was applied, after is as it is now, and by whom.";
    }
}
