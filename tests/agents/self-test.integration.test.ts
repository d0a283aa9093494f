/** The self-test: silent about a store that keeps its promise, loud about every way in which one does not. */
import {
    CreateBucketCommand,
    DeleteObjectCommand,
    DeleteObjectsCommand,
    PutBucketPolicyCommand,
    PutObjectCommand,
    PutObjectLockConfigurationCommand,
} from "@aws-sdk/client-s3";
import { RetentionAgent } from "../../agents/retention-agent/retention-agent";
import { Statistics } from "../../agents/retention-agent/statistics";
import { type SelfTest, findUnlocked, selfTest } from "../../agents/self-test/self-test";
import { bucketPolicy } from "../../agents/object-store-controller/policy";
import { OBJECT_LOCK_DAYS, TestStore } from "../support/object-store";
import { type Lie, LyingStore, type Question } from "./lying-store";

jest.setTimeout(180_000);

const BUCKET = "self-test";
const users = {
    tester: { secret: "testers-secret", right: "backup", bucket: BUCKET },
    "retention-agent": { secret: "retention-secret", right: "retain" },
} as const;
const SWEEP_MS = 200;

let store: TestStore;
let log: jest.SpyInstance;

beforeAll(async () => {
    // Each attempt is a line of the agent's log.
    log = jest.spyOn(process.stdout, "write").mockReturnValue(true);
    store = await TestStore.start();
});
// Each test of an honest store breaks what the controller then mends.
beforeEach(async () => {
    await store.declare(users, [BUCKET]);
});
afterAll(async () => {
    log.mockRestore();
    await store.remove();
});

function test(url?: string, bucket = BUCKET): SelfTest {
    const backup = store.client("tester", users.tester.secret, url);
    const administrator = store.client("administrator", "administrators-secret", url);
    return { clients: { backup, administrator }, bucket, objectLockDays: OBJECT_LOCK_DAYS, patienceSeconds: 2 };
}

function newAgent(url?: string): RetentionAgent {
    return new RetentionAgent(
        store.client("retention-agent", users["retention-agent"].secret, url),
        OBJECT_LOCK_DAYS,
        new Statistics(),
    );
}

/** While `task` runs, a retention agent is at work. */
async function withAgent<T>(
    agent: RetentionAgent,
    task: Promise<T>,
    buckets: readonly string[] = [BUCKET],
): Promise<T> {
    let sweeping = Promise.resolve();
    const timer = setInterval(() => {
        sweeping = sweeping.then(() => agent.sweep(buckets)).catch(() => undefined);
    }, SWEEP_MS);
    try {
        return await task;
    } finally {
        clearInterval(timer);
        await sweeping;
    }
}

describe("a store that keeps what is locked", () => {
    it("has no breach, and says what each attacker tried", async () => {
        log.mockClear();
        await expect(withAgent(newAgent(), selfTest(test()))).resolves.toEqual([]);
        const lines = (log.mock.calls as [string][]).map(
            ([line]) => JSON.parse(line) as { attacker: string; attack: string; succeeded: boolean },
        );
        const done = (attacker: string): string[] =>
            lines.filter((line) => line.attacker === attacker && line.succeeded).map(({ attack }) => attack);
        // None of this touches a locked version; the rest is refused, to the administrator as well.
        expect(done("backup")).toEqual([
            "copies over the object",
            "writes over the object",
            "writes over the object, in parts",
            "hides the object behind a delete marker",
        ]);
        expect(done("administrator")).toEqual([
            "drops the bucket's rule for what has no retention of its own",
            "takes the bucket's policy away",
            "gives everybody every right in the bucket",
            "takes the legal hold away",
            "copies over the object",
            "writes over the object",
            "writes over the object, in parts",
            "hides the object behind a delete marker",
        ]);
    });

    it("has no unlocked version once the retention agent has been over it", async () => {
        await newAgent().sweep([BUCKET]);
        await expect(findUnlocked({ ...test(), patienceSeconds: 0 }, [BUCKET])).resolves.toEqual([]);
    });

    it("cannot be told from another while it does not answer", async () => {
        const silent = await LyingStore.before(store, ({ method, query }) =>
            method === "DELETE" && query.has("versionId") ? { status: 503, body: "" } : undefined,
        );
        const task = withAgent(newAgent(), selfTest(test(silent.url)));
        await expect(task).rejects.toThrow(/cannot be told/);
        silent.close();
    });
});

