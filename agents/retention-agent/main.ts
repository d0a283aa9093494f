/**
 * The retention agent: makes each version unchangeable right after it is written, with a key that opens nothing else. It hears of
 * new versions from the store, and sweeps over all of them for those that it did not hear of.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import { log, messageOf, repeat, runAgent } from "../agent";
import { mounted, settingsOf } from "../settings";
import { accessOf, storeClient } from "../store/client";
import { parseBuckets } from "../store/declared";
import { eventServer } from "./events";
import { RetentionAgent } from "./retention-agent";
import { Statistics } from "./statistics";

const SWEEP_SECONDS = 20;
/** Once in so many sweeps nothing is taken for locked that was found locked before: about an hour. */
const SWEEPS_TO_FORGET = 180;

runAgent(async () => {
    const settings = settingsOf("retention-agent");
    const statistics = new Statistics();
    const agent = new RetentionAgent(storeClient(accessOf(settings)), settings.OBJECT_LOCK_DAYS, statistics);

    const events = eventServer((bucket, key) => {
        agent.lockKey(bucket, key).catch((error: unknown) => {
            log("not locked yet, the next sweep tries again", { bucket, key, error: messageOf(error) });
        });
    });
    // Only the store beside it can reach this port.
    await once(events.listen(settings.EVENTS_PORT, "127.0.0.1"), "listening");
    const status = createServer((_, response) => {
        response.setHeader("content-type", "application/json").end(JSON.stringify(statistics.status()));
    });
    // Last: that it answers means that the store may start. The kubelet asks from outside the pod.
    await once(status.listen(settings.STATUS_PORT), "listening");

    let sweeps = 0;
    await repeat(async () => {
        if (++sweeps % SWEEPS_TO_FORGET === 0) {
            agent.forget();
        }
        const before = statistics.status().locked;
        await agent.sweep(parseBuckets(mounted(settings.BUCKETS)));
        const after = statistics.status();
        if (after.locked > before || after.lastSweep?.failures.length) {
            log("swept", { ...after });
        }
    }, SWEEP_SECONDS);
});
