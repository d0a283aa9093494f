/** What one Prometheus says of its rules, and what follows from that of several. Pure. */
import { z } from "zod";
import { SEVERITIES } from "../conventions/monitoring";

/** https://prometheus.io/docs/prometheus/latest/querying/api/#rules */
const rules = z.object({
    data: z.object({
        groups: z.array(
            z.object({
                rules: z.array(
                    z.object({
                        name: z.string(),
                        health: z.string(),
                        lastError: z.string().optional(),
                        lastEvaluation: z.string(),
                        labels: z.object({ severity: z.enum(SEVERITIES) }),
                        alerts: z.array(
                            z.object({
                                state: z.string(),
                                activeAt: z.string(),
                                labels: z.record(z.string(), z.string()),
                                annotations: z.object({ stake: z.string(), who: z.string(), runbook: z.string() }),
                            }),
                        ),
                    }),
                ),
            }),
        ),
    }),
});
type Rule = z.infer<typeof rules>["data"]["groups"][number]["rules"][number];

/** Something that is wrong. */
export interface Firing {
    readonly alert: string;
    readonly severity: (typeof SEVERITIES)[number];
    /** What is at stake, in a sentence. */
    readonly stake: string;
    /** Since when, RFC 3339. */
    readonly since: string;
    readonly who: string;
    /** File and heading of what to do about it. */
    readonly runbook: string;
    /** What it is about: labels besides those that every alert has. */
    readonly labels: Readonly<Record<string, string>>;
}

/** Rules are judged each 15 s. One whose answer is older has stopped to judge, and its silence says nothing. */
const STALE_MS = 60_000;

/**
 * @param now milliseconds since 1970
 * @throws Error where it has not judged for a while, or cannot
 */
export function firingIn(answer: unknown, now: number): Firing[] {
    const parsed = rules.safeParse(answer);
    if (!parsed.success) {
        throw new Error(`it answers what is no list of rules: ${z.prettifyError(parsed.error)}`);
    }
    const all = parsed.data.data.groups.flatMap(({ rules }) => rules);
    if (all.length === 0) {
        throw new Error("it has no rules: declare the site anew with npm run pulumi -- up");
    }
    all.forEach((rule) => refuseSilent(rule, now));
    return all.flatMap(({ name, labels: { severity }, alerts }) =>
        alerts
            .filter(({ state }) => state === "firing")
            .map(({ activeAt: since, labels, annotations }): Firing => {
                const about = Object.entries(labels).filter(([label]) => label !== "alertname" && label !== "severity");
                return { alert: name, severity, since, labels: Object.fromEntries(about), ...annotations };
            }),
    );
}

function refuseSilent({ name, health, lastError, lastEvaluation }: Rule, now: number): void {
    if (health === "err") {
        throw new Error(`it cannot judge ${name}: ${lastError ?? "and does not say why"}`);
    }
    if (!(now - Date.parse(lastEvaluation) < STALE_MS)) {
        throw new Error(`it has not judged ${name} for a minute: it has just started, or has no processor time`);
    }
}

/** What is wrong by any of those who watch, which see the same: pages first, each with the earliest time. */
export function together(all: readonly (readonly Firing[])[]): Firing[] {
    const merged = new Map<string, Firing>();
    for (const firing of all.flat()) {
        const key = JSON.stringify([firing.alert, Object.entries(firing.labels).sort()]);
        const known = merged.get(key);
        if (known === undefined || Date.parse(firing.since) < Date.parse(known.since)) {
            merged.set(key, firing);
        }
    }
    const rank = ({ severity }: Firing): number => SEVERITIES.indexOf(severity);
    return [...merged.values()].sort(
        (one, other) =>
            rank(one) - rank(other) || one.since.localeCompare(other.since) || one.stake.localeCompare(other.stake),
    );
}
