/** Every alert fires when it should and not before, names only what somebody exports, and says what to do. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parser } from "@prometheus-io/lezer-promql";
import { METRICS } from "../../../infra/conventions/monitoring";
import { ALERTMANAGER_METRICS, HEARTBEAT, MEMBER_METRICS, PATRONI_METRICS } from "../../../infra/monitoring/metrics";
import { type Alert, RUNBOOK, alerts, ruleFile } from "../../../infra/monitoring/rules";
import { parseConfig } from "../../../infra/site/config";
import { plan } from "../../../infra/site/plan";
import { repoRoot } from "../../../command-line/paths";
import { describePromtool, promtool, whyNot } from "../../support/promtool";
import { RECEIVERS, watchedValues } from "../../support/stacks";
import { PLAYED, type Played } from "./played";

const SITES = ["tallinn", "luxembourg"] as const;
const configs = Object.fromEntries(
    SITES.map((site) => [site, parseConfig(site, watchedValues(site, { receivers: RECEIVERS }))]),
) as Record<(typeof SITES)[number], ReturnType<typeof parseConfig>>;
const all = new Map(
    SITES.flatMap((site) => alerts(configs[site]).map((alert) => [alert.name, { site, alert }] as const)),
);

/** Metrics that an expression names. @throws Error where it is not PromQL */
function metricsIn(expression: string): string[] {
    const found: string[] = [];
    parser.parse(expression).iterate({
        enter({ type, from, to, node }) {
            if (type.isError) {
                throw new Error(`no PromQL at ${from}: ${expression}`);
            }
            if (type.name === "Identifier" && node.parent?.name === "VectorSelector") {
                found.push(expression.slice(from, to));
            }
        },
    });
    return found;
}

const EXPORTED = new Set<string>([
    ...Object.keys(METRICS),
    ...PATRONI_METRICS,
    ...MEMBER_METRICS,
    ...ALERTMANAGER_METRICS,
    HEARTBEAT,
    "up",
]);

function unexported(rules: readonly Alert[]): string[] {
    return rules.flatMap(({ name, expression }) =>
        metricsIn(expression)
            .filter((metric) => !EXPORTED.has(metric))
            .map((metric) => `${name} names ${metric}, which nobody exports`),
    );
}

describe("alerts", () => {
    it.each(SITES)("of %s name metrics that somebody exports", (site) => {
        const rules = alerts(configs[site]);
        expect(rules.flatMap(({ expression }) => metricsIn(expression)).length).toBeGreaterThanOrEqual(rules.length);
        expect(unexported(rules)).toEqual([]);
    });

    it("are refused where they name another", () => {
        const wrong = { expression: 'rate(patroni_xlog_locations{a="b"}[5m]) > 0', name: "Wrong" } as Alert;
        expect(unexported([wrong])).toEqual(["Wrong names patroni_xlog_locations, which nobody exports"]);
    });

    it("use every metric of our exporter but those that say only since when", () => {
        const used = new Set([...all.values()].flatMap(({ alert }) => metricsIn(alert.expression)));
        expect(Object.keys(METRICS).filter((metric) => !used.has(metric))).toEqual([
            "embassy_backup_last_success_timestamp_seconds",
        ]);
    });

    it.each([...all.keys()])("%s has a heading that says what to do", (name) => {
        expect(readFileSync(join(repoRoot, RUNBOOK), "utf8")).toContain(`\n## ${name}\n`);
    });

    it("have no heading that no alert leads to", () => {
        const headings = [...readFileSync(join(repoRoot, RUNBOOK), "utf8").matchAll(/^## ([A-Z]\w+)$/gm)].map(
            ([, name]) => name,
        );
        expect(headings.filter((name) => !all.has(name ?? ""))).toEqual([]);
    });

    it("have the limits of the stack file", () => {
        const { luxembourg } = configs;
        const slower = alerts({ ...luxembourg, replication: { ...luxembourg.replication, leaseSeconds: 77 } });
        expect(slower.find(({ name }) => name === "PrimarySilent")?.expression).toMatch(/> 77$/);
    });

    it("are those of Prometheus' files, with no address and no personal code in them", () => {
        const files = plan(configs.luxembourg).monitoring?.files ?? {};
        expect(files["rules.yml"]).toBe(ruleFile(alerts(configs.luxembourg)));
        expect(files["rules.yml"]).not.toMatch(/\d{11}|\d+\.\d+\.\d+\.\d+/);
    });
});

describePromtool(`Prometheus${whyNot}`, () => {
    it.each(SITES)("takes the files of %s", (site) => {
        const files = plan(configs[site]).monitoring?.files ?? {};
        expect(promtool(files, "check", "config", "--syntax-only", "prometheus.yml")).toEqual([0, expect.anything()]);
        expect(promtool(files, "check", "rules", "--lint=all", "--lint-fatal", "rules.yml")).toEqual([
            0,
            expect.anything(),
        ]);
    });

    it("is played a case for every alert", () => {
        expect(Object.keys(PLAYED).sort()).toEqual([...all.keys()].sort());
    });

    const cases = [...all].flatMap(([name, { site, alert }]) =>
        [PLAYED[name] ?? []].flat().map((played) => [name, { site, alert, played }] as const),
    );

    it.each(cases)("fires %s when it should, not before, and ends it", (_, { site, alert, played }) => {
        expect(
            promtool(
                { "rules.yml": ruleFile(alerts(configs[site])), "test.yml": testFile(alert, played) },
                "test",
                "rules",
                "test.yml",
            ),
        ).toEqual([0, expect.stringContaining("SUCCESS")]);
    });
});

const LOOK_SECONDS = 15;
/** Seconds of health, of a fault and of health again. Each is longer than any alert waits. */
const PHASE_SECONDS = 1200;

/** A test file of promtool: https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/ */
function testFile(
    { name, lastsSeconds, severity, who }: Alert,
    { series, labels, stake, lingersSeconds = 0 }: Played,
): string {
    const steps = PHASE_SECONDS / LOOK_SECONDS;
    const phases = ([well, ill]: readonly [string, string]): string =>
        [well, ill, well].map((value) => `${value}x${steps - 1}`).join(" ");
    const firing = {
        exp_labels: { severity, ...labels },
        exp_annotations: { stake, who, runbook: `${RUNBOOK}#${name.toLowerCase()}` },
    };
    const at = (seconds: number, fires: boolean): object => ({
        eval_time: `${seconds}s`,
        alertname: name,
        exp_alerts: fires ? [firing] : [],
    });
    return JSON.stringify({
        rule_files: ["rules.yml"],
        evaluation_interval: `${LOOK_SECONDS}s`,
        tests: [
            {
                interval: `${LOOK_SECONDS}s`,
                input_series: Object.entries(series).map(([one, values]) => ({ series: one, values: phases(values) })),
                alert_rule_test: [
                    at(PHASE_SECONDS - LOOK_SECONDS, false),
                    // While a fault lasts for less than its time, nobody is called.
                    ...(lastsSeconds === 0 ? [] : [at(PHASE_SECONDS + lastsSeconds - LOOK_SECONDS, false)]),
                    at(PHASE_SECONDS + lastsSeconds + LOOK_SECONDS, true),
                    at(2 * PHASE_SECONDS - LOOK_SECONDS, true),
                    at(2 * PHASE_SECONDS + lingersSeconds + LOOK_SECONDS, false),
                ],
            },
        ],
    });
}
