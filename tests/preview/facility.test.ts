/** What a report says about a site's facility. */
import { ConfigError, parseConfig } from "../../infra/site/config";
import { plan } from "../../infra/site/plan";
import { tier4Problems } from "../../infra/cluster/facility";
import { tier4Site } from "../../infra/site/tier4";
import { workloads } from "../../infra/site/workloads";
import { compareStack } from "../../preview/compare-stack";
import { exitCode } from "../../preview/exit-code";
import { facilityChange } from "../../preview/facility/compare";
import { type SiteFacts, factsOf } from "../../preview/facility/facts";
import { reportOf as problemsFirst } from "../../preview/preview";
import { markdown } from "../../preview/show/markdown";
import { titleOf } from "../../preview/show/title";
import { parseStackFile } from "../../preview/stack-file";
import { asItIs, edited, played, reportOf, sideOf, stackText } from "./fixture";

const STACK = "luxembourg";
const WORKERS = "a1: {feeds: [a, b], loops: [a, b], switches: [a, b], hosts: {worker: ";

/** A stack file with three workers in each rack and enough power for them, so that one worker can be removed. */
const ROOMY = stackText(STACK)
    .replaceAll("worker: [1, 2]", "worker: [1, 2, 4]")
    .replaceAll("{a: 10, b: 10, c: 10}", "{a: 20, b: 20, c: 20}")
    .replace("workers: {a: 4, b: 4}", "workers: {a: 6, b: 6}");
const ROOMY_LESS_ONE = ROOMY.replace(`${WORKERS}[1, 2, 4]`, `${WORKERS}[1, 2]`).replace(
    "workers: {a: 6, ",
    "workers: {a: 5, ",
);

function points(text: string): string[] {
    return text.split("\n").filter((line) => line.startsWith("- "));
}

function factsIn(text: string): SiteFacts {
    const config = parseConfig(STACK, parseStackFile(text, STACK).config);
    const site = plan(config);
    return factsOf(config, site, workloads(config, site));
}

test("a host taken from a rack that can do without it: there is less margin, and that comes first", async () => {
    const report = compareStack(STACK, "compared", await sideOf(STACK, ROOMY), await sideOf(STACK, ROOMY_LESS_ONE));
    expect(report.problems).toEqual([]);
    expect(report.dangers[0]).toMatchObject({ kind: "less margin", objects: ["host a1-4"] });
    expect(report.dangers[0]?.text).toMatch(
        /processors [\d. ]+ of 384 cores → [\d. ]+ of 352 cores, at the worst \(loss/,
    );
    const [first = "", ...rest] = points(markdown(reportOf(report)));
    expect(first).toMatch(/^- \*\*less margin\*\* .*: `host a1-4`$/);
    expect(rest).toContainEqual(expect.stringMatching(/^- \*\*Tier IV margin\*\* before: loss of .*; now: loss of /));
    expect(rest).toContainEqual(
        expect.stringMatching(
            /^- \*\*Tier IV margin\*\* feed a: .* 6 workers with 192 cores.* → .* 5 workers with 160 cores/,
        ),
    );
    expect(titleOf([report])).toContain("luxembourg: less Tier IV margin, ");
});

test("a host that it cannot do without: an error at the line of the rack, and what would be left", async () => {
    const text = edited(STACK, `${WORKERS}[1, 2]`, `${WORKERS}[1]`).replace("workers: {a: 4, ", "workers: {a: 3, ");
    const file = parseStackFile(text, STACK);
    const config = parseConfig(STACK, file.config);
    const { message: problem } = new ConfigError(STACK, tier4Problems(tier4Site(config, plan(config))));
    const base = await asItIs(STACK);
    const report = problemsFirst(
        STACK,
        { outcome: { stack: STACK, ...base }, file: base.file },
        { outcome: { stack: STACK, problem, facts: factsIn(text) }, file },
    );
    const line = text.split("\n").findIndex((one) => one.includes(WORKERS)) + 1;
    const [first = "", second = ""] = points(markdown(reportOf(report)));
    expect(first).toMatch(
        new RegExp(`^- \\*\\*error\\*\\* \`Pulumi\\.luxembourg\\.yaml:${line}\`: rack b1 must be able to fail`),
    );
    expect(second).toMatch(/^- \*\*less margin\*\* .* 1 of 2 members, 1 needed → 0 of 2 members, 1 needed/);
    expect(exitCode(reportOf(report), false)).toBe(1);
});

test("more is asked for of what is there: that is told, and is no danger", async () => {
    const report = await played(
        STACK,
        'land: {number: 1, members: 2, cpu: "2", memory: 4Gi',
        'land: {number: 1, members: 2, cpu: "2", memory: 6Gi',
    );
    expect(report.dangers).toEqual([]);
    expect(report.facility.told).toEqual([
        expect.stringMatching(/^as before: loss of /),
        expect.stringMatching(/^memory [\d.]+ of 1 024 GiB → [\d.]+ of 1 024 GiB, at the worst/),
    ]);
});

test("what stands nowhere else, or is another's: nothing", async () => {
    const report = await played(STACK, "networks: [198.51.100.0/24]", "networks: [203.0.113.0/24]");
    expect(report.facility).toEqual({ told: [] });
});

test("a base with a plan that cannot be read: said to be so, with what is now", () => {
    const { facility, dangers } = facilityChange(undefined, factsIn(ROOMY));
    expect(dangers).toEqual([]);
    expect(facility.told).toEqual([expect.stringMatching(/^before: cannot be said: .*; now: loss of .*availability/)]);
    expect(facility.after?.feeds.map(({ name, watts }) => [name, watts])).toEqual([
        ["a", 20_000],
        ["b", 20_000],
        ["c", 20_000],
    ]);
});
