/** Reads what a state file holds, and no more of the file than is needed. */
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { PROJECT } from "../../infra/conventions/names";

interface Checkpoint {
    readonly version?: unknown;
    readonly checkpoint?: {
        readonly stack?: string;
        readonly latest?: {
            readonly manifest?: { readonly time?: string };
            readonly resources?: readonly { readonly urn: string; readonly type: string }[];
            readonly pending_operations?: readonly unknown[];
        };
    };
}

export interface StateFile {
    /** Resources, and operations that a killed run left open. */
    readonly resources: number;
    /** URNs of keys and passwords, which an update makes at random. */
    readonly keys: readonly string[];
    /** When an update last wrote the state, in ISO 8601. */
    readonly written: string | undefined;
}

/** The state of an empty stack is smaller than this, and that of one of our sites far larger. */
const SMALL = 16 * 1024;
const HEAD = 512;
/** Certificates are missing here, because they can be made from keys at any time. */
const KEYS = /^(random:|tls:index\/privateKey:)/;

/** @returns why the file cannot be the state of `stack`, or undefined; a large file that names its stack is not read to the end */
export function problemOf(file: string, stack: string): string | undefined {
    if (statSync(file).size > SMALL && headOf(file).includes(`"stack":"organization/${PROJECT}/${stack}"`)) {
        return undefined;
    }
    const text = readFileSync(file, "utf8");
    let found: Checkpoint | null;
    try {
        found = JSON.parse(text) as Checkpoint | null;
    } catch {
        return text.trim() === "" ? "is empty" : "is not valid JSON";
    }
    if (found?.version === undefined || found.checkpoint === undefined) {
        return "holds no state";
    }
    const { stack: named = "" } = found.checkpoint;
    return named.split("/").at(-1) === stack ? undefined : `is the state of ${named === "" ? "no stack" : named}`;
}

/** @returns undefined where the file does not exist or is no state */
export function readState(file: string): StateFile | undefined {
    try {
        const { checkpoint } = JSON.parse(readFileSync(file, "utf8")) as Checkpoint;
        const { resources = [], pending_operations: pending = [], manifest } = checkpoint?.latest ?? {};
        return {
            resources: resources.length + pending.length,
            keys: resources.filter(({ type }) => KEYS.test(type)).map(({ urn }) => urn),
            written: manifest?.time,
        };
    } catch {
        return undefined;
    }
}

/** When an update last wrote the file, according to its first bytes. */
export function writtenAt(file: string): number {
    return Date.parse(/"manifest":\{"time":"([^"]+)"/.exec(headOf(file))?.[1] ?? "");
}

/** True where the file is too large to be an empty stack's. */
export function isLarge(file: string): boolean {
    return existsSync(file) && statSync(file).size > SMALL;
}

function headOf(file: string): string {
    const descriptor = openSync(file, "r");
    try {
        const head = Buffer.alloc(HEAD);
        return head.toString("utf8", 0, readSync(descriptor, head));
    } finally {
        closeSync(descriptor);
    }
}
