/** Sites whose facility differs from the one in a stack file. */
import { type EmbassyConfig, parseConfig } from "../../infra/site/config";
import { plan } from "../../infra/site/plan";
import { tier4Problems } from "../../infra/cluster/facility";
import { tier4Site } from "../../infra/site/tier4";
import type { Site } from "../../infra/cluster/facility/fault";
import { stackValues } from "./stacks";

/** Changes a configuration. The result may be one that the schema would refuse. */
export type Change = (config: EmbassyConfig) => void;

export function changed(change: Change, stack = "tallinn"): EmbassyConfig {
    const config = structuredClone(parseConfig(stack, stackValues(stack)));
    change(config);
    return config;
}

export function siteWith(change: Change, stack?: string): Site {
    const config = changed(change, stack);
    return tier4Site(config, plan(config));
}

export function problemsWith(change: Change, stack?: string): string[] {
    return tier4Problems(siteWith(change, stack));
}

export function rack({ cluster }: EmbassyConfig, name: string): EmbassyConfig["cluster"]["racks"][string] {
    return existing(cluster.racks[name], name);
}

/** The numbers of `count` consecutive hosts in a rack, beginning with `from`. */
export function numbers(count: number, from = 1): number[] {
    return Array.from({ length: count }, (_, index) => from + index);
}

/** What a stack file declares about a registry. */
export function registry({ registries }: EmbassyConfig, name: string): EmbassyConfig["registries"][string] {
    return existing(registries[name], name);
}

export function worker({ cluster }: EmbassyConfig): EmbassyConfig["cluster"]["machines"][string] {
    return existing(cluster.machines["worker"], "worker");
}

function existing<T>(found: T | undefined, name: string): T {
    if (found === undefined) {
        throw new Error(`no ${name} in the stack file`);
    }
    return found;
}
