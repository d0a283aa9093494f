/** Says for how long versions stay unlocked, to whom may run a program beside the retention agent: no network leads to it. */
import { text } from "node:stream/consumers";
import { get } from "node:http";
import { runAgent } from "../agent";
import { settingsOf } from "../settings";

runAgent(
    () =>
        new Promise((resolve, reject) => {
            const settings = settingsOf("status");
            get({ port: settings.STATUS_PORT, agent: false }, (response) => {
                text(response).then((status) => {
                    process.stdout.write(`${status}\n`);
                    resolve();
                }, reject);
            }).once("error", reject);
        }),
);
