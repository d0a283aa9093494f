/** A site as Tier IV is proven of it: its facility, and everything that it runs. Pure. */
import type { EmbassyConfig } from "../config";
import type { EmbassyPlan } from "./embassy-plan";
import { place } from "./tier4";
import { facility } from "./tier4/facility";
import type { Site } from "./tier4/fault";
import { workers } from "./tier4/schedule";
import { workloads } from "./workloads";

export function tier4Site(
    config: Pick<EmbassyConfig, "cluster" | "registries" | "replication" | "restore">,
    plan: Pick<EmbassyPlan, "hosts" | "registries" | "dns" | "objectStore" | "edge" | "certManager">,
): Site {
    const all = facility(config.cluster, plan.hosts);
    const hosts = (role: string): number[] =>
        plan.hosts.filter((host) => host.role === role).map(({ name }) => place(all, `host ${name}`));
    return {
        facility: all,
        workers: workers(plan.hosts),
        workloads: workloads(config, plan),
        places: {
            workers: hosts("worker"),
            etcd: hosts("control-plane"),
            uplinks: [...all.keys()].filter((index) => all[index]?.kind === "uplink"),
        },
    };
}
