import type { input } from "@pulumi/kubernetes/types";
import type * as pulumi from "@pulumi/pulumi";
import { TLS } from "../conventions/mounted";
import { PROGRAM } from "../conventions/programs";
import { AGENT_USER } from "../conventions/users";
import type { Settings } from "../conventions/agents";
import { agentContainer } from "../kubernetes/agent";
import { PRIORITY } from "../kubernetes/priority";
import { KEY_MODE, following, guaranteed, hardenedContainer, hardenedPod } from "../kubernetes/workload";
import { OBJECT_STORE, OBJECT_STORE_REGION, OBJECT_STORE_SERVICE, type ObjectStorePlan } from "./plan-object-store";
import { ACCOUNT, FILE, type StoreKeys } from "./store-keys";

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
const EVENTS_PORT = 7071;
const STATUS_PORT = 7072;
const DATA = "/data";
const FOLDERS = { objects: `${DATA}/objects`, versions: `${DATA}/versions`, accounts: `${DATA}/accounts` } as const;
/** Where versitygw's administration listens: no network leads there. */
const ADMINISTRATION = "/run/administration";
export const KEYS = "/etc/embassy";
const HEALTH = "/health";

/** An agent's way to the store, and the root behind the store's certificate. @param port where it is not the Service's */
export function storeAccess(port = 443): Pick<Settings<"purger">, "STORE_URL" | "STORE_REGION" | "STORE_AUTHORITY"> {
    return {
        STORE_URL: `https://${OBJECT_STORE_SERVICE}:${port}`,
        STORE_REGION: OBJECT_STORE_REGION,
        STORE_AUTHORITY: `${KEYS}/authority/${TLS.authority}`,
    };
}

/** The user that an agent is, with the file of its key. */
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

/**
 * The store with controller and retention agent beside it, in one pod, so that none of them needs the network to reach the others.
 * versitygw does not start where nobody takes its events, hence the retention agent comes before it.
 */
export function storePod(args: StorePodArgs): ReturnType<typeof hardenedPod> {
    const { keys, certificate, store } = args;
    return hardenedPod(AGENT_USER, {
        serviceAccountName: args.serviceAccount,
        priorityClassName: PRIORITY.service.name,
        // The certificate's name, for who is in the same pod.
        hostAliases: [{ ip: "127.0.0.1", hostnames: [OBJECT_STORE_SERVICE] }],
        initContainers: [folders(store), ...[retentionAgent(store), controller(store)].map(asSidecar)],
        containers: [server(args)],
        volumes: [
            { name: "administration", emptyDir: { medium: "Memory", sizeLimit: "1Mi" } },
            keyVolume("certificate", certificate, TLS.certificate, TLS.key),
            keyVolume("authority", certificate, TLS.authority),
            keyVolume("users", keys.users, FILE.users),
            keyVolume(ACCOUNT.administrator, keys.accounts, ACCOUNT.administrator),
            keyVolume(ACCOUNT.retentionAgent, keys.accounts, ACCOUNT.retentionAgent),
            bucketsVolume(keys),
        ],
    });
}

/** https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/ */
function asSidecar(container: input.core.v1.Container): input.core.v1.Container {
    return { ...container, restartPolicy: "Always" };
}

function folders({ agentsImage, agent }: ObjectStorePlan): input.core.v1.Container {
    return agentContainer("folders", {
        image: agentsImage,
        resources: agent,
        arguments: Object.values(FOLDERS),
        settings: {},
        mounts: [{ name: "data", mountPath: DATA }],
    });
}

function retentionAgent({ agentsImage, agent, objectLockDays }: ObjectStorePlan): input.core.v1.Container {
    const container = agentContainer("retention-agent", {
        image: agentsImage,
        resources: agent,
        settings: {
            ...storeAccess(STORE_PORT),
            ...storeUser(ACCOUNT.retentionAgent),
            BUCKETS: `${KEYS}/buckets/${FILE.buckets}`,
            OBJECT_LOCK_DAYS: objectLockDays,
            EVENTS_PORT,
            STATUS_PORT,
        },
        mounts: [ACCOUNT.retentionAgent, "authority", "buckets"].map(keyMount),
    });
    return {
        ...container,
        ports: [{ name: "status", containerPort: STATUS_PORT, protocol: "TCP" }],
        startupProbe: { httpGet: { path: "/", port: "status" }, periodSeconds: 1, failureThreshold: 60 },
    };
}

function controller({ agentsImage, agent, objectLockDays }: ObjectStorePlan): input.core.v1.Container {
    return agentContainer("object-store-controller", {
        image: agentsImage,
        resources: agent,
        settings: {
            ...storeAccess(STORE_PORT),
            ...storeUser(ACCOUNT.administrator),
            ADMINISTRATION: `${ADMINISTRATION}/socket`,
            USERS: `${KEYS}/users/${FILE.users}`,
            BUCKETS: `${KEYS}/buckets/${FILE.buckets}`,
            OBJECT_LOCK_DAYS: objectLockDays,
        },
        mounts: [
            ...[ACCOUNT.administrator, "authority", "users", "buckets"].map(keyMount),
            { name: "administration", mountPath: ADMINISTRATION },
        ],
    });
}

function server({ store, keys }: StorePodArgs): input.core.v1.Container {
    // The program takes its key from the environment or from its arguments, and arguments are seen by everybody.
    const key = { secretKeyRef: { name: keys.accounts, key: ACCOUNT.administrator } };
    const settings = {
        ROOT_ACCESS_KEY_ID: ACCOUNT.administrator,
        VGW_PORT: `:${STORE_PORT}`,
        VGW_REGION: OBJECT_STORE_REGION,
        VGW_ADMIN_PORT: `${ADMINISTRATION}/socket`,
        VGW_SOCKET_PERM: "0600",
        VGW_IAM_DIR: FOLDERS.accounts,
        VGW_VERSIONING_DIR: FOLDERS.versions,
        VGW_EVENT_WEBHOOK_URL: `http://127.0.0.1:${EVENTS_PORT}`,
        // Policies alone say who may do what.
        VGW_DISABLE_ACL: "true",
        VGW_HEALTH: HEALTH,
        // Its log would be a line for each request, most of them the retention agent's.
        VGW_QUIET: "true",
        VGW_CERT: `${KEYS}/certificate/${TLS.certificate}`,
        VGW_KEY: `${KEYS}/certificate/${TLS.key}`,
    };
    return hardenedContainer({
        name: OBJECT_STORE,
        image: store.image,
        command: following(`${KEYS}/certificate`, PROGRAM.versitygw),
        args: ["posix", FOLDERS.objects],
        env: [
            ...Object.entries(settings).map(([name, value]) => ({ name, value })),
            { name: "ROOT_SECRET_ACCESS_KEY", valueFrom: key },
        ],
        ports: [{ name: "https", containerPort: STORE_PORT, protocol: "TCP" }],
        resources: guaranteed(store.cpu, store.memory),
        readinessProbe: { httpGet: { path: HEALTH, port: "https", scheme: "HTTPS" }, periodSeconds: 5 },
        volumeMounts: [
            { name: "data", mountPath: DATA },
            { name: "administration", mountPath: ADMINISTRATION },
            keyMount("certificate"),
        ],
    });
}
