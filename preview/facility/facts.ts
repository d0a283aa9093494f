/** What a site's plan says about its facility: a report judges its margin, and a picture shows it. It is plain data, from another process. */
import { registryOf } from "../../infra/registries/config";
import type { EmbassyConfig } from "../../infra/site/config";
import type { EmbassyPlan } from "../../infra/site/embassy-plan";
import type { Workload } from "../../infra/cluster/facility/workload";

export interface SiteFacts {
    readonly name: string;
    readonly role: EmbassyConfig["site"]["role"];
    readonly country: string;
    readonly cluster: Pick<EmbassyConfig["cluster"], "feeds" | "loops" | "switches" | "racks">;
    readonly hosts: EmbassyPlan["hosts"];
    readonly workloads: readonly Workload[];
    /** Declared members; none of them exists yet where the registry does not run. */
    readonly registries: readonly { readonly name: string; readonly members: number; readonly running: boolean }[];
    /** Size of the object store's volume, as a quantity. */
    readonly store: string;
    readonly edge: { readonly allies: readonly string[]; readonly isPublic: boolean } | undefined;
    /** The other site of the pair. */
    readonly partner: string | undefined;
    /** The site whose backups this one is restored from. */
    readonly from: string | undefined;
}

export function factsOf(config: EmbassyConfig, plan: EmbassyPlan, workloads: readonly Workload[]): SiteFacts {
    const { site, cluster, edge } = config;
    const { feeds, loops, switches, racks } = cluster;
    return {
        name: site.name,
        role: site.role,
        country: site.country,
        cluster: { feeds, loops, switches, racks },
        hosts: plan.hosts,
        workloads,
        registries: plan.registries.map(({ name }) => {
            const { members, running } = registryOf(config, name);
            return { name, members, running };
        }),
        store: plan.objectStore.storage,
        edge: edge && { allies: Object.keys(edge.allies), isPublic: edge.public !== undefined },
        ...lookedTo(config),
    };
}

/** Older configurations could have either key, because the role did not decide it yet, and named the partner in the replication. */
function lookedTo(config: EmbassyConfig): Pick<SiteFacts, "partner" | "from"> {
    const former = config.replication as { readonly partner?: string };
    return "restore" in config
        ? { partner: undefined, from: config.restore.from }
        : { partner: (config.site as { readonly partner?: string }).partner ?? former.partner, from: undefined };
}
