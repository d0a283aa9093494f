/**
 * The status page: how the site is, for the persons that its stack file names. It reads from the Prometheus in its own pod, and nothing else.
 * docs/status-page.md.
 */
import { once } from "node:events";
import { log, runAgent } from "../agent";
import { settingsOf } from "../settings";
import { looking } from "./looking";
import { askPrometheus } from "./prometheus";
import { readingOf } from "./reading";
import { viewers, statusApp, statusServer } from "./server";

runAgent(async () => {
    const settings = settingsOf("status-page");
    const port = settings.PORT;
    const app = statusApp({
        site: settings.SITE,
        look: looking(async (now) => readingOf(await askPrometheus(settings.WATCHER, now), now), Date.now),
        viewer: viewers(settings.ADMITTED),
        now: Date.now,
    });
    await once(statusServer(app, settings.CERTIFICATE, settings.VIEWERS_AUTHORITY).listen(port), "listening");
    log("listens", { port });
});
