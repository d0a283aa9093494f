import * as pulumi from "@pulumi/pulumi";
import { breakGlass } from "./cluster/access/break-glass";
import { imageOrigin } from "./cluster/access/image-origin";
import { Declarations } from "./cluster/access/declarations";
import { declaredWorkloads } from "./cluster/access/declared";
import { jurisdiction } from "./cluster/access/jurisdiction";
import { kubernetesOwn } from "./cluster/access/plan-kubernetes";
import { pods } from "./cluster/access/pods";
import { secrets } from "./cluster/access/secrets";
import { waysIn } from "./cluster/access/ways-in";
import { Machines } from "./cluster/machines/machines";
import { Priorities } from "./cluster/priorities";
import { siteProvider } from "./kubernetes/provider";
import { twoSteps } from "./cluster/access/two-steps";
import { Edge } from "./edge/edge";
import { Authority } from "./keys/authority";
import { CertManager } from "./keys/cert-manager";
import type { EmbassyPlan } from "./site/embassy-plan";
import { NameServer } from "./networking/dns/dns";
import type { Handover } from "./keys/handover";
import { fence } from "./registries/replication/fence";
import { memberRole } from "./registries/postgres/member-role";
import { Registry } from "./registries/registry";
import { storeUsers } from "./storage/store-users";
import { localClass } from "./storage/local-class";
import { ObjectStore } from "./storage/object-store";

/** A whole site, its rooms in the order in which they come up: cluster, storage, keys, networking, registries, edge. */
export class DataEmbassy extends pulumi.ComponentResource {
    /** For the stacks of the sites whose intermediates are issued here; secret. */
    readonly handovers: pulumi.Output<Record<string, Handover>> | undefined;
    /** Where allies read, of a site that has one. */
    readonly edge: Edge | undefined;

    /** @param handed instead of what the stack that holds the root hands to this site */
    constructor(name: string, plan: EmbassyPlan, opts: pulumi.ComponentResourceOptions = {}, handed?: Handover) {
        const declarations = new Declarations(kubernetesOwn(plan.kubeProxyImage));
        super(
            "data-embassy:index:DataEmbassy",
            name,
            {},
            { ...opts, transformations: [...(opts.transformations ?? []), declarations.transformation] },
        );
        const provider = siteProvider(plan, { parent: this });
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
        twoSteps("two-steps", plan.labels, { parent: this, provider });
        // Before any pod.
        const dependsOn = [priorities, origin];
        const storageClass = localClass(plan, { parent: this, provider });
        const authority = new Authority("authority", plan.authority, { parent: this }, handed);
        this.handovers = authority.handovers;

        const { network, podSecurityVersion } = plan;
        new NameServer("dns", { dns: plan.dns, network, podSecurityVersion }, { ...inSite, dependsOn });
        const { own: handover } = authority;
        const generations = Object.fromEntries(
            plan.registries.map(({ name, database }) => [name, database.generations]),
        );
        const validity = plan.authority.leaf;
        const onDisks = { ...inSite, dependsOn: [...dependsOn, storageClass] };
        new ObjectStore(
            "object-store",
            {
                store: plan.objectStore,
                podSecurityVersion,
                issuer: handover.issuer,
                validity,
                users: handover.registries.apply((secrets) => storeUsers(secrets, generations)),
            },
            onDisks,
        );
        const fenced = fence("fence", plan, { parent: this, provider });
        const common = {
            network,
            podSecurityVersion,
            handover,
            validity,
            memberRole: memberRole("member-role", plan.labels, { parent: this, provider }),
        };
        const ready = [...onDisks.dependsOn, fenced];
        // One behind the other, first those that run: the engine takes what it is given in turn, and members take long to come up.
        const inOrder = plan.registries.toSorted((one, other) => other.database.members - one.database.members);
        let before: readonly pulumi.Resource[] = [];
        for (const registry of inOrder) {
            const opts = { ...inSite, dependsOn: [...ready, ...before] };
            before = new Registry(registry.name, { registry, ...common }, opts).walls;
        }
        // Last, as nobody waits for them.
        const { namespace: authorities } = new CertManager(
            "cert-manager",
            { plan: plan.certManager, network, podSecurityVersion, issuer: handover.issuer },
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
                    issuer: handover.issuer,
                    authority: plan.authority,
                    authorities,
                },
                { ...inSite, dependsOn },
            );
        if (plan.machines.length > 0) {
            // Behind all that is waited for: they are many, and nothing here needs them.
            new Machines("machines", plan, { ...inSite, dependsOn: [...before] });
        }
        declarations.write("declared", plan.labels, inCluster);
        this.registerOutputs();
    }
}
