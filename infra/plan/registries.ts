/** What one registry needs of its site. */
import type { EmbassyConfig } from "../config";
import { amount } from "../config/quantity";
import { type DatabasePlan, planDatabase } from "./database";
import { type ImageLock, imageReference } from "./images";
import { TOPOLOGY } from "./inventory";
import { COMMON_LABELS, LABEL, dnsLabel } from "./names";

export interface SpreadConstraint {
    readonly topologyKey: string;
    readonly maxSkew: number;
    readonly whenUnsatisfiable: "DoNotSchedule" | "ScheduleAnyway";
}

export interface RegistryPlan {
    readonly name: string;
    /** Namespace, and prefix of every cluster-wide name. */
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly image: string;
    readonly cpu: string;
    readonly memory: string;
    readonly storage: string;
    readonly storageClass: string;
    readonly spread: readonly SpreadConstraint[];
    /** Members that may be away at once by choice (drain, upgrade). */
    readonly maxUnavailable: number;
    readonly quota: Readonly<Record<string, string>>;
    readonly database: DatabasePlan;
}

/** Room in a quota for one more member than planned: a rolling replacement, a restore beside the members. */
const QUOTA_HEADROOM = 1;

/** Cores and memory of what stands beside a member in its pod, and of a Job that stores a version. */
export const HELPER = { cpu: "100m", memory: "256Mi" } as const;
export const STORING = { cpu: "500m", memory: "512Mi" } as const;
/** Jobs of a registry at once, at most: two schedules, and the first version in each of two stores. */
const JOBS = 4;

/** A member on each feed first; then on as many racks and hosts as there are. */
const SPREAD: readonly SpreadConstraint[] = [
    { topologyKey: TOPOLOGY.zone, maxSkew: 1, whenUnsatisfiable: "DoNotSchedule" },
    { topologyKey: TOPOLOGY.rack, maxSkew: 1, whenUnsatisfiable: "DoNotSchedule" },
    { topologyKey: TOPOLOGY.host, maxSkew: 1, whenUnsatisfiable: "DoNotSchedule" },
];

export function planRegistry(
    name: keyof EmbassyConfig["registries"],
    config: Omit<EmbassyConfig, "cluster" | "keys">,
    lock: ImageLock,
): RegistryPlan {
    const { site, storage } = config;
    const registry = config.registries[name];
    const namespace = dnsLabel("registry", name);
    const database = planDatabase(name, namespace, config);
    const members = registry.members + QUOTA_HEADROOM;
    const cpu = cores(members * (amount(registry.cpu) + amount(HELPER.cpu)) + JOBS * amount(STORING.cpu));
    const memory = mebibytes(
        members * (amount(registry.memory) + amount(HELPER.memory)) + JOBS * amount(STORING.memory),
    );
    return {
        name,
        namespace,
        labels: { ...COMMON_LABELS, ...database.labels, [LABEL.site]: site.name, [LABEL.role]: site.role },
        image: imageReference(site.imageRegistry, "postgres", lock),
        cpu: registry.cpu,
        memory: registry.memory,
        storage: registry.storage,
        storageClass: storage.class,
        spread: SPREAD,
        maxUnavailable: 1,
        quota: {
            "requests.cpu": cpu,
            "limits.cpu": cpu,
            "requests.memory": memory,
            "limits.memory": memory,
            "requests.storage": mebibytes(members * amount(registry.storage)),
            pods: String(members + JOBS),
            persistentvolumeclaims: String(members),
        },
        database,
    };
}

/** As the API server would write it back: whole cores where they are whole. */
function cores(amount: number): string {
    const milli = Math.round(amount * 1000);
    return milli % 1000 === 0 ? String(milli / 1000) : `${milli}m`;
}

function mebibytes(bytes: number): string {
    const whole = bytes / 2 ** 20;
    return whole % 1024 === 0 ? `${whole / 1024}Gi` : `${whole}Mi`;
}
