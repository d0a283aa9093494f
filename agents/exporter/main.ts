/**
 * Tells Prometheus what the site's API server knows, in numbers: backups, certificates, leases, machines and pods. It asks at each scrape, so
 * that no number outlives what it says. It listens inside its pod alone, where Prometheus is.
 */
import { createServer } from "node:http";
import { log, messageOf, runAgent } from "../agent";
import { apiServer } from "../kubernetes";
import { settingsOf } from "../settings";
import { exposition } from "./exposition";
import { objectsOf } from "./objects";
import { samplesOf } from "./samples";

const LOOPBACK = "127.0.0.1";
const PATH = "/metrics";

runAgent(async () => {
    const settings = settingsOf("exporter");
    const ask = apiServer();
    const server = createServer((request, response) => {
        if (request.method !== "GET" || request.url !== PATH) {
            response.writeHead(404).end();
            return;
        }
        objectsOf(ask)
            .then((objects) => exposition(samplesOf(objects, settings.ROLE, Date.now())))
            .then(
                ({ text, type }) => response.writeHead(200, { "content-type": type }).end(text),
                (error: unknown) => {
                    log("the site was not measured", { error: messageOf(error) });
                    response.writeHead(503).end();
                },
            );
    });
    await new Promise((_, reject) => server.once("error", reject).listen(settings.PORT, LOOPBACK));
});
