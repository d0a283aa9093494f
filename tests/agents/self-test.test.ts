import type { S3Client } from "@aws-sdk/client-s3";
import { findUnlocked } from "../../agents/self-test/self-test";

test("a store of which no bucket is looked at is not said to keep its promise", async () => {
    const client = {} as S3Client;
    const given = { bucket: "canary", objectLockDays: 1, patienceSeconds: 1 };
    const looked = findUnlocked(
        { ...given, clients: { backup: client, purger: client, inspector: client, viewer: client } },
        [],
    );
    await expect(looked).rejects.toThrow(/^No buckets are declared, so that no version was looked at/);
});
