import type { input } from "@pulumi/kubernetes/types";
import type * as pulumi from "@pulumi/pulumi";
import { TLS } from "../conventions/mounted";
import { PROGRAM } from "../conventions/programs";
import { AGENT_USER } from "../conventions/users";
import type { Settings } from "../conventions/agents";
import { PRIORITY } from "../kubernetes/priority";
import { KEY_MODE, following, guaranteed, hardenedContainer, hardenedPod } from "../kubernetes/workload";
import { OBJECT_STORE, OBJECT_STORE_REGION, OBJECT_STORE_SERVICE, type ObjectStorePlan } from "./plan-object-store";
import { FILE, type StoreKeys } from "./store-keys";

type Volume = input.core.v1.Volume;
type VolumeMount = input.core.v1.VolumeMount;

export interface StorePodArgs {
    readonly store: ObjectStorePlan;
    readonly serviceAccount: pulumi.Input<string>;
    readonly keys: StoreKeys;
    /** Secret with the store's certificate. */
    readonly certificate: pulumi.Input<string>;
}

/** Port of the store's container; its Service has the port of HTTPS. */
export const STORE_PORT = 7070;
const DATA = "/data";
export const KEYS = "/etc/embassy";
const HEALTH = "/health";
const ANSWERS = { httpGet: { path: HEALTH, port: "https", scheme: "HTTPS" } } as const;

/** An agent's settings for the way to the store, and the root behind the store's certificate. */
export function storeAccess(): Pick<Settings<"purger">, "STORE_URL" | "STORE_REGION" | "STORE_AUTHORITY"> {
    return {
        STORE_URL: `https://${OBJECT_STORE_SERVICE}`,
        STORE_REGION: OBJECT_STORE_REGION,
        STORE_AUTHORITY: `${KEYS}/authority/${TLS.authority}`,
    };
}

/** An agent's settings for the user that it is, with the file of its key. */
export function storeUser(account: string): Pick<Settings<"purger">, "STORE_USER" | "STORE_SECRET"> {
    return { STORE_USER: account, STORE_SECRET: keyFile(account) };
}

/** The file with the key of one of the store's own accounts, where it is mounted. */
export function keyFile(account: string): string {
    return `${KEYS}/${account}/${account}`;
}

export function keyMount(name: string): VolumeMount {
    return { name, mountPath: `${KEYS}/${name}`, readOnly: true };
}

/** A volume with some keys of a Secret, so that a container sees no more than it needs. */
export function keyVolume(name: string, secretName: pulumi.Input<string>, ...keys: readonly string[]): Volume {
    const items = keys.map((key) => ({ key, path: key }));
    return { name, secret: { secretName, defaultMode: KEY_MODE, items } };
}

export function bucketsVolume({ buckets }: StoreKeys): Volume {
    return { name: "buckets", configMap: { name: buckets } };
}

/** The store alone. Who may use it, and what is in it, are files to it, and nobody administers it. */
export function storePod(args: StorePodArgs): ReturnType<typeof hardenedPod> {
    const { keys, certificate } = args;
    return hardenedPod(AGENT_USER, {
        serviceAccountName: args.serviceAccount,
        priorityClassName: PRIORITY.service.name,
        containers: [server(args)],
        volumes: [
            keyVolume("certificate", certificate, TLS.certificate, TLS.key),
            keyVolume("users", keys.users, FILE.users),
            bucketsVolume(keys),
        ],
    });
}

function server({ store }: StorePodArgs): input.core.v1.Container {
    const settings = {
        STORE_PORTS: `:${STORE_PORT}`,
        STORE_REGION: OBJECT_STORE_REGION,
        STORE_CERTIFICATE: `${KEYS}/certificate/${TLS.certificate}`,
        STORE_KEY: `${KEYS}/certificate/${TLS.key}`,
        STORE_DATA: DATA,
        STORE_USERS: `${KEYS}/users/${FILE.users}`,
        STORE_BUCKETS: `${KEYS}/buckets/${FILE.buckets}`,
        STORE_OBJECT_LOCK_DAYS: String(store.objectLockDays),
        STORE_HEALTH: HEALTH,
    };
    return hardenedContainer({
        name: OBJECT_STORE,
        image: store.image,
        command: following(`${KEYS}/certificate`, PROGRAM.versitygw),
        env: Object.entries(settings).map(([name, value]) => ({ name, value })),
        ports: [{ name: "https", containerPort: STORE_PORT, protocol: "TCP" }],
        resources: guaranteed(store.cpu, store.memory),
        readinessProbe: { ...ANSWERS, periodSeconds: 5 },
        livenessProbe: { ...ANSWERS, periodSeconds: 10, failureThreshold: 6 },
        volumeMounts: [{ name: "data", mountPath: DATA }, ...["certificate", "users", "buckets"].map(keyMount)],
    });
}
