/** The plan: configuration in, plain specifications out. Nothing here knows of Pulumi, a cluster or a clock. */
import type { EmbassyConfig } from "../config";
import { REGISTRIES } from "./registry-names";
import { planNetwork } from "./addresses";
import { planAuthority } from "./authority";
import { bootOrder } from "./boot-order";
import { bootParts } from "./boot-parts";
import { planCertManager } from "./cert-manager";
import { refuseTooSmall, tooSmall } from "./disk";
import { planDns } from "./dns";
import { asking, planEdge } from "./edge";
import type { EmbassyPlan } from "./embassy-plan";
import { type ImageLock, originPattern } from "./images";
import { inventory } from "./inventory";
import { lifetimes, refuseTooShort } from "./lifetimes";
import { planMachines } from "./machines";
import { COMMON_LABELS, LABEL } from "./names";
import { planObjectStore } from "./object-store";
import { type Decisions, planRegistry } from "./registries";
import { storeTooSmall } from "./store-disk";

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
    const edge = planEdge(config, network, lock);
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
        registries: REGISTRIES.map((name) => planRegistry(name, config, lock, decisions, asking(name, edge))),
        edge,
    };
    return { ...planned, bootOrder: bootOrder(site.name, bootParts(planned)) };
}
