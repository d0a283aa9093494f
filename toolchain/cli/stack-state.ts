/** What a state file holds, read as little as tells it. */
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
    /** URNs of keys and passwords: what an update makes out of nothing. */
    readonly keys: readonly string[];
    /** ISO 8601: when an update last wrote it. */
    readonly written: string | undefined;
}

/** An empty stack's state is smaller, and one of our sites' larger by far. */
const SMALL = 16 * 1024;
const HEAD = 512;
/** Certificates are made of keys, whenever they are wanted. */
const KEYS = /^(random:|tls:index\/privateKey:)/;

/** @returns why the file cannot be the state of `stack`, or undefined; a large file that says whose it is, is not read to its end */
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

/** @returns undefined for what is not there, or no state */
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

/** When an update last wrote the file, out of its first bytes. */
export function writtenAt(file: string): number {
    return Date.parse(/"manifest":\{"time":"([^"]+)"/.exec(headOf(file))?.[1] ?? "");
}

/** True where the file is so large that it is not an empty stack's. */
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
