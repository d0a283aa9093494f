/** The plan: configuration in, plain specifications out. Nothing here knows of Pulumi, a cluster or a clock. */
import type { EmbassyConfig } from "../config";
import { REGISTRIES } from "../config/registries";
import { type NetworkPlan, planNetwork } from "./addresses";
import { type AuthorityPlan, planAuthority } from "./authority";
import { bootOrder } from "./boot-order";
import { bootParts } from "./boot-parts";
import { type CertManagerPlan, planCertManager } from "./cert-manager";
import { refuseTooSmall, tooSmall } from "./disk";
import { type DnsPlan, planDns } from "./dns";
import { type EdgePlan, planEdge } from "./edge";
import { type ImageLock, originPattern } from "./images";
import { type Host, inventory } from "./inventory";
import { lifetimes, refuseTooShort } from "./lifetimes";
import { type MachineObject, planMachines } from "./machines";
import { COMMON_LABELS, LABEL } from "./names";
import { type ObjectStorePlan, planObjectStore } from "./object-store";
import { type Decisions, type RegistryPlan, planRegistry } from "./registries";
import { storeTooSmall } from "./store-disk";

export interface EmbassyPlan {
    readonly site: string;
    readonly labels: Readonly<Record<string, string>>;
    /** Kubeconfig context. */
    readonly context: string;
    /** Version of the Pod Security profile, `v1.36`. */
    readonly podSecurityVersion: string;
    readonly hosts: readonly Host[];
    /** What makes machines of the hosts; none where somebody else does. */
    readonly machines: readonly MachineObject[];
    readonly storageClass: string;
    /** Whence every image comes, and what its reference looks like then. */
    readonly imageOrigin: { readonly registry: string; readonly pattern: string };
    readonly network: NetworkPlan;
    readonly dns: DnsPlan;
    readonly authority: AuthorityPlan;
    readonly certManager: CertManagerPlan;
    readonly objectStore: ObjectStorePlan;
    readonly registries: readonly RegistryPlan[];
    /** Undefined for a site without an edge. */
    readonly edge: EdgePlan | undefined;
    /** Steps in which the site comes up. */
    readonly bootOrder: readonly (readonly string[])[];
}

export function plan(
    config: EmbassyConfig,
    lock: ImageLock = {},
    decisions: Decisions = { acceptLoss: false },
): EmbassyPlan {
    const { site, cluster, machines, storage } = config;
    refuseTooShort(site.name, lifetimes(config));
    refuseTooSmall(site.name, [...tooSmall(config), ...storeTooSmall(config)]);
    const network = planNetwork(config);
    const hosts = inventory(config);
    const planned = {
        site: site.name,
        labels: { ...COMMON_LABELS, [LABEL.site]: site.name },
        context: cluster.context,
        podSecurityVersion: `v${cluster.kubernetes}`,
        hosts,
        machines: machines === undefined ? [] : planMachines({ ...config, machines }, hosts, network),
        storageClass: storage.class,
        imageOrigin: {
            registry: site.imageRegistry,
            pattern: originPattern(site.imageRegistry, Object.keys(lock).length > 0),
        },
        network,
        dns: planDns(config, network, lock),
        authority: planAuthority(config),
        certManager: planCertManager(config, lock),
        objectStore: planObjectStore(config, network, lock),
        registries: REGISTRIES.map((name) => planRegistry(name, config, lock, decisions)),
        edge: planEdge(config, network, lock),
    };
    return { ...planned, bootOrder: bootOrder(site.name, bootParts(planned)) };
}
