import { type Firing, firingIn, together } from "../../infra/monitoring/answer";
import { alertsReport } from "../../monitoring/report";

const NOW = Date.parse("2026-03-01T12:00:00Z");
const SINCE = "2026-03-01T11:58:00Z";

function alert(state = "firing", more: object = {}): object {
    return {
        state,
        activeAt: SINCE,
        labels: { alertname: "MemberAway", severity: "ticket", registry: "land", member: "database-0", job: "patroni" },
        annotations: { stake: "database-0 of land is away", who: "operator", runbook: "docs/alerts.md#memberaway" },
        ...more,
    };
}

function answer(alerts: readonly object[], rule: object = {}): object {
    const own = {
        name: "MemberAway",
        health: "ok",
        lastEvaluation: "2026-03-01T11:59:50Z",
        labels: { severity: "ticket" },
    };
    return { status: "success", data: { groups: [{ name: "embassy", rules: [{ ...own, alerts, ...rule }] }] } };
}

const FIRING: Firing = {
    alert: "MemberAway",
    severity: "ticket",
    since: SINCE,
    labels: { registry: "land", member: "database-0", job: "patroni" },
    stake: "database-0 of land is away",
    who: "operator",
    runbook: "docs/alerts.md#memberaway",
};

describe("what one Prometheus says", () => {
    it("is what fires, and not what may yet mend itself", () => {
        expect(firingIn(answer([alert(), alert("pending")]), NOW)).toEqual([FIRING]);
        expect(firingIn(answer([]), NOW)).toEqual([]);
    });

    it.each([
        [
            "has stopped to judge",
            answer([], { lastEvaluation: "2026-03-01T11:58:59Z" }),
            /has not judged MemberAway for a minute/,
        ],
        ["has not begun to judge", answer([], { lastEvaluation: "0001-01-01T00:00:00Z" }), /has not judged MemberAway/],
        [
            "cannot judge",
            answer([], { health: "err", lastError: "many-to-many" }),
            /cannot judge MemberAway: many-to-many/,
        ],
        ["has no rules", { data: { groups: [] } }, /has no rules: declare the site anew/],
        ["answers something else", { status: "error" }, /no list of rules/],
    ])("is never that all is well where it %s", (_, said, why) => {
        expect(() => firingIn(said, NOW)).toThrow(why);
    });
});

describe("what several say", () => {
    it("is said once, with the earliest time, pages first", () => {
        const later = { ...FIRING, since: "2026-03-01T11:58:15Z" };
        const page = { ...FIRING, alert: "LeaseEnded", severity: "page", since: "2026-03-01T11:59:00Z" } as const;
        expect(together([[later], [FIRING, page]])).toEqual([page, FIRING]);
        expect(together([[FIRING], [{ ...FIRING, labels: { ...FIRING.labels, member: "database-1" } }]])).toHaveLength(
            2,
        );
    });

    it("is told with who could not be asked", () => {
        const report = alertsReport([
            { site: "tallinn", firing: [FIRING], silent: ["prometheus-1: no answer"] },
            { site: "luxembourg", silent: ["the API server does not answer"] },
        ]);
        expect(report).toContain("docs/alerts.md#memberaway");
        expect(report).toContain("tallinn: 1 thing is wrong, by those who could be asked (prometheus-1: no answer).");
        expect(report).toMatch(/luxembourg .*could not be asked.* \(the API server does not answer\)\./);
    });
});
