/** What one registry needs of its site. */
import type { StorageSection } from "../storage/config";
import { registryOf } from "./config";
import type { DatabaseConfig, DatabasePlan } from "./plan-database";
import { type ImageLock, imageReference } from "../conventions/images";
import { COMMON_LABELS, LABEL } from "../conventions/names";
import { UPLOADER, type PublicCopyPlan, planPublicCopy } from "./backups/plan-public-copy";
import { quota } from "../kubernetes/quota";
import { SPREAD, type SpreadConstraint } from "../kubernetes/spread";

export interface RegistryPlan {
    readonly name: string;
    /** Namespace, and prefix of every cluster-wide name. */
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly image: string;
    readonly agentsImage: string;
    readonly cpu: string;
    readonly memory: string;
    readonly storage: string;
    readonly storageClass: string;
    readonly spread: readonly SpreadConstraint[];
    /** Members that may be away at once by choice (drain, upgrade). */
    readonly maxUnavailable: number;
    readonly quota: Readonly<Record<string, string>>;
    readonly database: DatabasePlan;
    /** Where a public registry's backups are copied to, if the stack declares it. */
    readonly publicCopy: PublicCopyPlan | undefined;
    /** Whether this run may promote it in spite of more loss than `replication.maximumLag`. */
    readonly acceptLoss: boolean;
    /** Workloads of the site that may ask it. */
    readonly askedBy: readonly Asking[];
}

/** A workload, by its namespace and by what selects its pods. */
export interface Asking {
    readonly namespace: string;
    readonly selector: Readonly<Record<string, string>>;
}

/** What is decided for one run, by whoever starts it. */
export interface Decisions {
    readonly acceptLoss: boolean;
}

/** Room in a quota for one more member than planned: a rolling replacement, a restore beside the members. */
const HEADROOM = 1;

/** Cores and memory of what stands beside a member in its pod, and of a Job that stores a version. */
export const HELPER = { cpu: "100m", memory: "256Mi" } as const;
export const BACKUP_JOB = { cpu: "500m", memory: "512Mi" } as const;
/**
 * Of the lease agent beside a member, and of the gate before a role: a Node.js each. Of the processor it uses next to nothing, but that in
 * time: where all of a machine's is asked for, its share is what the right to write hangs on.
 */
export const LEASE_AGENT = { cpu: "500m", memory: "128Mi" } as const;
/** Jobs of a registry at once, at most: three schedules, and the first version in each of two stores. */
export const JOBS = 5;
/** The gate of a role that is taken, before that of the one that is given up is gone. */
export const GATES = 2;

export function planRegistry(
    database: DatabasePlan,
    config: DatabaseConfig & StorageSection,
    lock: ImageLock,
    { acceptLoss }: Decisions,
    askedBy: readonly Asking[],
): RegistryPlan {
    const { site, storage } = config;
    const { registry: name, namespace } = database;
    const registry = registryOf(config, name);
    const publicCopy = planPublicCopy(name, config);
    return {
        name,
        namespace,
        labels: { ...COMMON_LABELS, ...database.labels, [LABEL.site]: site.name },
        image: imageReference(site.imageRegistry, "postgres", lock),
        agentsImage: imageReference(site.imageRegistry, "agents", lock),
        cpu: registry.cpu,
        memory: registry.memory,
        storage: registry.storage,
        storageClass: storage.class,
        spread: SPREAD,
        maxUnavailable: 1,
        quota: quota(
            {
                count: registry.members + HEADROOM,
                containers: [registry, HELPER, LEASE_AGENT],
                storage: registry.storage,
            },
            { count: JOBS, containers: [BACKUP_JOB] },
            { count: GATES, containers: [LEASE_AGENT] },
            ...(publicCopy === undefined ? [] : [{ count: 1, containers: [UPLOADER] }]),
        ),
        database,
        publicCopy,
        acceptLoss,
        askedBy,
    };
}
