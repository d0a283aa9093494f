import type * as pulumi from "@pulumi/pulumi";
import { TLS } from "../conventions/mounted";
import { agentContainer } from "../kubernetes/agent";
import { SELF_TEST_BUCKET, TESTER } from "./plan-object-store";
import { type NightlyArgs, nightly } from "./nightly";
import { ACCOUNT, FILE } from "./store-keys";
import { KEYS, bucketsVolume, keyFile, keyMount, keyVolume, storeAccess } from "./store-pod";

const SCHEDULE = "30 3 * * *";
/** Seconds that the store may be away, as through a restart, and that it may take to lock what is now kept for longer than before. */
const PATIENCE_SECONDS = 120;

/** Tries every night, with the keys that an attacker would have, to break what the store promises. */
export function selfTest(name: string, args: NightlyArgs, opts: pulumi.CustomResourceOptions): void {
    const { store, keys, certificate } = args;
    const clients = [ACCOUNT.selfTest, ACCOUNT.purger, ACCOUNT.inspector, ACCOUNT.selfTestViewer];
    const container = agentContainer("self-test", {
        image: store.agentsImage,
        resources: store.agent,
        settings: {
            ...storeAccess(),
            BACKUP_USER: ACCOUNT.selfTest,
            BACKUP_SECRET: keyFile(ACCOUNT.selfTest),
            PURGER_USER: ACCOUNT.purger,
            PURGER_SECRET: keyFile(ACCOUNT.purger),
            INSPECTOR_USER: ACCOUNT.inspector,
            INSPECTOR_SECRET: keyFile(ACCOUNT.inspector),
            VIEWER_USER: ACCOUNT.selfTestViewer,
            VIEWER_SECRET: keyFile(ACCOUNT.selfTestViewer),
            BUCKET: SELF_TEST_BUCKET,
            BUCKETS: `${KEYS}/buckets/${FILE.buckets}`,
            OBJECT_LOCK_DAYS: store.objectLockDays,
            PATIENCE_SECONDS,
        },
        mounts: [...clients, "authority", "buckets"].map(keyMount),
    });
    const volumes = [
        ...clients.map((account) => keyVolume(account, keys.accounts, account)),
        keyVolume("authority", certificate, TLS.authority),
        bucketsVolume(keys),
    ];
    // Another try does not mend a broken promise.
    nightly(name, { ...args, workload: TESTER, schedule: SCHEDULE, retries: 0, container, volumes }, opts);
}
