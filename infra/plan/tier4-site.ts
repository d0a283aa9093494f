/** A site as Tier IV is proven of it: its facility, and everything that it runs. Pure. */
import type { EmbassyConfig } from "../config";
import type { EmbassyPlan } from "./embassy-plan";
import { siteFrom } from "./tier4";
import type { Site } from "./tier4/fault";
import { workloads } from "./workloads";

export function tier4Site(
    config: Pick<EmbassyConfig, "cluster" | "registries" | "replication" | "restore">,
    plan: Pick<EmbassyPlan, "hosts" | "registries" | "dns" | "objectStore" | "edge" | "certManager">,
): Site {
    return siteFrom(config.cluster, plan.hosts, workloads(config, plan));
}
