/**
 * The gazette: the public's page at the edge. Whoever comes reads the acts, from the site's own database, and can change and ask
 * nothing else. docs/decisions/gazette.md.
 */
import { once } from "node:events";
import { log, positive, runAgent, variable } from "../agent";
import type { Databases } from "../edge-api/registry";
import { Acts } from "./acts";
import { gazette, gazetteServer } from "./server";

runAgent(async () => {
    const port = positive("PORT");
    const acts = new Acts({
        // None where legislation does not run in the site.
        at: (JSON.parse(variable("DATABASES")) as Databases["at"])["legislation"],
        port: positive("DATABASE_PORT"),
        user: variable("DATABASE_USER"),
        folder: variable("DATABASE_CERTIFICATE"),
    });
    const app = gazette({
        acts,
        site: { name: variable("SITE"), country: variable("COUNTRY") },
        requestsPerMinute: positive("REQUESTS_PER_MINUTE"),
        now: () => new Date(),
    });
    await once(gazetteServer(app, variable("CERTIFICATE")).listen(port), "listening");
    log("listens", { port });
});
