/**
 * The edge API: the allied edge's only program. It lets in whom the site admits, and answers the one question of each registry that
 * runs, from the site's own database. docs/decisions/edge.md.
 */
import { once } from "node:events";
import { log, positive, runAgent, variable } from "../agent";
import type { Admitted } from "./admission";
import { type Databases, ask } from "./registry";
import { edgeServer } from "./server";

runAgent(async () => {
    const port = positive("PORT");
    const databases: Databases = {
        at: JSON.parse(variable("DATABASES")) as Databases["at"],
        port: positive("DATABASE_PORT"),
        user: variable("DATABASE_USER"),
        folder: variable("DATABASE_CERTIFICATE"),
    };
    const server = edgeServer({
        folder: variable("CERTIFICATE"),
        admitted: JSON.parse(variable("ADMITTED")) as Admitted,
        requestsPerMinute: positive("REQUESTS_PER_MINUTE"),
        registries: Object.keys(databases.at),
        ask: (...question) => ask(databases, ...question),
    });
    await once(server.listen(port), "listening");
    log("listens", { port });
});
