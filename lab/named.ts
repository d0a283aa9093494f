/** Reads the sites that a command line names; their order and repetitions do not matter. */
import { LabError } from "./errors";
import { pairedSites } from "../toolchain/cli/stack-config";

/** The named sites, or all that the lab has; sorted. @throws LabError naming those that the lab does not have */
export function sitesNamed(named: readonly string[], known: readonly string[]): string[] {
    const unknown = distinct(named).filter((site) => !known.includes(site));
    if (unknown.length > 0) {
        const have = known.length > 0 ? `It has ${known.join(", ")}` : "It has none";
        const quoted = unknown.map((site) => `"${site}"`).join(", ");
        throw new LabError(`The lab has no site ${quoted}. ${have}; npm run lab -- up makes one.`);
    }
    return named.length > 0 ? distinct(named) : [...known];
}

/** @param all every site, where the user asks for all of them. @throws LabError where the user also names some */
export function sitesToBringUp(named: readonly string[], all: readonly string[] | undefined): readonly string[] {
    if (named.length > 0 && all !== undefined) {
        throw new LabError(`--all is every site, ${distinct(named).join(", ")} as well: leave one of the two out.`);
    }
    return all ?? (named.length > 0 ? distinct(named) : pairedSites());
}

function distinct(names: readonly string[]): string[] {
    return [...new Set(names)].toSorted();
}
