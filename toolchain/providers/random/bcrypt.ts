/** bcrypt computes for a twentieth of a second and more, so it runs in a thread of its own while other requests are answered. */
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { genSaltSync } from "bcryptjs";

/** The default cost of Go's bcrypt, which the official plugin uses. */
const COST = 10;

interface Waiting {
    readonly resolve: (hash: string) => void;
    readonly reject: (error: Error) => void;
}

let worker: Worker | undefined;
/** The promises are in the order in which the thread answers. */
let waiting: Waiting[] = [];

/** Hashes the first 72 bytes, because bcrypt reads no more; upstream cuts there too. */
export function bcryptHash(password: string): Promise<string> {
    // Go writes version 2a. 2a and 2b are the same function (they differ beyond 255 bytes, in OpenBSD's code only).
    const salt = genSaltSync(COST).replace(/^\$2b\$/, "$2a$");
    return new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        worker ??= start();
        worker.postMessage({ password, salt });
    });
}

/** The file is beside this one, and beside the bundle of this one. */
function start(): Worker {
    const thread = new Worker(join(__dirname, "bcrypt-worker.cjs"));
    thread.on("message", (hash: string) => waiting.shift()?.resolve(hash));
    thread.on("error", (error: Error) => {
        const failed = waiting;
        [waiting, worker] = [[], undefined];
        failed.forEach(({ reject }) => reject(error));
    });
    // The process does not wait for the thread itself.
    thread.unref();
    return thread;
}
