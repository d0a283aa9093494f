/**
 * The gazette: the public's page at the edge. Everybody can read the acts there, from the site's own database, and can change or ask
 * nothing else. docs/decisions/gazette.md.
 */
import { once } from "node:events";
import { GAZETTE_READS } from "../../infra/conventions/registries";
import { log, runAgent } from "../agent";
import { settingsOf } from "../settings";
import { Acts } from "./acts";
import { gazette, gazetteServer } from "./server";

runAgent(async () => {
    const settings = settingsOf("gazette");
    const port = settings.PORT;
    const acts = new Acts({
        // It is undefined where legislation does not run in the site.
        at: settings.DATABASES[GAZETTE_READS],
        port: settings.DATABASE_PORT,
        user: settings.DATABASE_USER,
        folder: settings.DATABASE_CERTIFICATE,
    });
    const app = gazette({
        acts,
        site: { name: settings.SITE, country: settings.COUNTRY },
        requestsPerMinute: settings.REQUESTS_PER_MINUTE,
        now: () => new Date(),
    });
    await once(gazetteServer(app, settings.CERTIFICATE).listen(port), "listening");
    log("listens", { port });
});
