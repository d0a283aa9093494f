/**
 * Notes which keys a stack's state had when a command of ours last left it. Only an update or a destroy removes keys on purpose, even where
 * it was killed half way. Keys that are missing for another reason (`state delete`, an import of an older export, an editor) would
 * be made a second time by the next update: docs/decisions/state.md.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { PROJECT } from "../../infra/conventions/names";
import { PRIVATE_FILE } from "../../command-line/files";
import { embassyHome } from "../../command-line/paths";
import { isAlive } from "./alive";
import { lastUpdate } from "./history";
import { isLocked } from "./locks";
import { readState } from "./stack-state";
import { stateFile } from "./states";

interface Known {
    /** URNs without the stack's name, because a stack can be renamed. */
    readonly keys: readonly string[];
    /** Stamp of the state file when it was read: as long as that is the same, the file need not be read again. */
    readonly stamp: string;
    /** Process of an update or a destroy that is still running, or was killed. */
    readonly begun?: number;
}

/** Commands that remove keys on purpose. A refresh and an import only read. */
const ON_PURPOSE = new Set(["up", "update", "destroy", "watch"]);
const OTHERS = new Set(["refresh", "import"]);
const MAKES_KEYS = new Set(["up", "update", "watch"]);

function knownFile(stack: string, home: string): string {
    return join(home, "state", "keys", PROJECT, `${stack}.json`);
}

function readKnown(stack: string, home: string): Known | undefined {
    try {
        return JSON.parse(readFileSync(knownFile(stack, home), "utf8")) as Known;
    } catch {
        // The file is absent or damaged: the stack's history holds the same information.
        return undefined;
    }
}

function writeKnown(stack: string, home: string, known: Known): void {
    mkdirSync(dirname(knownFile(stack, home)), { recursive: true });
    writeFileAtomic.sync(knownFile(stack, home), JSON.stringify(known), { mode: PRIVATE_FILE });
}

function stampOf(stack: string, home: string): string {
    const { size = 0, mtimeMs = 0 } = statSync(stateFile(stack, home), { throwIfNoEntry: false }) ?? {};
    return `${size} ${mtimeMs}`;
}

function keysIn(file: string): string[] {
    return (readState(file)?.keys ?? []).map(withoutStack);
}

function withoutStack(urn: string): string {
    return urn.replace(/^urn:pulumi:[^:]*::/, "");
}

/** Keys that the state should have; where nothing is noted, those of its last update. */
function expectedKeys(stack: string, home: string): readonly string[] {
    const last = lastUpdate(stack, home);
    return readKnown(stack, home)?.keys ?? (last === undefined ? [] : keysIn(last));
}

/** Keys that the state should have but lacks; none while an update is under way. */
export function missingKeys(stack: string, home = embassyHome): string[] {
    const known = readKnown(stack, home);
    if (known?.begun !== undefined || known?.stamp === stampOf(stack, home)) {
        return [];
    }
    const expected = expectedKeys(stack, home);
    const present = new Set(expected.length === 0 ? [] : keysIn(stateFile(stack, home)));
    return expected.filter((key) => !present.has(key));
}

/** Whether a state file has all of the keys. */
export function hasKeys(file: string, keys: readonly string[]): boolean {
    const present = keysIn(file);
    return keys.every((key) => present.includes(key));
}

/** True where a command removed the last key on purpose. */
export function isWithoutKeys(stack: string, home = embassyHome): boolean {
    return readKnown(stack, home)?.keys.length === 0;
}

/**
 * Call it after `takeOver`, before a command that may change which keys there are.
 *
 * @returns a function to call when the command has ended, successfully or not
 */
export function beginRun(command: string, stack: string, home = embassyHome): () => void {
    const onPurpose = ON_PURPOSE.has(command);
    if (
        !(onPurpose || OTHERS.has(command)) ||
        readKnown(stack, home)?.begun !== undefined ||
        !existsSync(stateFile(stack, home))
    ) {
        return () => undefined;
    }
    const before = knownNow(stack, home);
    // These were missing before. Only an update makes them again, and it does not begin unless the user wants that.
    const missing = MAKES_KEYS.has(command)
        ? []
        : expectedKeys(stack, home).filter((key) => !before.keys.includes(key));
    writeKnown(stack, home, { ...withMissing(before, missing), ...(onPurpose && { begun: process.pid }) });
    return () => {
        const after = knownNow(stack, home);
        const dropped = onPurpose ? [] : before.keys.filter((key) => !after.keys.includes(key));
        const isDestroyed = command === "destroy" && readState(stateFile(stack, home))?.resources === 0;
        writeKnown(stack, home, isDestroyed ? after : withMissing(after, [...missing, ...dropped]));
    };
}

/** Without a stamp the state is read again the next time. */
function withMissing({ keys, stamp }: Known, missing: readonly string[]): Known {
    return { keys: [...keys, ...missing], stamp: missing.length > 0 ? "" : stamp };
}

/** The keys that the state has now. */
function knownNow(stack: string, home: string): Known {
    const [known, stamp] = [readKnown(stack, home), stampOf(stack, home)];
    return known !== undefined && known.stamp === stamp
        ? { keys: known.keys, stamp }
        : { keys: keysIn(stateFile(stack, home)), stamp };
}

/** Settles runs that were killed: after their steps were put into the state, the keys that it has now are their result. */
export function settleKilledRuns(home = embassyHome): void {
    const folder = dirname(knownFile("any", home));
    for (const stack of (existsSync(folder) ? readdirSync(folder) : []).map((file) => basename(file, ".json"))) {
        const { begun } = readKnown(stack, home) ?? {};
        if (begun !== undefined && !isAlive(begun) && !isLocked(stack, join(home, "state", ".pulumi", "locks"))) {
            writeKnown(stack, home, knownNow(stack, home));
        }
    }
}

/** Forgets the keys of a stack that is removed or given up. */
export function forgetKeys(stack: string, home = embassyHome): void {
    rmSync(knownFile(stack, home), { force: true });
}
