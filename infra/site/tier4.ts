/** A site in the form in which Tier IV is proven: its facility, and everything that it runs. Pure. */
import type { EmbassyConfig } from "./config";
import type { EmbassyPlan } from "./embassy-plan";
import { siteFrom } from "../cluster/facility";
import type { Site } from "../cluster/facility/fault";
import { workloads } from "./workloads";

export function tier4Site(
    config: Pick<EmbassyConfig, "cluster" | "registries">,
    plan: Pick<EmbassyPlan, "hosts" | "registries" | "dns" | "objectStore" | "edge" | "certManager" | "monitoring">,
): Site {
    return siteFrom(config.cluster, plan.hosts, workloads(config, plan));
}
