/**
 * The object-store controller: the one process besides the store itself that holds the administrator's key. It keeps accounts, buckets and
 * policies as the site declares them.
 */
import { log, mounted, positive, repeat, runAgent, variable } from "../agent";
import { storeClient, storeFromEnvironment } from "../store/client";
import { parseBuckets, parseUsers } from "../store/declared";
import { Accounts } from "./accounts";
import { reconcile } from "./reconcile";

const EVERY_SECONDS = 15;
const RENEW_LOCKS_MS = 24 * 60 * 60 * 1000;

runAgent(async () => {
    const access = { ...storeFromEnvironment(), user: variable("STORE_USER"), secret: mounted("STORE_SECRET") };
    const store = storeClient(access);
    const accounts = new Accounts(variable("ADMINISTRATION"), store);
    const objectLockDays = positive("OBJECT_LOCK_DAYS");
    let renewed = -Infinity;
    await repeat(async () => {
        // Read at each pass: Kubernetes changes the files when what it mounts there changes.
        const [users, buckets] = [parseUsers(mounted("USERS")), parseBuckets(mounted("BUCKETS"))];
        const renewLocks = performance.now() - renewed > RENEW_LOCKS_MS;
        for (const change of await reconcile({ users, buckets, objectLockDays, renewLocks }, store, accounts)) {
            log(change);
        }
        if (renewLocks) {
            renewed = performance.now();
        }
    }, EVERY_SECONDS);
});
