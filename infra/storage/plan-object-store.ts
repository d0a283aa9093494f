/** What a site's object store needs: it holds backups, this site's and those of its peers. Pure. */
import type { SiteSection } from "../conventions/site";
import type { StorageSection } from "./config";
import { auditBucket } from "../conventions/audit";
import { CLUSTER_DOMAIN, type NetworkPlan, objectStoreName } from "../networking/addresses";
import { type ImageLock, imageReference } from "../conventions/images";
import { COMMON_LABELS, LABEL, registryNamespace } from "../conventions/names";
import { quota } from "../kubernetes/quota";

/** Name of the namespace, of the workload in it, and of its Service. */
export const OBJECT_STORE = "object-store";
/** Host name of the store in its own cluster, which is the same on every site. */
export const OBJECT_STORE_SERVICE = `${OBJECT_STORE}.${OBJECT_STORE}.svc`;
/** A signed request has to name a region, and the store knows only this one. */
export const OBJECT_STORE_REGION = "embassy";
/** Bucket in which the store's lock is put to the test, so that no backup is. */
export const SELF_TEST_BUCKET = "self-test";
/** What selects the store's pod. */
export const STORE_SELECTOR = { "app.kubernetes.io/name": OBJECT_STORE } as const;
/** Workloads that run every night: one tries to break the store's promise, and one removes what is due. */
export const TESTER = "write-once-self-test";
export const PURGER = "purge";
export const NIGHTLY = [TESTER, PURGER] as const;

export interface ObjectStorePlan {
    readonly labels: Readonly<Record<string, string>>;
    readonly image: string;
    readonly agentsImage: string;
    readonly cpu: string;
    readonly memory: string;
    readonly storage: string;
    readonly storageClass: string;
    /** Requests of each nightly agent. */
    readonly agent: { readonly cpu: string; readonly memory: string };
    readonly quota: Readonly<Record<string, string>>;
    readonly objectLockDays: number;
    readonly buckets: readonly string[];
    /** The site whose audit log is stored here; undefined where there is none. */
    readonly auditOf: string | undefined;
    /** Buckets whose objects are removed once they are as old as `objectLockDays`, because nothing hides them. */
    readonly expiring: readonly string[];
    /** Fixed address of the Service. */
    readonly address: string;
    /** Names that the server certificate must hold. */
    readonly dnsNames: readonly string[];
}

/** Resources of a Node.js with few connections. */
const AGENT = { cpu: "250m", memory: "128Mi" } as const;
/** Runs of a nightly Job at once: one by the clock, one by hand. */
export const RUNS = 2;

export function planObjectStore(
    { site, storage, registries }: SiteSection & StorageSection & { readonly registries: object },
    network: Pick<NetworkPlan, "objectStore">,
    lock: ImageLock,
): ObjectStorePlan {
    const { cpu, memory, storage: size } = storage.objectStore;
    const auditOf = "partner" in site ? site.partner : undefined;
    const expiring = auditOf === undefined ? [] : [auditBucket(auditOf)];
    return {
        labels: { ...COMMON_LABELS, ...STORE_SELECTOR, [LABEL.site]: site.name },
        image: imageReference(site.imageRegistry, OBJECT_STORE, lock),
        agentsImage: imageReference(site.imageRegistry, "agents", lock),
        cpu,
        memory,
        storage: size,
        storageClass: storage.class,
        agent: AGENT,
        quota: quota(
            { count: 1, containers: [{ cpu, memory }], storage: size },
            { count: NIGHTLY.length * RUNS, containers: [AGENT] },
        ),
        objectLockDays: storage.objectLockDays,
        buckets: [...Object.keys(registries).map(registryNamespace), SELF_TEST_BUCKET, ...expiring],
        auditOf,
        expiring,
        address: network.objectStore,
        dnsNames: [
            OBJECT_STORE,
            `${OBJECT_STORE}.${OBJECT_STORE}`,
            OBJECT_STORE_SERVICE,
            `${OBJECT_STORE_SERVICE}.${CLUSTER_DOMAIN}`,
            objectStoreName(site.name),
        ],
    };
}
