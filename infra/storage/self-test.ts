import type * as pulumi from "@pulumi/pulumi";
import { TLS } from "../conventions/mounted";
import { agentContainer } from "../kubernetes/agent";
import { SELF_TEST_BUCKET, TESTER } from "./plan-object-store";
import { type NightlyArgs, nightly } from "./nightly";
import { ACCOUNT, FILE } from "./store-keys";
import { KEYS, bucketsVolume, keyFile, keyMount, keyVolume, storeAccess } from "./store-pod";

const SCHEDULE = "30 3 * * *";
/** A version may be unlocked for so long: through a restart of the store and the sweep after it. */
const PATIENCE_SECONDS = 120;

/** Tries every night, with the keys that an attacker would have, to break what the store promises. */
export function selfTest(name: string, args: NightlyArgs, opts: pulumi.CustomResourceOptions): void {
    const { store, keys, certificate } = args;
    const attackers = [ACCOUNT.selfTest, ACCOUNT.administrator];
    const container = agentContainer("self-test", {
        image: store.agentsImage,
        resources: store.agent,
        settings: {
            ...storeAccess(),
            BACKUP_USER: ACCOUNT.selfTest,
            BACKUP_SECRET: keyFile(ACCOUNT.selfTest),
            ADMINISTRATOR_USER: ACCOUNT.administrator,
            ADMINISTRATOR_SECRET: keyFile(ACCOUNT.administrator),
            BUCKET: SELF_TEST_BUCKET,
            BUCKETS: `${KEYS}/buckets/${FILE.buckets}`,
            OBJECT_LOCK_DAYS: store.objectLockDays,
            PATIENCE_SECONDS,
        },
        mounts: [...attackers, "authority", "buckets"].map(keyMount),
    });
    const volumes = [
        ...attackers.map((account) => keyVolume(account, keys.accounts, account)),
        keyVolume("authority", certificate, TLS.authority),
        bucketsVolume(keys),
    ];
    // A broken promise does not mend itself by another try.
    nightly(name, { ...args, workload: TESTER, schedule: SCHEDULE, retries: 0, container, volumes }, opts);
}
