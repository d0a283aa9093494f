import * as pulumi from "@pulumi/pulumi";
import { breakGlass } from "../cluster/access/break-glass";
import { imageOrigin } from "../cluster/access/image-origin";
import { Declarations } from "../cluster/access/declarations";
import { declaredWorkloads } from "../cluster/access/declared";
import { jurisdiction } from "../cluster/access/jurisdiction";
import { SYSTEM_NAMESPACES, kubernetesOwn } from "../cluster/access/plan-kubernetes";
import { pods } from "../cluster/access/pods";
import { secrets } from "../cluster/access/secrets";
import { waysIn } from "../cluster/access/ways-in";
import { AuditShipper } from "../cluster/control-plane/audit-shipper";
import { Machines } from "../cluster/machines/machines";
import { Priorities } from "../cluster/priorities";
import { defaultAccount } from "../kubernetes/default-account";
import { siteProvider } from "../kubernetes/provider";
import { monitoringAcrossSites, registryAcrossSites, storeAcrossSites } from "./across-sites";
import { deletionAdmission } from "../cluster/access/deletion-admission";
import { Edge } from "../edge/edge";
import { Authority } from "../keys/authority";
import { CertManager } from "../keys/cert-manager";
import type { EmbassyPlan } from "./embassy-plan";
import { Monitoring } from "../monitoring/monitoring";
import type { StatusPageAddress } from "../monitoring/status-page";
import { DnsServer } from "../networking/dns/dns";
import type { CrossStackSecrets } from "../keys/cross-stack-secrets";
import { fence } from "../registries/replication/fence";
import { memberRole } from "../registries/postgres/member-role";
import { Registry } from "../registries/registry";
import { auditUsers, storeUsers } from "../storage/store-users";
import { localClass } from "../storage/local-class";
import { ObjectStore } from "../storage/object-store";

export interface DataEmbassyArgs {
    readonly plan: EmbassyPlan;
    /** Used instead of what the stack that holds the root hands to this site. */
    readonly handed?: CrossStackSecrets | undefined;
}

/** A whole site. Its parts come up in this order: cluster, storage, keys, networking, registries, edge, monitoring. */
export class DataEmbassy extends pulumi.ComponentResource {
    /** For the stacks of the sites whose intermediates are issued here; secret. */
    readonly crossStackSecrets: pulumi.Output<Record<string, CrossStackSecrets>> | undefined;
    /** Where allies read; undefined for a site without an edge. */
    readonly edge: Edge | undefined;
    /** Where persons on duty look; undefined where nobody may. */
    readonly statusPage: StatusPageAddress | undefined;

    constructor(name: string, { plan, handed }: DataEmbassyArgs, opts: pulumi.ComponentResourceOptions = {}) {
        const declarations = new Declarations(kubernetesOwn(plan.kubeProxyImage));
        super(
            "data-embassy:index:DataEmbassy",
            name,
            {},
            { ...opts, transformations: [...(opts.transformations ?? []), declarations.transformation] },
        );
        const provider = siteProvider("site", plan, { parent: this });
        const inSite = { parent: this, providers: { kubernetes: provider } };

        const priorities = new Priorities("priorities", { labels: plan.labels }, inSite);
        const origin = imageOrigin("image-origin", plan, { parent: this, provider });
        const inCluster = { parent: this, provider };
        jurisdiction("jurisdiction", plan, inCluster);
        breakGlass("break-glass", plan, inCluster);
        declaredWorkloads("declared-workloads", plan, inCluster);
        pods("declared-pods", plan, inCluster);
        secrets("declared-secrets", plan, inCluster);
        waysIn("ways-in", plan, inCluster);
        deletionAdmission("deletion-protection", plan, inCluster);
        for (const namespace of SYSTEM_NAMESPACES) {
            defaultAccount(`${namespace}-default-account`, { namespace, labels: plan.labels }, inCluster);
        }
        // These must be there before any pod is.
        const dependsOn = [priorities, origin];
        const storageClass = localClass(plan.storageClass, plan, { parent: this, provider });
        const authority = new Authority("authority", { plan: plan.authority, handed }, { parent: this });
        this.crossStackSecrets = authority.crossStackSecrets;

        const { network, other, podSecurityVersion } = plan;
        new DnsServer("dns", { dns: plan.dns, network, podSecurityVersion }, { ...inSite, dependsOn });
        const { own: crossStackSecrets } = authority;
        const generations = Object.fromEntries(
            plan.registries.map(({ name, database }) => [name, database.generations]),
        );
        const validity = plan.authority.leaf;
        const onDisks = { ...inSite, dependsOn: [...dependsOn, storageClass] };
        const objectStore = new ObjectStore(
            "object-store",
            {
                store: plan.objectStore,
                podSecurityVersion,
                issuer: crossStackSecrets.issuer,
                validity,
                users: crossStackSecrets.registries.apply((secrets) => ({
                    ...storeUsers(secrets, generations),
                    ...auditUsers(secrets, plan.objectStore.auditOf),
                })),
            },
            onDisks,
        );
        const { namespace } = objectStore;
        storeAcrossSites("object-store-across", { store: plan.objectStore, other, namespace }, { parent: objectStore });
        if (plan.auditShipper !== undefined) {
            new AuditShipper(
                "audit-shipper",
                { shipper: plan.auditShipper, crossStackSecrets },
                { ...inSite, dependsOn },
            );
        }
        const fenced = fence("fence", plan, { parent: this, provider });
        const common = {
            network,
            podSecurityVersion,
            crossStackSecrets,
            validity,
            memberRole: memberRole("member-role", plan, { parent: this, provider }),
        };
        const ready = [...onDisks.dependsOn, fenced];
        // Registries follow one another, those that run first: the engine does what it is given in turn, and members take long to come up.
        const inOrder = plan.registries.toSorted((one, other) => other.database.members - one.database.members);
        let before: readonly pulumi.Resource[] = [];
        for (const registry of inOrder) {
            const opts = { ...inSite, dependsOn: [...ready, ...before] };
            const made = new Registry(registry.name, { registry, ...common }, opts);
            const { namespace, networkPolicies } = made;
            const parent = { parent: made };
            const across = registryAcrossSites(`${registry.name}-across`, { registry, other, namespace }, parent);
            before = [...networkPolicies, ...across];
        }
        // cert-manager comes last, because nothing waits for it.
        const { namespace: authorities } = new CertManager(
            "cert-manager",
            { plan: plan.certManager, network, podSecurityVersion, issuer: crossStackSecrets.issuer },
            { ...inSite, dependsOn },
        );
        const { edge } = plan;
        this.edge =
            edge &&
            new Edge(
                "edge",
                {
                    edge,
                    site: plan.site,
                    podSecurityVersion,
                    issuer: crossStackSecrets.issuer,
                    authority: plan.authority,
                    authorities,
                },
                { ...inSite, dependsOn },
            );
        if (plan.monitoring !== undefined) {
            const { issuer } = crossStackSecrets;
            const { authority, monitoring } = plan;
            const made = new Monitoring(
                "monitoring",
                { plan: monitoring, network, podSecurityVersion, issuer, validity, authority },
                onDisks,
            );
            const { namespace } = made;
            this.statusPage = made.statusPage;
            monitoringAcrossSites("monitoring-across", { plan: monitoring, other, namespace }, { parent: made });
        }
        if (plan.machines.length > 0) {
            // Machines come after all that is waited for, because they are many and nothing here needs them.
            new Machines("machines", plan, { ...inSite, dependsOn: [...before] });
        }
        declarations.write("declared", plan.labels, inCluster);
        this.registerOutputs();
    }
}
