/**
 * The edge API: the allied edge's only program. It lets in the allies that the site admits, and answers the one question of each registry
 * that runs, from the site's own database. docs/decisions/edge.md.
 */
import { once } from "node:events";
import { log, runAgent } from "../agent";
import { settingsOf } from "../settings";
import { type Databases, ask } from "./registry";
import { edgeServer } from "./server";

runAgent(async () => {
    const settings = settingsOf("edge-api");
    const port = settings.PORT;
    const databases: Databases = {
        at: settings.DATABASES,
        port: settings.DATABASE_PORT,
        user: settings.DATABASE_USER,
        folder: settings.DATABASE_CERTIFICATE,
    };
    const server = edgeServer({
        folder: settings.CERTIFICATE,
        admitted: settings.ADMITTED,
        requestsPerMinute: settings.REQUESTS_PER_MINUTE,
        registries: Object.keys(databases.at),
        ask: (...question) => ask(databases, ...question),
    });
    await once(server.listen(port), "listening");
    log("listens", { port });
});
