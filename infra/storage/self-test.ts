import type * as pulumi from "@pulumi/pulumi";
import { agentContainer } from "../kubernetes/agent";
import { SELF_TEST_BUCKET, TESTER } from "./plan-object-store";
import { type NightlyArgs, nightly } from "./nightly";
import { ACCOUNT, FILE } from "./store-keys";
import { KEYS, bucketsVolume, keyMount, keyVolume, storeAccess } from "./store-pod";

const SCHEDULE = "30 3 * * *";
/** The store may be away for so long, as through a restart, and may take so long to lock what is to be kept for longer than before. */
const PATIENCE_SECONDS = 120;

/** Tries every night, with the keys that an attacker would have, to break what the store promises. */
export function selfTest(name: string, args: NightlyArgs, opts: pulumi.CustomResourceOptions): void {
    const { store, keys, certificate } = args;
    const clients = {
        BACKUP: ACCOUNT.selfTest,
        PURGER: ACCOUNT.purger,
        INSPECTOR: ACCOUNT.inspector,
        VIEWER: ACCOUNT.selfTestViewer,
    };
    const container = agentContainer("self-test", {
        image: store.agentsImage,
        resources: store.agent,
        env: {
            ...storeAccess(),
            ...Object.fromEntries(
                Object.entries(clients).flatMap(([client, account]) => [
                    [`${client}_USER`, account],
                    [`${client}_SECRET`, `${KEYS}/${account}/${account}`],
                ]),
            ),
            BUCKET: SELF_TEST_BUCKET,
            BUCKETS: `${KEYS}/buckets/${FILE.buckets}`,
            OBJECT_LOCK_DAYS: String(store.objectLockDays),
            PATIENCE_SECONDS: String(PATIENCE_SECONDS),
        },
        mounts: [...Object.values(clients), "authority", "buckets"].map(keyMount),
    });
    const volumes = [
        ...Object.values(clients).map((account) => keyVolume(account, keys.accounts, account)),
        keyVolume("authority", certificate, "ca.crt"),
        bucketsVolume(keys),
    ];
    // A broken promise does not mend itself by another try.
    nightly(name, { ...args, workload: TESTER, schedule: SCHEDULE, retries: 0, container, volumes }, opts);
}
