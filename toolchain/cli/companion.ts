import type { Writable } from "node:stream";

/** A process that serves one run of the CLI, beside it. */
export interface Companion {
    /** Tells the CLI where it finds the process. */
    readonly environment: NodeJS.ProcessEnv;
    readonly pid: number;
    /** For the CLI to hold: the process ends when nobody holds it any more, however that came about. */
    readonly leash: Writable;
    /** Resolves where it ends before the CLI, and the CLI should not go on without it. */
    readonly lost?: Promise<void>;
    /** Ends it, once the CLI has ended. */
    readonly stop: () => Promise<void>;
}
