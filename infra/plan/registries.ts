/** What one registry needs of its site. */
import type { EmbassyConfig } from "../config";
import type { RegistryConfig } from "../config/registries";
import { CLUSTER_DOMAIN } from "./addresses";
import { type ImageLock, imageReference } from "./images";
import { COMMON_LABELS, LABEL, dnsLabel } from "./names";
import { quota } from "./quota";
import { SPREAD, type SpreadConstraint } from "./spread";

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

export function planRegistry(
    name: string,
    registry: RegistryConfig,
    { site, storage }: Pick<EmbassyConfig, "site" | "storage">,
    lock: ImageLock,
): RegistryPlan {
    const namespace = dnsLabel("registry", name);
    const selector = { "app.kubernetes.io/name": DATABASE, [LABEL.registry]: name };
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
        quota: quota(registry, registry.members),
        dnsNames: dnsNames(namespace, registry.members),
    };
}

/** As Kubernetes names a headless Service and the members behind it. */
function dnsNames(namespace: string, members: number): string[] {
    const service = `${DATABASE}.${namespace}.svc`;
    const pods = Array.from({ length: members }, (_, index) => `${DATABASE}-${index}.${service}`);
    return [DATABASE, `${DATABASE}.${namespace}`, service, `${service}.${CLUSTER_DOMAIN}`, ...pods];
}
