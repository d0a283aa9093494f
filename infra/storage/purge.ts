import type * as pulumi from "@pulumi/pulumi";
import { TLS } from "../conventions/mounted";
import { agentContainer } from "../kubernetes/agent";
import { PURGER } from "./plan-object-store";
import { type NightlyArgs, nightly } from "./nightly";
import { ACCOUNT, FILE } from "./store-keys";
import { KEYS, bucketsVolume, keyMount, keyVolume, storeAccess, storeUser } from "./store-pod";

/** It runs after the night's backups have hidden what they no longer need, and before everything is read again. */
const SCHEDULE = "30 2 * * *";
const RETRIES = 3;

/** Frees the room in the store of what is hidden and no longer locked, so that the size of its volume can be planned. */
export function purge(name: string, args: NightlyArgs, opts: pulumi.CustomResourceOptions): void {
    const { store, keys, certificate } = args;
    const container = agentContainer("purger", {
        image: store.agentsImage,
        resources: store.agent,
        settings: {
            ...storeAccess(),
            ...storeUser(ACCOUNT.purger),
            BUCKETS: `${KEYS}/buckets/${FILE.buckets}`,
            OBJECT_LOCK_DAYS: store.objectLockDays,
            EXPIRING: [...store.expiring],
        },
        mounts: [ACCOUNT.purger, "authority", "buckets"].map(keyMount),
    });
    const volumes = [
        keyVolume(ACCOUNT.purger, keys.accounts, ACCOUNT.purger),
        keyVolume("authority", certificate, TLS.authority),
        bucketsVolume(keys),
    ];
    nightly(name, { ...args, workload: PURGER, schedule: SCHEDULE, retries: RETRIES, container, volumes }, opts);
}
