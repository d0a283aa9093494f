import { type ScheduledJob, type StoringJob, storedStates } from "../../../infra/plan/overdue";

const created = "2026-11-01T00:00:00Z";
const labels = { "data-embassy/registry": "land" };
const metadata = { namespace: "registry-land", creationTimestamp: created, labels };
const full = (last?: string, suspend = false): ScheduledJob => ({
    metadata: { ...metadata, name: "store-full" },
    spec: { schedule: "0 1 * * 0", suspend },
    ...(last !== undefined && { status: { lastSuccessfulTime: last } }),
});
const failed = (at: string): StoringJob => ({
    metadata: {
        ...metadata,
        name: "store-full-1",
        creationTimestamp: at,
        ownerReferences: [{ kind: "CronJob", name: "store-full" }],
    },
    spec: {},
    status: {
        conditions: [
            {
                type: "Failed",
                status: "True",
                reason: "BackoffLimitExceeded",
                message: "too often",
                lastTransitionTime: at,
            },
        ],
    },
});
const first = (done?: string): StoringJob => ({
    metadata: { ...metadata, name: "store-first-own" },
    spec: {},
    ...(done !== undefined && { status: { completionTime: done } }),
});
const now = Date.parse("2026-11-29T20:00:00Z");
const problems = (schedules: ScheduledJob[], jobs: StoringJob[] = []): (string | undefined)[] =>
    storedStates(schedules, jobs, now).map(({ problem }) => problem);

describe("stored versions", () => {
    it("are well where the last was in time", () => {
        expect(storedStates([full("2026-11-29T01:02:00Z")], [first(created)], now)).toEqual([
            { registry: "land", job: "store-full", last: "2026-11-29T01:02:00Z" },
            { registry: "land", job: "store-first-own", last: created },
        ]);
    });

    it("are too old where one was due and did not come, whether any ever came", () => {
        expect(problems([full("2026-11-22T01:02:00Z")])).toEqual([
            'last ended well at 2026-11-22T01:02:00Z, and is due by "0 1 * * 0"',
        ]);
        expect(problems([full()])).toEqual(['never ended well, and is due by "0 1 * * 0"']);
        expect(problems([], [first()])).toEqual([`has not ended since ${created}`]);
    });

    it("name the Job that failed and why, until one ends well", () => {
        const job = failed("2026-11-29T01:10:00Z");
        expect(problems([full("2026-11-22T01:02:00Z")], [job])).toEqual([
            "Job store-full-1 failed: BackoffLimitExceeded, too often; kubectl -n registry-land logs job/store-full-1",
        ]);
        expect(problems([full("2026-11-29T02:00:00Z")], [job])).toEqual([undefined]);
    });

    it("are not asked for in a site that stores none", () => {
        expect(storedStates([full(undefined, true)], [], now)).toEqual([]);
    });
});
