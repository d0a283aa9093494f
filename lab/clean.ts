/** `npm run clean`: stops everything that was started and removes `.embassy/`. */
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "../command-line/command";
import { embassyHome } from "../command-line/paths";
import * as lab from "./lab";
import { giveWatchersBack } from "./nodes/inotify";

/** The user's own home, and the homes that killed tests have left. */
function homes(): string[] {
    const tests = join(embassyHome, "tests");
    const left = existsSync(tests) ? readdirSync(tests, { withFileTypes: true }) : [];
    // Locks lie beside them.
    return [embassyHome, ...left.filter((each) => each.isDirectory()).map(({ name }) => join(tests, name))];
}

runCommand(async () => {
    for (const home of homes()) {
        const sites = await lab.knownSites({ home });
        await lab.down(sites, { home });
        if (sites.length > 0) {
            process.stdout.write(`stopped ${sites.join(", ")}\n`);
        }
        const instances = await giveWatchersBack(home);
        if (instances !== undefined) {
            process.stdout.write(`put fs.inotify.max_user_instances back to ${instances}\n`);
        }
    }
    rmSync(embassyHome, { recursive: true, force: true });
    process.stdout.write(`removed ${embassyHome}\n`);
    return 0;
});
