/** What one registry needs of its site. */
import type { EmbassyConfig } from "../config";
import type { RegistryConfig } from "../config/registries";
import { amount } from "../config/quantity";
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
    /** What selects the members, and nothing else. */
    readonly selector: Readonly<Record<string, string>>;
    readonly image: string;
    readonly members: number;
    readonly cpu: string;
    readonly memory: string;
    readonly storage: string;
    readonly storageClass: string;
    readonly spread: readonly SpreadConstraint[];
    /** Members that may be away at once by choice (drain, upgrade). */
    readonly maxUnavailable: number;
    readonly quota: Readonly<Record<string, string>>;
    /** Names that the server certificate must hold. */
    readonly dnsNames: readonly string[];
}

/** Name of the workload and its Service in each registry's namespace. */
export const DATABASE = "database";
export const DATABASE_PORT = 5432;
/** Room in a quota for one more member than planned: a rolling replacement, a restore beside the members. */
const QUOTA_HEADROOM = 1;

/** A member on each feed first; then on as many racks and hosts as there are. */
const SPREAD: readonly SpreadConstraint[] = [
    { topologyKey: TOPOLOGY.zone, maxSkew: 1, whenUnsatisfiable: "DoNotSchedule" },
    { topologyKey: TOPOLOGY.rack, maxSkew: 1, whenUnsatisfiable: "DoNotSchedule" },
    { topologyKey: TOPOLOGY.host, maxSkew: 1, whenUnsatisfiable: "DoNotSchedule" },
];

export function planRegistry(
    name: string,
    registry: RegistryConfig,
    { site, storage }: Pick<EmbassyConfig, "site" | "storage">,
    lock: ImageLock,
): RegistryPlan {
    const namespace = dnsLabel("registry", name);
    const selector = { "app.kubernetes.io/name": DATABASE, [LABEL.registry]: name };
    const allowed = registry.members + QUOTA_HEADROOM;
    return {
        name,
        namespace,
        labels: { ...COMMON_LABELS, ...selector, [LABEL.site]: site.name, [LABEL.role]: site.role },
        selector,
        image: imageReference(site.imageRegistry, "postgres", lock),
        members: registry.members,
        cpu: registry.cpu,
        memory: registry.memory,
        storage: registry.storage,
        storageClass: storage.class,
        spread: SPREAD,
        maxUnavailable: 1,
        quota: {
            "requests.cpu": times(registry.cpu, allowed),
            "limits.cpu": times(registry.cpu, allowed),
            "requests.memory": times(registry.memory, allowed),
            "limits.memory": times(registry.memory, allowed),
            "requests.storage": times(registry.storage, allowed),
            pods: String(allowed),
            persistentvolumeclaims: String(allowed),
        },
        dnsNames: dnsNames(namespace, registry.members),
    };
}

/** As Kubernetes names a headless Service and the members behind it. */
function dnsNames(namespace: string, members: number): string[] {
    const service = `${DATABASE}.${namespace}.svc`;
    const pods = Array.from({ length: members }, (_, index) => `${DATABASE}-${index}.${service}`);
    return [DATABASE, `${DATABASE}.${namespace}`, service, `${service}.cluster.local`, ...pods];
}

/** `4Gi` × 3 = `12Gi`: the unit stays, as the API server would write it back. */
function times(quantity: string, factor: number): string {
    const unit = quantity.replace(/^[\d.]+/, "");
    const one = amount(`1${unit}`);
    return `${(amount(quantity) / one) * factor}${unit}`;
}
