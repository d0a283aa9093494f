/** The purger: gives a store the room back that nobody can need any more. It ends with 1 where something is due and stays. */
import { AgentError, log, runAgent } from "../agent";
import { mounted, settingsOf } from "../settings";
import { accessOf, storeClient } from "../store/client";
import { parseBuckets } from "../store/declared";
import { Purger } from "./purger";

/** Failures are told by name up to this many: the rest has the same cause, as a rule. */
const TOLD = 20;

runAgent(async () => {
    const settings = settingsOf("purger");
    const purger = new Purger(storeClient(accessOf(settings)), settings.OBJECT_LOCK_DAYS);
    const { failures, ...purged } = await purger.purge(parseBuckets(mounted(settings.BUCKETS)));
    log("purged", { ...purged, failures: failures.length });
    if (failures.length > 0) {
        throw new AgentError(`What is due could not be removed:\n${failures.slice(0, TOLD).join("\n")}`);
    }
});
