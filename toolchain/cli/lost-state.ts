/**
 * What only a stack's state remembers (the root, the registries' secrets, ciphers) cannot be made twice. Where a stack's state is absent,
 * empty or another stack's, an update would make it again, and replace what the site works with. So where anything shows that
 * there was a state, nothing is begun: docs/decisions/state.md.
 */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { PROJECT } from "../../infra/conventions/names";
import { UserError } from "../../command-line/command";
import { embassyHome } from "../../command-line/paths";
import { lastUpdate, newestIn } from "./history";
import { isWithoutKeys } from "./known-keys";
import { wasRemoved } from "./removed-stacks";
import type { Glance } from "./site-glance";
import { isLarge, problemOf, readState, writtenAt } from "./stack-state";
import { isPacked, stateFile } from "./states";

export interface Doubt {
    readonly stack: string;
    readonly home?: string;
    /** Tells which objects of this program the site itself has; called where the state alone tells nothing. */
    readonly glance?: () => Glance;
}

/**
 * Where the state is in order, this only reads the first bytes of two files.
 *
 * @throws UserError saying what was found and how to recover
 */
export function refuseLostState({ stack, home = embassyHome, glance = () => ({ namespaces: [] }) }: Doubt): void {
    const file = stateFile(stack, home);
    const found = existsSync(file) ? wrongWith(file, stack, home) : isPacked(file) ? "" : ABSENT;
    if (found === "" || (!isBroken(found) && wasRemoved(stack, home))) {
        return;
    }
    const backups = backupsOf(stack, home);
    const evidence = [
        ...backups.map(({ path, resources }) => `${path} has ${resources} resources`),
        ...othersThatReferTo(stack, home).map((other) => `${other} refers to this stack`),
        ...(existsSync(file) ? [] : journalOf(stack, home)),
    ];
    if (evidence.length === 0 && !isBroken(found)) {
        const { namespaces, silent } = glance();
        evidence.push(...namespaces.map((name) => `the site has the namespace ${name}`).slice(0, 3));
        if (silent !== undefined) {
            evidence.push(
                `${silent}: whether the site is new cannot be seen; bring it up first (npm run lab -- up ${stack})`,
            );
        }
    }
    if (evidence.length > 0 || isBroken(found)) {
        throw new UserError(message(file, found, evidence, backups[0]?.path, stack));
    }
}

function message(
    file: string,
    found: string,
    evidence: readonly string[],
    newest: string | undefined,
    stack: string,
): string {
    const way =
        newest === undefined
            ? `Put the file back from a backup of yours. An export goes back with npm run pulumi -- stack init ${stack} --no-select and npm run pulumi -- stack import -s ${stack} --file FILE.`
            : `The newest that is left is ${newest}: cp ${newest} ${file}`;
    return [
        `The state file ${file} ${found}, and it is not made anew: keys that only it has (the root, ciphers of what is stored) would be made a second time, and nothing was begun.`,
        ...evidence.map((line) => `  - ${line}`),
        way,
        `Then look at npm run pulumi -- preview --refresh -s ${stack}. To give up everything in it, every backup included, run npm run clean; npm start then makes everything anew.`,
    ].join("\n");
}

const ABSENT = "is not there";
const EMPTY = "has no resources";

/** True where the file cannot be a state, whatever else is found. */
function isBroken(found: string): boolean {
    return found !== "" && found !== EMPTY && found !== ABSENT;
}

/** What is wrong with the state file; "" where nothing is. */
function wrongWith(file: string, stack: string, home: string): string {
    const problem = problemOf(file, stack);
    if (problem !== undefined) {
        return problem;
    }
    const last = lastUpdate(stack, home);
    if (isLarge(file) || (readState(file)?.resources ?? 0) > 0) {
        return last === undefined ? "" : missingSince(file, last);
    }
    // With a journal its first update is under way; a destroy that was killed at its end has removed the last key.
    const isOnPurpose = (last !== undefined && wasDestroyed(last)) || isWithoutKeys(stack, home);
    return isOnPurpose || journalOf(stack, home).length > 0 ? "" : EMPTY;
}

/** Reports a state that is older than the last update only where it lacks keys: otherwise it is the user's choice. */
function missingSince(file: string, last: string): string {
    if (!(writtenAt(last) > writtenAt(file))) {
        return "";
    }
    const [now, then] = [readState(file), readState(last)];
    const missing = (then?.keys ?? []).filter((urn) => !now?.keys.includes(urn)).map((urn) => urn.split("::").at(-1));
    return missing.length === 0
        ? ""
        : `is of ${now?.written ?? "an unknown time"}, older than the last update (${then?.written ?? "?"}), and lacks ${missing.length} keys that were made since (${missing.slice(0, 3).join(", ")})`;
}

function wasDestroyed(checkpoint: string): boolean {
    const about = checkpoint.replace(/\.checkpoint\.json$/, ".history.json");
    if (readState(checkpoint)?.resources !== 0 || !existsSync(about)) {
        return false;
    }
    const { kind, result } = JSON.parse(readFileSync(about, "utf8")) as { kind?: string; result?: string };
    return kind === "destroy" && result === "succeeded";
}

export interface Backup {
    readonly path: string;
    readonly resources: number;
}

/** Earlier states that have resources, the newest first. */
export function backupsOf(stack: string, home: string): Backup[] {
    const backups = join(home, "state", ".pulumi", "backups", PROJECT, stack);
    const paths = [lastUpdate(stack, home), newestIn(backups, ".json"), `${stateFile(stack, home)}.bak`];
    return paths
        .flatMap((path) => (path === undefined ? [] : [{ path, ...readState(path) }]))
        .filter((state): state is Backup & typeof state => (state.resources ?? 0) > 0)
        .sort((one, other) => writtenAt(other.path) - writtenAt(one.path));
}

function othersThatReferTo(stack: string, home: string): string[] {
    const folder = dirname(stateFile(stack, home));
    const others = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".json")) : [];
    const reference = new RegExp(`"type":"pulumi:pulumi:StackReference"[^}]*"organization/${PROJECT}/${stack}"`);
    return others
        .filter((name) => name !== `${stack}.json`)
        .map((name) => join(folder, name))
        .filter((path) => reference.test(readFileSync(path, "utf8")));
}

function journalOf(stack: string, home: string): string[] {
    const journal = join(home, "state", "journals", PROJECT, `${stack}.jsonl`);
    return existsSync(journal) ? [`${journal} has steps of an update that was killed`] : [];
}
