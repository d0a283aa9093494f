/** Compares pins with what the registries of packages serve. */
import { compare, gt, valid } from "semver";

export interface Pin {
    /** The registry that was asked: `npm`, `go` or `debian`. */
    readonly from: Source;
    readonly name: string;
    readonly pinned: string;
    /** The newest version that the registry serves. */
    readonly newest: string;
}

export type Source = "npm" | "go" | "debian";

/** Why a pin stays behind, and the newest version at the time of that decision; a newer one asks for a new decision. */
export interface Reason {
    readonly newest: string;
    readonly why: string;
}

/** Name of a pin → why it stays. */
export type Reasons = Readonly<Record<string, Reason>>;

export interface Row extends Pin {
    readonly why?: string;
}

/**
 * The pins that are behind, in order of source and name, with the reason of those that stay.
 *
 * apt compares versions of Debian before they come here: where the two differ, the mirror has a newer one.
 */
export function behind(pins: readonly Pin[], reasons: Reasons): Row[] {
    return pins
        .filter(isBehind)
        .sort((a, b) => (`${a.from} ${a.name}` < `${b.from} ${b.name}` ? -1 : 1))
        .map((pin) => {
            const reason = reasons[pin.name];
            return reason === undefined || isNewer(pin, reason.newest) ? pin : { ...pin, why: reason.why };
        });
}

function isBehind({ from, pinned, newest }: Pin): boolean {
    return from === "debian" ? pinned !== newest : isLater(newest, pinned);
}

function isNewer({ from, newest }: Pin, known: string): boolean {
    return from === "debian" ? newest !== known : isLater(newest, known);
}

function isLater(version: string, than: string): boolean {
    return valid(version) !== null && valid(than) !== null ? gt(version, than) : version !== than;
}

/** Reasons that name no pin which is behind: they can go. */
export function unneeded(pins: readonly Pin[], reasons: Reasons): string[] {
    const needed = new Set(pins.filter(isBehind).map(({ name }) => name));
    return Object.keys(reasons).filter((name) => !needed.has(name));
}

/** The latest release among `versions`; prereleases such as 2.0.0-rc.1 do not count. Undefined where there is none. */
export function latest(versions: readonly string[]): string | undefined {
    return versions
        .filter((version) => valid(version) !== null && !version.includes("-"))
        .sort(compare)
        .at(-1);
}
