/** The self-test of the store's write-once promise: ends with 1 where it is broken, and says how on the pod itself. */
import { writeFileSync } from "node:fs";
import { log, mounted, positive, runAgent, variable } from "../agent";
import { storeClient, storeFromEnvironment } from "../store/client";
import { parseBuckets } from "../store/declared";
import { findUnlocked, selfTest } from "./self-test";

/** Kubernetes shows what is in it as the container's last words; it takes 4096 bytes. */
const TERMINATION_LOG = "/dev/termination-log";
const TERMINATION_BYTES = 4096;

runAgent(async () => {
    const store = storeFromEnvironment();
    const client = (user: string): ReturnType<typeof storeClient> =>
        // Once: a second attempt would find what the first one has done.
        storeClient({ ...store, user: variable(`${user}_USER`), secret: mounted(`${user}_SECRET`) }, 1);
    const test = {
        clients: {
            backup: client("BACKUP"),
            purger: client("PURGER"),
            inspector: client("INSPECTOR"),
            viewer: client("VIEWER"),
        },
        bucket: variable("BUCKET"),
        objectLockDays: positive("OBJECT_LOCK_DAYS"),
        patienceSeconds: positive("PATIENCE_SECONDS"),
    };
    const breaches = [...(await selfTest(test)), ...(await findUnlocked(test, parseBuckets(mounted("BUCKETS"))))];
    if (breaches.length > 0) {
        const message = `The object store is not write-once:\n${breaches.join("\n")}\n`;
        process.stderr.write(message);
        writeFileSync(TERMINATION_LOG, message.slice(0, TERMINATION_BYTES));
        process.exit(1);
    }
    log("the object store keeps what is locked");
});