describe("a breach", () => {
    it("is a version that nobody locks", async () => {
        await expect(selfTest(test())).resolves.toEqual(["A version in self-test was not locked within 2 seconds."]);
        await store
            .client("tester", users.tester.secret)
            .send(new PutObjectCommand({ Bucket: BUCKET, Key: "forgotten", Body: "x" }));
        const [breach] = await findUnlocked({ ...test(), patienceSeconds: 0 }, [BUCKET]);
        expect(breach).toMatch(/^Bucket self-test has \d+ unlocked versions, among them /);
    });

    it("is a bucket that keeps no versions", async () => {
        const Bucket = "without-lock";
        await store.administrator.send(new CreateBucketCommand({ Bucket }));
        const Policy = bucketPolicy(Bucket, { tester: { ...users.tester, bucket: Bucket } });
        await store.administrator.send(new PutBucketPolicyCommand({ Bucket, Policy }));
        await expect(selfTest(test(undefined, Bucket))).resolves.toEqual([
            "Bucket without-lock keeps no versions: the store gave none to what was written.",
        ]);
    });

    const until = new Date(Date.now() + 10 * OBJECT_LOCK_DAYS * 24 * 60 * 60 * 1000).toISOString();
    const locked = `<Retention><Mode>COMPLIANCE</Mode><RetainUntilDate>${until}</RetainUntilDate></Retention>`;
    const pretends = ({ method, query }: Question): Lie | undefined => {
        if (!query.has("retention")) {
            return undefined;
        }
        return method === "GET" ? { status: 200, body: locked } : { status: 200, body: "" };
    };
    const refuses = "<Error><Code>AccessDenied</Code><Message>No.</Message></Error>";

    it.each<[string, (question: Question) => Lie | undefined, RegExp]>([
        [
            "takes a retention and does not set it",
            ({ method, query }) => (method === "PUT" && query.has("retention") ? { status: 200, body: "" } : undefined),
            /was not locked within 2 seconds/,
        ],
        [
            "shows retentions that are not there",
            pretends,
            /^The administrator deletes the version, and the locked version cannot be read any more/,
        ],
        [
            "refuses a deletion and deletes",
            (question) =>
                question.method === "DELETE" && question.query.has("versionId")
                    ? { status: 403, body: refuses, done: true }
                    : pretends(question),
            /^The administrator deletes the version, and the locked version cannot be read any more/,
        ],
        [
            "lets a retention be shortened",
            ({ method, query }) =>
                method === "PUT" && query.has("retention") ? { status: 200, body: "", done: true } : undefined,
            /^The administrator shortens the retention: the store must refuse that\.$/,
        ],
    ])("is a store that %s", async (_, lie, breach) => {
        const liar = await LyingStore.before(store, lie);
        try {
            const breaches = await withAgent(newAgent(liar.url), selfTest(test(liar.url)));
            expect(breaches).toContainEqual(expect.stringMatching(breach));
        } finally {
            liar.close();
        }
    });
});

describe("an administrator with the socket", () => {
    it("gives the bucket to an accomplice, who cannot delete what is locked either", async () => {
        const tester = store.client("tester", users.tester.secret);
        const { VersionId } = await tester.send(new PutObjectCommand({ Bucket: BUCKET, Key: "given", Body: "x" }));
        await newAgent().sweep([BUCKET]);
        await store.accounts.ask("change-bucket-owner", { bucket: BUCKET, owner: "tester" });
        await store.administrator.send(
            new PutObjectLockConfigurationCommand({
                Bucket: BUCKET,
                ObjectLockConfiguration: { ObjectLockEnabled: "Enabled" },
            }),
        );
        const version = { Bucket: BUCKET, Key: "given", VersionId, BypassGovernanceRetention: true };
        await expect(tester.send(new DeleteObjectCommand(version))).rejects.toThrow(/Access ?Denied/i);
        await expect(store.administrator.send(new DeleteObjectCommand(version))).rejects.toThrow(/object lock/);
        const Delete = { Objects: [{ Key: "given", VersionId }] };
        const { Errors } = await store.administrator.send(new DeleteObjectsCommand({ Bucket: BUCKET, Delete }));
        expect(Errors).toHaveLength(1);
    });
});
