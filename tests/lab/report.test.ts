import { statusReport } from "../../lab/report";
import { SiteStatus, isNodeReady, isWell } from "../../lab/status";

const site: SiteStatus = {
    site: "narva",
    up: true,
    ready: false,
    nodeKind: "simulated",
    kubeconfig: "/x/kubeconfig",
    memoryBytes: 50 * 1024 * 1024,
    parts: [
        {
            part: "etcd",
            state: "running",
            pid: 7,
            port: 20001,
            memoryBytes: 50 * 1024 * 1024,
            since: "2030-01-02T03:04:05.678Z",
        },
        { part: "kwok", state: "failed", port: 20002, since: "2030-01-02T03:04:06.000Z" },
    ],
    nodes: { ready: 2, total: 3 },
    disks: { available: 1, bound: 2, released: 3 },
};

test("every part has a row that says how it is", () => {
    const report = statusReport([site]);
    expect(report).toMatch(/narva\s+│ etcd\s+│ running\s+│\s+7 │ 20001 │ 50 MiB │ 2030-01-02 03:04:05Z/);
    expect(report).toMatch(/kwok\s+│ failed on purpose/);
});

test("what is not well comes with the way to mend it", () => {
    const report = statusReport([site]);
    expect(report).toContain("narva: not ready · 2 of 3 simulated nodes ready");
    expect(report).toContain("npm run lab -- up narva");
    expect(report).toContain("3 released");
    expect(report).toContain("kubectl patch pv");
});

test("a ready site needs no advice", () => {
    const report = statusReport([{ ...site, ready: true, disks: { available: 3, bound: 0, released: 0 } }]);
    expect(report).not.toMatch(/mend|patch/);
});

test("backups have their times, and what is wrong with them is named", () => {
    const stored = [
        { registry: "land", job: "store-full", last: "2030-01-06T01:02:00Z" },
        { registry: "taxes", job: "store-full", last: "2030-01-06T01:03:00Z" },
        { registry: "land", job: "store-diff", problem: "Job store-diff-1 failed: BackoffLimitExceeded, too often" },
    ];
    const tested = { job: "write-once-self-test", problem: "Job write-once-self-test-1 failed: BackoffLimitExceeded" };
    const status = { ...site, ready: true, stored: [...stored, tested] };
    const report = statusReport([status]);
    expect(report).toContain("store-full 2030-01-06T01:02:00Z · store-diff not yet of 1");
    expect(report).toContain("object store, write-once-self-test: Job write-once-self-test-1 failed");
    expect(isWell({ ...status, stored: [tested] })).toBe(false);
    expect(report).toContain("land, store-diff: Job store-diff-1 failed: BackoffLimitExceeded, too often");
    expect(statusReport([site])).not.toContain("ended well");
    const waits = { registry: "land", job: "store-first-own", until: "2030-01-06T07:00:00Z" };
    expect(statusReport([{ ...site, stored: [waits] }])).toContain(
        "store-first-own not yet of 1, tried until 2030-01-06T07:00:00Z",
    );
});

test("each store has its ages, and what is too old or not known is said and is not well", () => {
    const stores = [
        { registry: "land", store: "narva", full: "2030-01-06T01:02:00Z", version: "2030-01-08T01:02:00Z" },
        { registry: "taxes", store: "narva", full: "2030-01-06T01:01:00Z", version: "2030-01-09T01:02:00Z" },
        { registry: "land", store: "tartu", problem: "the newest segment of WAL is of long ago" },
    ];
    const ready = { ...site, ready: true };
    const report = statusReport([{ ...ready, stores, unknown: "How old is not known: no answer" }]);
    expect(report).toContain(
        "in the store of narva, of the newest the oldest: full 2030-01-06T01:01:00Z · version 2030-01-08T01:02:00Z · wal not yet of 2",
    );
    expect(report).toContain("land, store of tartu: the newest segment of WAL is of long ago");
    expect(report).toContain("How old is not known: no answer");
    expect([ready, { ...ready, stores }, { ...ready, unknown: "no answer" }].map(isWell)).toEqual([true, false, false]);
    const otherwise = { ...ready, problems: [{ registry: "land", problem: "its segments are of another size" }] };
    expect(statusReport([otherwise])).toContain("  land: its segments are of another size");
    expect(isWell(otherwise)).toBe(false);
});

test("a node that is ready but still closed for pods is not ready", () => {
    const node = { kind: "Node", metadata: { name: "n" }, status: { conditions: [{ type: "Ready", status: "True" }] } };
    expect(isNodeReady(node)).toBe(true);
    expect(isNodeReady({ ...node, spec: { taints: [{ key: "node.kubernetes.io/not-ready" }] } })).toBe(false);
    expect(isNodeReady({ ...node, status: { conditions: [{ type: "Ready", status: "Unknown" }] } })).toBe(false);
});
