/** The purger: frees the room in a store of what nobody can need any more. It exits with 1 where something is due and stays. */
import { AgentError, log, runAgent } from "../agent";
import { mounted, settingsOf } from "../settings";
import { accessOf, storeClient } from "../store/client";
import { parseBuckets } from "../store/declared";
import { Purger } from "./purger";

/** Up to this many failures are reported by name; the others usually have the same cause. */
const TOLD = 20;

runAgent(async () => {
    const settings = settingsOf("purger");
    const purger = new Purger(storeClient(accessOf(settings)), settings.OBJECT_LOCK_DAYS, settings.EXPIRING);
    const { failures, ...purged } = await purger.purge(parseBuckets(mounted(settings.BUCKETS)));
    log("purged", { ...purged, failures: failures.length });
    if (failures.length > 0) {
        throw new AgentError(`What is due could not be removed:\n${failures.slice(0, TOLD).join("\n")}`);
    }
});
