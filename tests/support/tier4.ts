/** Sites whose facility is not as a stack file has it. */
import { type EmbassyConfig, parseConfig } from "../../infra/site/config";
import { plan } from "../../infra/site/plan";
import { tier4Problems } from "../../infra/cluster/facility";
import { tier4Site } from "../../infra/site/tier4";
import type { Site } from "../../infra/cluster/facility/fault";
import { stackValues } from "./stacks";

/** May be broken in every way that the schema would refuse, too. */
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

/** Of so many hosts in a rack, the first of which has the number `from`. */
export function numbers(count: number, from = 1): number[] {
    return Array.from({ length: count }, (_, index) => from + index);
}

/** What a stack file declares of a registry. */
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
