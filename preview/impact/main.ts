/** `npm run preview -- --impact NAME` shows what depends on one thing, from boot order, flows and the plan: docs/preview.md */
import { writeFileSync } from "node:fs";
import { Command, Option } from "commander";
import { parseConfig } from "../../infra/site/config";
import { plan } from "../../infra/site/plan";
import { bootParts } from "../../infra/site/boot-parts";
import { declaredStacks } from "../../toolchain/cli/stack-file";
import { UserError } from "../../command-line/command";
import { repoRoot } from "../../command-line/paths";
import { flowsIn } from "../map/open-flows";
import { renderStacks } from "../render";
import type { Outcome } from "../render/stack";
import { readStackFile } from "../stack-file";
import { type Looked, impactOf } from "./find";
import type { ImpactReport } from "./impact";
import { impactMarkdown, impactText } from "./show";

const FORMATS: Readonly<Record<string, (report: ImpactReport) => string>> = {
    text: impactText,
    markdown: impactMarkdown,
    json: (report) => `${JSON.stringify(report, undefined, 2)}\n`,
};

interface Options {
    readonly impact: string;
    readonly stack: readonly string[];
    readonly format: string;
    readonly out?: string;
}

/** True for a command line that asks for this. */
export function asksImpact(argv: readonly string[]): boolean {
    return argv.some((word) => word === "--impact" || word.startsWith("--impact="));
}

export function impactProgram(): Command {
    return new Command("npm run preview --")
        .description(
            "says what depends on one thing of the working tree's sites: what stops without it, and what goes on",
        )
        .requiredOption(
            "--impact <name>",
            "registries/land, edge, keys/land, cluster/host/a1-1, sites/tallinn, or an object",
        )
        .option("--stack <name...>", "only these stacks", [])
        .addOption(new Option("--format <format>").choices(Object.keys(FORMATS)).default("text"))
        .option("--out <file>", "file to write it to")
        .action(async ({ impact, stack, format, out }: Options) => {
            const shown = FORMATS[format]?.(impactOf(impact, await lookedAt(stack), stack)) ?? "";
            if (out === undefined) {
                process.stdout.write(shown);
            } else {
                writeFileSync(out, shown);
            }
        });
}

/** Looks at every site, because others may need the one that the user asks about. */
async function lookedAt(only: readonly string[]): Promise<Looked[]> {
    const stacks = declaredStacks();
    const unknown = only.filter((stack) => !stacks.includes(stack));
    if (unknown.length > 0) {
        throw new UserError(`There is no stack ${unknown.join(", ")}: stacks are ${stacks.join(", ")}.`);
    }
    return [...(await renderStacks(repoRoot, stacks)).values()].map(looked);
}

function looked(outcome: Outcome): Looked {
    if ("problem" in outcome || outcome.facts === undefined) {
        const why = "problem" in outcome ? outcome.problem : `${outcome.stack} has no plan that can be read`;
        throw new UserError(`${why}\nWhat depends on what cannot be said until that is mended.`);
    }
    const { stack, resources, outside, facts } = outcome;
    const site = plan(parseConfig(stack, readStackFile(stack, repoRoot).config));
    return {
        stack,
        facts,
        resources,
        site: site.site,
        parts: bootParts(site),
        steps: site.bootOrder,
        flows: flowsIn({ resources: resources.flatMap(({ resource }) => resource ?? []), outside }),
        registries: site.registries.map(({ name }) => name),
        askedBy: Object.fromEntries(
            site.registries.map(({ name, askedBy }) => [
                name,
                askedBy.flatMap(({ selector }) => Object.values(selector)),
            ]),
        ),
    };
}
