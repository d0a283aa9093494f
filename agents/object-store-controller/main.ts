/**
 * The object-store controller: the one process besides the store itself that holds the administrator's key. It keeps accounts, buckets and
 * policies as the site declares them.
 */
import { log, repeat, runAgent } from "../agent";
import { mounted, settingsOf } from "../settings";
import { accessOf, storeClient } from "../store/client";
import { parseBuckets, parseUsers } from "../store/declared";
import { Accounts } from "./accounts";
import { reconcile } from "./reconcile";

const EVERY_SECONDS = 15;
const RENEW_LOCKS_MS = 24 * 60 * 60 * 1000;

runAgent(async () => {
    const settings = settingsOf("object-store-controller");
    const store = storeClient(accessOf(settings));
    const accounts = new Accounts(settings.ADMINISTRATION, store);
    const objectLockDays = settings.OBJECT_LOCK_DAYS;
    let renewed = -Infinity;
    await repeat(async () => {
        // Read at each pass: Kubernetes changes the files when what it mounts there changes.
        const [users, buckets] = [parseUsers(mounted(settings.USERS)), parseBuckets(mounted(settings.BUCKETS))];
        const renewLocks = performance.now() - renewed > RENEW_LOCKS_MS;
        for (const change of await reconcile({ users, buckets, objectLockDays, renewLocks }, store, accounts)) {
            log(change);
        }
        if (renewLocks) {
            renewed = performance.now();
        }
    }, EVERY_SECONDS);
});
