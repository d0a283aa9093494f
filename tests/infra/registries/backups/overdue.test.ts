import { type ScheduledJob, type BackupJob, backupStates } from "../../../../infra/registries/backups/overdue";

const created = "2026-11-01T00:00:00Z";
const labels = { "data-embassy/registry": "land" };
const metadata = { namespace: "registry-land", creationTimestamp: created, labels };
const full = (last?: string, suspend = false): ScheduledJob => ({
    metadata: { ...metadata, name: "store-full" },
    spec: { schedule: "0 1 * * 0", suspend },
    ...(last !== undefined && { status: { lastSuccessfulTime: last } }),
});
const failed = (at: string): BackupJob => ({
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
const first = (status: BackupJob["status"] = {}): BackupJob => ({
    metadata: { ...metadata, name: "store-first-own" },
    spec: { activeDeadlineSeconds: 3600 },
    status: { startTime: created, ...status },
});
const condition = (type: string, at: string): NonNullable<BackupJob["status"]> => ({
    conditions: [{ type, status: "True", reason: "DeadlineExceeded", message: "too long", lastTransitionTime: at }],
});
const now = Date.parse("2026-11-29T20:00:00Z");
const problems = (schedules: ScheduledJob[], jobs: BackupJob[] = []): (string | undefined)[] =>
    backupStates(schedules, jobs, now).map(({ problem }) => problem);

describe("backups", () => {
    it("are well where the last was in time", () => {
        expect(backupStates([full("2026-11-29T01:02:00Z")], [first({ completionTime: created })], now)).toEqual([
            { registry: "land", job: "store-full", last: "2026-11-29T01:02:00Z" },
            { registry: "land", job: "store-first-own", last: created },
        ]);
    });

    it("are too old where one was due and did not come, whether any ever came", () => {
        expect(problems([full("2026-11-22T01:02:00Z")])).toEqual([
            'last ended well at 2026-11-22T01:02:00Z, and is due by "0 1 * * 0"',
        ]);
        expect(problems([full()])).toEqual(['never ended well, and is due by "0 1 * * 0"']);
    });

    it("name the Job that failed and why, until one ends well", () => {
        const job = failed("2026-11-29T01:10:00Z");
        expect(problems([full("2026-11-22T01:02:00Z")], [job])).toEqual([
            "Job store-full-1 failed: BackoffLimitExceeded, too often; kubectl -n registry-land logs -l job-name=store-full-1 --tail=-1",
        ]);
        expect(problems([full("2026-11-29T02:00:00Z")], [job])).toEqual([undefined]);
    });

    it("name the Job that is tried again, as a pod of it failed, also one that somebody began by hand", () => {
        const { metadata: named, spec } = failed("2026-11-29T01:10:00Z");
        const ofJob = { ...named, name: "now" };
        const again = (status: BackupJob["status"]): (string | undefined)[] =>
            problems([full("2026-11-29T01:02:00Z")], [{ metadata: ofJob, spec, ...(status && { status }) }]);
        expect(again({ failed: 2 })).toEqual([
            expect.stringMatching(/^Job now is tried again, as 2 of its pods failed; kubectl -n registry-land logs/),
        ]);
        expect(again({ failed: 2, completionTime: "2026-11-29T01:20:00Z" })).toEqual([undefined]);
        expect(again({})).toEqual([undefined]);
        const begun = { metadata: { ...ofJob, name: "later", creationTimestamp: "2026-11-29T01:15:00Z" }, spec };
        const both = [{ metadata: ofJob, spec, status: { failed: 1 } }, begun];
        expect(problems([full("2026-11-29T01:02:00Z")], both)).toEqual([
            expect.stringMatching(/^Job now is tried again/),
        ]);
    });

    it("are what was decided of a Job, although its machine never says that the pod has ended", () => {
        const at = "2026-11-29T01:10:00Z";
        const { metadata: ofJob, spec } = failed(at);
        const job = (type: string): BackupJob[] => [{ metadata: ofJob, spec, status: condition(type, at) }];
        expect(problems([full("2026-11-22T01:02:00Z")], job("FailureTarget"))).toEqual([
            expect.stringMatching(/^Job store-full-1 failed: DeadlineExceeded, too long/),
        ]);
        expect(backupStates([full("2026-11-22T01:02:00Z")], job("SuccessCriteriaMet"), now)).toEqual([
            { registry: "land", job: "store-full", last: at },
        ]);
    });

    it("are tried for until a time at first, and are then what a schedule makes", () => {
        const until = "2026-11-01T01:00:00.000Z";
        expect(backupStates([], [first()], now)).toEqual([{ registry: "land", job: "store-first-own", until }]);
        const given = first(condition("Failed", until));
        expect(problems([], [given])).toEqual([expect.stringMatching(/^Job store-first-own failed: DeadlineExceeded/)]);
        expect(problems([full("2026-11-29T01:02:00Z")], [given])).toEqual([undefined, undefined]);
    });

    it("have nothing to do with Jobs of no schedule that store nothing", () => {
        expect(backupStates([], [{ ...first(), metadata: { ...metadata, name: "gate-primary" } }], now)).toEqual([]);
    });

    it("are not asked for in a site that stores none", () => {
        const declared = first();
        const suspended = { ...declared, spec: { ...declared.spec, suspend: true } };
        expect(backupStates([full(undefined, true)], [suspended], now)).toEqual([]);
    });

    it("are asked for where somebody suspended a schedule of a site that stores", () => {
        expect(problems([full("2026-11-29T01:02:00Z", true)], [first({ completionTime: created })])).toEqual([
            expect.stringMatching(/^is suspended, and declared to run/),
            undefined,
        ]);
    });
});

describe("what else is done by schedule", () => {
    const nightly = (name: string, ofRegistry: boolean, suspend = false): ScheduledJob => ({
        metadata: {
            name,
            namespace: ofRegistry ? metadata.namespace : "object-store",
            creationTimestamp: created,
            labels: ofRegistry ? labels : {},
        },
        spec: { schedule: "30 2 * * *", suspend },
        status: { lastSuccessfulTime: "2026-11-29T02:31:00Z" },
    });
    const run = (of: ScheduledJob, status: BackupJob["status"]): BackupJob => ({
        metadata: {
            ...of.metadata,
            name: `${of.metadata.name}-1`,
            creationTimestamp: "2026-11-29T03:00:00Z",
            ownerReferences: [{ kind: "CronJob", name: of.metadata.name }],
        },
        spec: {},
        ...(status && { status }),
    });

    it.each([
        ["purge", false],
        ["write-once-self-test", false],
        ["public-copy", true],
        ["of-tomorrow", false],
    ])("is known by its name, whichever it is: %s", (name, ofRegistry) => {
        const schedule = nightly(name, ofRegistry);
        const of = ofRegistry ? { registry: "land" } : {};
        const well = { ...of, job: name, last: "2026-11-29T02:31:00Z" };
        expect(backupStates([schedule], [], now)).toEqual([well]);
        const at = "2026-11-29T03:01:00Z";
        expect(backupStates([schedule], [run(schedule, condition("Failed", at))], now)).toEqual([
            {
                ...well,
                problem: expect.stringMatching(
                    `^Job ${name}-1 failed: DeadlineExceeded, too long; kubectl -n`,
                ) as string,
            },
        ]);
        expect(backupStates([schedule], [run(schedule, { completionTime: at })], now)).toEqual([{ ...well, last: at }]);
        const old = { ...schedule, status: { lastSuccessfulTime: "2026-11-28T02:31:00Z" } };
        expect(problems([old])).toEqual([
            expect.stringMatching(/^last ended well at 2026-11-28T02:31:00Z, and is due/),
        ]);
    });

    it("is asked for in every site where it is the object store's, and where the registry stores where it is a registry's", () => {
        expect(problems([nightly("purge", false, true)])).toEqual([expect.stringMatching(/^is suspended/)]);
        expect(problems([nightly("public-copy", true, true)])).toEqual([]);
        expect(problems([nightly("public-copy", true, true)], [first({ completionTime: created })])).toEqual([
            expect.stringMatching(/^is suspended/),
            undefined,
        ]);
    });
});
