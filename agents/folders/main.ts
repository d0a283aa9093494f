/** Makes the folders that a program expects on an empty volume and does not make itself: `folders PATH…`. */
import { mkdirSync } from "node:fs";
import { runAgent } from "../agent";

runAgent(() => {
    for (const folder of process.argv.slice(2)) {
        mkdirSync(folder, { recursive: true });
    }
    return Promise.resolve();
});
