/** Renders the document that lists what expires by itself. */
import { join } from "node:path";
import { parseConfig } from "../../infra/site/config";
import { DAYS_ALONE } from "../../infra/keys/config";
import { type Lifetime, duration, lifetimes } from "../../infra/site/lifetimes";
import { LAB_LIFETIMES } from "../../lab/lifetimes";
import { stackValues } from "./stacks";

export const LIFETIMES_FILE = join(__dirname, "..", "..", "docs", "lifetimes.md");

export function declaredLifetimes(stack: string): Lifetime[] {
    return lifetimes(parseConfig(stack, stackValues(stack)));
}

export function lifetimesDocument(stacks: readonly string[]): string {
    return [
        "# What ends by itself",
        "",
        `A site goes on for ${DAYS_ALONE} days with Tallinn gone: what only Tallinn's stack can renew has at least so much left when that is lost, also`,
        "where every `up` came as late as `data-embassy:keys.upkeepDays` allows. A preview refuses what has less, and names it. `npm run expected:update`",
        "writes this file; tests fail where it is not what is declared, or where a rendered stack has a lifetime that is not in it. There are no",
        "revocation lists, and so none that end: the edge has a list of whom it admits ([edge](decisions/edge.md)).",
        ...stacks.flatMap((stack) => ["", `## ${stack}`, "", lifetimeTable(declaredLifetimes(stack))]),
        "",
        "## The lab's machines",
        "",
        lifetimeTable(LAB_LIFETIMES),
        "",
    ].join("\n");
}

/** A table in Markdown, in the order in which lifetimes are declared. */
function lifetimeTable(all: readonly Lifetime[]): string {
    const rows = all.map(({ name, seconds, renewal }) => {
        const [how, left] =
            renewal.from === "nowhere"
                ? [`ends on purpose: ${renewal.why}`, ""]
                : [renewal.by, renewal.from === "here" ? "renewed" : `${duration(renewal.leftSeconds)}, at worst`];
        return `| ${name} | ${duration(seconds)} | ${how} | ${left} |`;
    });
    return ["| what ends | lasts | renewed by | with Tallinn gone |", "|---|---|---|---|", ...rows].join("\n");
}
