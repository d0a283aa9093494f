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
    /** Members that may be away at once for a planned reason (drain, upgrade). */
    readonly maxUnavailable: number;
    readonly quota: Readonly<Record<string, string>>;
    readonly database: DatabasePlan;
    /** Where a public registry's backups are copied to, if the stack declares it. */
    readonly publicCopy: PublicCopyPlan | undefined;
    /** Whether this run may promote it in spite of more loss than `replication.maximumLag`. */
    readonly acceptLoss: boolean;
    /** Workloads of the site that may ask it. */
    readonly askedBy: readonly Asking[];
    /** Who asks its members how they are; undefined in a site that is not watched. */
    readonly watchedBy: Asking | undefined;
}

/** A workload, by its namespace and by what selects its pods. */
export interface Asking {
    readonly namespace: string;
    readonly selector: Readonly<Record<string, string>>;
}

/** What the person who starts a run decides for it. */
export interface Decisions {
    readonly acceptLoss: boolean;
}

/** Members beyond the plan for which a quota has room: for a rolling replacement, or a restore beside the members. */
const HEADROOM = 1;

/** Cores and memory of the containers beside a member in its pod, and of a Job that stores a version. */
export const HELPER = { cpu: "100m", memory: "256Mi" } as const;
export const BACKUP_JOB = { cpu: "500m", memory: "512Mi" } as const;
/**
 * Cores and memory of the lease agent beside a member, and of the gate before a role; each is a Node.js. It uses next to no processor time,
 * but needs it promptly: where all of a machine's processor is requested, the right to write depends on this share.
 */
export const LEASE_AGENT = { cpu: "500m", memory: "128Mi" } as const;
/** The most Jobs of a registry at once: three schedules, and the first version in each of two stores. */
export const JOBS = 5;
/** Gates at once: that of the new role starts before that of the former one is gone. */
export const GATES = 2;

export function planRegistry(
    database: DatabasePlan,
    config: DatabaseConfig & StorageSection,
    lock: ImageLock,
    { acceptLoss }: Decisions,
    { askedBy, watchedBy }: Pick<RegistryPlan, "askedBy" | "watchedBy">,
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
        watchedBy,
    };
}
