/** What the plan of a site says of where it stands: judged for its margin, and drawn. Plain data, as it comes from another process. */
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
    /** Members that are declared; none of them is there yet where it does not run. */
    readonly registries: readonly { readonly name: string; readonly members: number; readonly running: boolean }[];
    /** Size of its object store's volume, a quantity. */
    readonly store: string;
    readonly edge: { readonly allies: readonly string[]; readonly isPublic: boolean } | undefined;
    /** The other site of the pair. */
    readonly partner: string | undefined;
    /** The site whose backups this one comes up from. */
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

/** Before the role decided what a configuration has, each could have either, and a pair was one of replication. */
function lookedTo(config: EmbassyConfig): Pick<SiteFacts, "partner" | "from"> {
    const former = config.replication as { readonly partner?: string };
    return "restore" in config
        ? { partner: undefined, from: config.restore.from }
        : { partner: (config.site as { readonly partner?: string }).partner ?? former.partner, from: undefined };
}
