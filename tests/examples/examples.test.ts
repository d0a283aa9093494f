/** A preview accepts each example: it can be rendered, tolerates every failure, and breaks no rule. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { tier4Problems } from "../../infra/cluster/facility";
import { parseConfig } from "../../infra/site/config";
import { plan } from "../../infra/site/plan";
import { tier4Site } from "../../infra/site/tier4";
import { violations } from "../../preview/compare/policies";
import { wholeConfig } from "../../toolchain/cli/project-config";
import { repoRoot } from "../../command-line/paths";
import { renderPlan } from "../support/render";

const FOLDER = join(repoRoot, "examples");
const EXAMPLES = readdirSync(FOLDER).flatMap((example) =>
    readdirSync(join(FOLDER, example)).flatMap((file): [example: string, stack: string][] => {
        const stack = /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1];
        return stack === undefined ? [] : [[example, stack]];
    }),
);

it.each(EXAMPLES)(
    "%s: %s",
    async (example, stack) => {
        const text = readFileSync(join(FOLDER, example, `Pulumi.${stack}.yaml`), "utf8");
        const config = parseConfig(stack, wholeConfig(text));
        const site = plan(config);
        expect(tier4Problems(tier4Site(config, site))).toEqual([]);
        const resources = await renderPlan(stack, site);
        expect(violations(resources)).toEqual([]);
        const declared = resources.filter(({ name }) => name.endsWith("-database-members"));
        expect(declared).toHaveLength(Object.keys(config.registries).length);
    },
    120_000,
);

it("the synchronous pair waits for its other site", () => {
    const text = readFileSync(join(FOLDER, "synchronous-pair", "Pulumi.north.yaml"), "utf8");
    expect(parseConfig("north", wholeConfig(text)).replication.acrossSites).toBe("sync");
});
