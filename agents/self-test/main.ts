/** Tests the store's write-once promise. It exits with 1 where the promise is broken, and says how on the pod itself. */
import { writeFileSync } from "node:fs";
import { log, runAgent } from "../agent";
import { mounted, settingsOf } from "../settings";
import { storeClient, storeOf } from "../store/client";
import { parseBuckets } from "../store/declared";
import { findUnlocked, selfTest } from "./self-test";

/** Kubernetes shows the content of this file as the container's last words; it takes 4096 bytes. */
const TERMINATION_LOG = "/dev/termination-log";
const TERMINATION_BYTES = 4096;

runAgent(async () => {
    const settings = settingsOf("self-test");
    const store = storeOf(settings);
    const client = (user: string, file: string): ReturnType<typeof storeClient> =>
        // There is one attempt, because a second one would find what the first one has done.
        storeClient({ ...store, user, secret: mounted(file) }, 1);
    const test = {
        clients: {
            backup: client(settings.BACKUP_USER, settings.BACKUP_SECRET),
            purger: client(settings.PURGER_USER, settings.PURGER_SECRET),
            inspector: client(settings.INSPECTOR_USER, settings.INSPECTOR_SECRET),
            viewer: client(settings.VIEWER_USER, settings.VIEWER_SECRET),
        },
        bucket: settings.BUCKET,
        objectLockDays: settings.OBJECT_LOCK_DAYS,
        patienceSeconds: settings.PATIENCE_SECONDS,
    };
    const breaches = [
        ...(await selfTest(test)),
        ...(await findUnlocked(test, parseBuckets(mounted(settings.BUCKETS)))),
    ];
    if (breaches.length > 0) {
        const message = `The object store is not write-once:\n${breaches.join("\n")}\n`;
        process.stderr.write(message);
        writeFileSync(TERMINATION_LOG, message.slice(0, TERMINATION_BYTES));
        process.exit(1);
    }
    log("the object store keeps what is locked");
});
