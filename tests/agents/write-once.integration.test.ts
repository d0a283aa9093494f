/** Steward, sealer and self-test against a real store. */
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { eventServer } from "../../agents/sealer/events";
import { Sealer } from "../../agents/sealer/sealer";
import { Statistics } from "../../agents/sealer/statistics";
import { findUnsealed, selfTest } from "../../agents/self-test/self-test";
import { TestStore } from "../support/object-store";

jest.setTimeout(120_000);

const users = {
    writer: { secret: "writers-secret", right: "backup", bucket: "registry-land" },
    sealer: { secret: "sealers-secret", right: "seal" },
    "self-test": { secret: "testers-secret", right: "backup", bucket: "self-test" },
} as const;
const buckets = ["registry-land", "self-test"];

it("keeps", async () => {
    const statistics = new Statistics();
    let sealer: Sealer | undefined;
    const events = eventServer((bucket, key) => void sealer?.sealKey(bucket, key).catch(console.log));
    await once(events.listen(0, "127.0.0.1"), "listening");
    const store = await TestStore.start({ events: `http://127.0.0.1:${(events.address() as AddressInfo).port}` });
    try {
        console.log(
            await store.declare(users, buckets),
            await store.declare(users, buckets),
            await store.accounts.list(),
        );
        sealer = new Sealer(store.client("sealer", users.sealer.secret), 1, statistics);
        const test = {
            clients: { backup: store.client("self-test", "testers-secret"), administrator: store.administrator },
            bucket: "self-test",
            sealDays: 1,
            patienceSeconds: 5,
        };
        for (let n = 0; n < 200; n++)
            await store
                .client("writer", "writers-secret")
                .send(new PutObjectCommand({ Bucket: "registry-land", Key: "x/y" + (n % 20), Body: "x".repeat(n) }));
        console.log(await selfTest(test));
        await sealer.sweep(buckets);
        console.log(await findUnsealed({ ...test, patienceSeconds: 0 }, buckets), statistics.status());
    } finally {
        await store.remove();
        events.close();
    }
});
