/** The plan: configuration in, plain specifications out. Nothing here knows of Pulumi, a cluster or a clock. */
import type { EmbassyConfig } from "./config";
import { type NetworkPlan, type OtherSite, planNetwork } from "../networking/addresses";
import { planAuthority } from "../keys/plan-authority";
import { bootOrder } from "./boot-order";
import { bootParts } from "./boot-parts";
import { planCertManager } from "../keys/plan-cert-manager";
import { refuseTooSmall, tooSmall } from "../registries/disk";
import { planDns } from "../networking/dns/plan";
import { asking, planEdge } from "../edge/plan";
import type { EmbassyPlan } from "./embassy-plan";
import { InputError } from "../conventions/errors";
import { type ImageLock, originPattern } from "../conventions/images";
import { inventory } from "../cluster/facility/inventory";
import { refuseTooShort } from "./days-alone";
import { lifetimes } from "./lifetimes";
import { KUBE_PROXY } from "../cluster/access/plan-kubernetes";
import { kubernetesImage } from "../cluster/machines/kubeadm";
import { planAuditShipper } from "../cluster/control-plane/plan-audit-shipper";
import { planMachines } from "../cluster/machines/plan";
import { COMMON_LABELS, LABEL, registryNamespace } from "../conventions/names";
import { otherSite } from "../restore/config";
import { planMonitoring, watching } from "../monitoring/plan";
import { planObjectStore } from "../storage/plan-object-store";
import { planDatabase } from "../registries/plan-database";
import { type Decisions, planRegistry } from "../registries/plan";
import { storeTooSmall } from "../registries/backups/store-disk";

export function plan(
    config: EmbassyConfig,
    lock: ImageLock = {},
    decisions: Decisions = { acceptLoss: false },
): EmbassyPlan {
    const { site, cluster, machines, storage } = config;
    refuseTooShort(site.name, lifetimes(config), config.keys.root);
    refuseTooSmall(site.name, [...tooSmall(config), ...storeTooSmall(config)]);
    const network = planNetwork(config);
    const hosts = inventory(config);
    const edge = planEdge(config, network, lock);
    const other = otherIn(network, config);
    const registries = Object.keys(config.registries).map((name) =>
        planRegistry(planDatabase(name, registryNamespace(name), config), config, lock, decisions, {
            askedBy: asking(name, edge),
            watchedBy: watching(config),
        }),
    );
    const planned = {
        site: site.name,
        labels: { ...COMMON_LABELS, [LABEL.site]: site.name },
        context: site.context,
        podSecurityVersion: `v${cluster.kubernetes}`,
        hosts,
        kubeProxyImage: machines && kubernetesImage(site.imageRegistry, KUBE_PROXY, machines.release),
        machines: machines === undefined ? [] : planMachines({ ...config, machines }, hosts, network),
        storageClass: storage.class,
        imageOrigin: {
            registry: site.imageRegistry,
            pattern: originPattern(site.imageRegistry, Object.keys(lock).length > 0),
        },
        network,
        other,
        dns: planDns(config, network, lock),
        authority: planAuthority(config),
        certManager: planCertManager(config, lock),
        objectStore: planObjectStore(config, network, lock),
        auditShipper: planAuditShipper(config, other, lock),
        registries,
        edge,
        monitoring: planMonitoring(config, registries, network, lock),
    };
    return { ...planned, bootOrder: bootOrder(site.name, bootParts(planned)) };
}

function otherIn({ peers }: NetworkPlan, config: EmbassyConfig): OtherSite {
    const name = otherSite(config);
    const peer = peers[name];
    if (peer === undefined) {
        throw new InputError(
            `There is no route to ${name}; data-embassy:networking.peers has ${Object.keys(peers).join(", ")}.`,
        );
    }
    return { ...peer, isPartner: !("restore" in config) };
}
