/** Computes the availability that a site's facility can be expected to have: infra/cluster/facility/availability.ts. */
import { Random } from "../data/shared/random";
import { plan } from "../infra/site/plan";
import { tier4Site } from "../infra/site/tier4";
import { interval, siteAvailability } from "../infra/cluster/facility/availability";
import { stackConfig } from "../toolchain/cli/stack-config";
import { declaredStacks } from "../toolchain/cli/stack-file";
import { repoRoot } from "../command-line/paths";
import type { Figure } from "./figure";

const RUN = { batches: 200, years: 500 };
/** The availability that Tier IV facilities are said to reach; 99.99 % would be half as good. */
const PROMISED = 0.99995;
const MINUTES = 365 * 24 * 60;
const RESOLUTION = 2 ** 32;

/** Minutes of outage in a year, at the worse end of the interval. */
export function availability(seed = 1): Figure[] {
    return declaredStacks().map((stack) => {
        const config = stackConfig(stack, repoRoot);
        const random = new Random().restart(seed, 0, 0);
        const found = siteAvailability(tier4Site(config, plan(config)), {
            ...RUN,
            random: () => random.below(RESOLUTION) / RESOLUTION,
        });
        const [low, high] = interval(found);
        const percent = (share: number): string => `${(share * 100).toFixed(5)} %`;
        return {
            name: `to expect of ${stack}: short of something, in a year`,
            value: (1 - low) * MINUTES,
            limit: (1 - PROMISED) * MINUTES,
            unit: "min",
            detail:
                `${percent(found.mean)} available, 95 % interval ${percent(low)} to ${percent(high)}, against 99.99 % and 99.995 %; ` +
                `an outage in ${(1 / found.outagesPerYear).toFixed(0)} years; ${RUN.batches * RUN.years} years, seed ${seed}`,
        };
    });
}
