/** Answers of Prometheus that tests make up, for the status page. */
import type { Asked } from "../../agents/status-page/queries";

/** Milliseconds since 1970. */
export const NOW = Date.parse("2026-03-01T22:34:00Z");
const SECONDS = NOW / 1000;

type Labels = Readonly<Record<string, string>>;

function vector(...all: readonly (readonly [Labels, number])[]): object {
    return { data: { result: all.map(([metric, value]) => ({ metric, value: [SECONDS, String(value)] })) } };
}

export interface Alert {
    readonly name: string;
    readonly severity: "page" | "ticket";
    readonly stake: string;
}

export function rules(alerts: readonly Alert[], judged = NOW): object {
    const rule = ({ name, severity, stake }: Alert, isFiring: boolean): object => ({
        name,
        health: "ok",
        lastEvaluation: new Date(judged).toISOString(),
        labels: { severity },
        alerts: isFiring
            ? [
                  {
                      state: "firing",
                      activeAt: "2026-03-01T22:01:00Z",
                      labels: { alertname: name, severity },
                      annotations: { stake, who: "operator", runbook: `docs/alerts.md#${name.toLowerCase()}` },
                  },
              ]
            : [],
    });
    const quiet = { name: "Quiet", severity: "ticket" as const, stake: "" };
    const all = [rule(quiet, false), ...alerts.map((alert) => rule(alert, true))];
    return { data: { groups: [{ rules: all }] } };
}

/** A standby in which nothing is wrong. */
export function healthy(change: Partial<Asked> = {}, name = "population"): Asked {
    const points = Array.from({ length: 288 }, (_, index) => [
        SECONDS - (288 - index) * 300,
        String(Math.round(40_000 + 30_000 * Math.sin(index / 9) + (index === 200 ? 9_000_000 : 0))),
    ]);
    return {
        rules: rules([]),
        leaders: vector(),
        followers: vector([{ registry: name, member: "database-10" }, 1]),
        members: vector([{ registry: name, member: "database-10" }, 1], [{ registry: name, member: "database-11" }, 1]),
        heard: vector([{ registry: name }, SECONDS - 2]),
        leases: vector(),
        differs: vector(),
        backups: vector(
            [{ registry: name, work: "store-full" }, SECONDS - 200_000],
            [{ registry: name, work: "store-differential" }, SECONDS - 20_000],
            [{ registry: "", work: "purge" }, SECONDS - 30_000],
        ),
        problems: vector(
            [{ registry: name, work: "store-full" }, 0],
            [{ registry: name, work: "store-differential" }, 0],
            [{ registry: "", work: "purge" }, 0],
        ),
        certificates: vector(
            [{ namespace: "monitoring", certificate: "prometheus-tls" }, SECONDS + 80.5 * 86_400],
            [{ namespace: "objects", certificate: "store-tls" }, SECONDS + 30.5 * 86_400],
        ),
        machines: vector([{ machine: "a1-1" }, 1], [{ machine: "b1-1" }, 1]),
        missing: vector(),
        lag: { data: { result: [{ metric: { registry: name }, values: points }] } },
        ...change,
    };
}

/** Everything is wrong, and every text is `text`. */
export function broken(text: string): Asked {
    return healthy(
        {
            rules: rules([
                { name: text, severity: "ticket", stake: text },
                { name: text, severity: "page", stake: text },
            ]),
            followers: vector(),
            differs: vector([{ registry: text }, 1]),
            problems: vector([{ registry: text, work: text }, 1]),
            certificates: vector([{ namespace: text, certificate: text }, SECONDS + 86_400]),
            machines: vector([{ machine: text }, 0], [{ machine: "b1-1" }, 1]),
            missing: vector([{ namespace: text, kind: text, workload: text }, 2]),
        },
        text,
    );
}
