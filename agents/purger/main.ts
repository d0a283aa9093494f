/** The purger: gives a store the room back that nobody can need any more. It ends with 1 where something is due and stays. */
import { AgentError, log, mounted, positive, runAgent, variable } from "../agent";
import { storeClient, storeFromEnvironment } from "../store/client";
import { parseBuckets } from "../store/declared";
import { Purger } from "./purger";

/** Failures are told by name up to this many: the rest has the same cause, as a rule. */
const TOLD = 20;

runAgent(async () => {
    const access = { ...storeFromEnvironment(), user: variable("STORE_USER"), secret: mounted("STORE_SECRET") };
    const purger = new Purger(storeClient(access), positive("OBJECT_LOCK_DAYS"));
    const { failures, ...purged } = await purger.purge(parseBuckets(mounted("BUCKETS")));
    log("purged", { ...purged, failures: failures.length });
    if (failures.length > 0) {
        throw new AgentError(`What is due could not be removed:\n${failures.slice(0, TOLD).join("\n")}`);
    }
});
