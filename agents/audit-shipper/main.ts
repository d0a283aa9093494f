/**
 * The audit shipper: on each machine of a control plane, it stores the API server's audit log in the other site's object store, so that who
 * breaks in here cannot take it along. docs/decisions/audit-log.md.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import { log, repeat, runAgent } from "../agent";
import { settingsOf } from "../settings";
import { accessOf, storeClient } from "../store/client";
import { Shipper } from "./shipper";

runAgent(async () => {
    const settings = settingsOf("audit-shipper");
    const bucket = settings.BUCKET;
    const shipper = new Shipper({
        store: storeClient(accessOf(settings)),
        bucket,
        site: settings.SITE,
        apiServer: settings.API_SERVER,
        log: settings.LOG,
        sent: settings.SENT,
    });
    let storedAt = Date.now();
    // Kubelets ask: a pod that is not ready is how a cluster tells that its audit log stays on the machine.
    const health = createServer(({ url }, response) => {
        const late = Math.floor((Date.now() - storedAt) / 1000);
        const isWell = url === "/alive" || late < settings.PATIENCE_SECONDS;
        response.writeHead(isWell ? 200 : 503).end(isWell ? "" : `nothing could be stored for ${late} s\n`);
    });
    await once(health.listen(settings.PORT), "listening");
    await repeat(async () => {
        const pieces = await shipper.pass();
        storedAt = Date.now();
        if (pieces.length > 0) {
            log("stored", { bucket, pieces });
        }
    }, settings.INTERVAL_SECONDS);
});
