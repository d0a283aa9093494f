import type { Writable } from "node:stream";

/** A process that serves one run of the CLI, beside it. */
export interface Companion {
    /** Tells the CLI where it finds the process. */
    readonly environment: NodeJS.ProcessEnv;
    readonly pid: number;
    /** The CLI holds this stream: the process ends when nobody holds it any more, for whatever reason. */
    readonly leash: Writable;
    /** Resolves where the process ends before the CLI, and the CLI should not go on without it. */
    readonly lost?: Promise<void>;
    /** Ends the process, once the CLI has ended. */
    readonly stop: () => Promise<void>;
}
