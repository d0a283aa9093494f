/** The self-test finds no fault with a store that keeps its promise, and reports every way in which a store can break it. */
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { type SelfTest, findUnlocked, selfTest } from "../../agents/self-test/self-test";
import { OBJECT_LOCK_DAYS, TestStore } from "../support/object-store";
import { type Lie, LyingStore, type Question } from "./lying-store";

jest.setTimeout(180_000);

const BUCKET = "self-test";
const users = {
    tester: { secret: "testers-secret", right: "backup", bucket: BUCKET },
    purger: { secret: "purgers-secret", right: "purge" },
    inspector: { secret: "inspectors-secret", right: "inspect" },
    viewer: { secret: "viewers-secret", right: "read", bucket: BUCKET },
} as const;

let store: TestStore;
let log: jest.SpyInstance;

beforeAll(async () => {
    // The agent logs each attempt in a line.
    log = jest.spyOn(process.stdout, "write").mockReturnValue(true);
    store = await TestStore.start({ users, buckets: [BUCKET] });
});
afterAll(async () => {
    log.mockRestore();
    await store.remove();
});

function test(url?: string): SelfTest {
    const as = (user: keyof typeof users): SelfTest["clients"]["viewer"] => store.client(user, users[user].secret, url);
    return {
        clients: {
            backup: as("tester"),
            purger: as("purger"),
            inspector: as("inspector"),
            viewer: as("viewer"),
        },
        bucket: BUCKET,
        objectLockDays: OBJECT_LOCK_DAYS,
        patienceSeconds: 2,
    };
}

describe("a store that keeps what is locked", () => {
    it("has no breach, and says what each attacker tried", async () => {
        log.mockClear();
        await expect(selfTest(test())).resolves.toEqual([]);
        const lines = (log.mock.calls as [string][]).map(
            ([line]) => JSON.parse(line) as { attacker: string; attack: string; succeeded: boolean },
        );
        const done = (attacker: string): string[] =>
            lines.filter((line) => line.attacker === attacker && line.succeeded).map(({ attack }) => attack);
        // None of these touches a locked version. All other attempts are refused, also for users that may destroy versions.
        expect(done("backup")).toEqual([
            "writes over the object",
            "writes over the object, in parts",
            "hides the object behind a delete marker",
        ]);
        expect(done("purger")).toEqual([]);
        expect(done("inspector")).toEqual([]);
    });

    it("has no unlocked version", async () => {
        await expect(findUnlocked({ ...test(), patienceSeconds: 0 }, [BUCKET])).resolves.toEqual([]);
    });

    it("cannot be told from another while it does not answer", async () => {
        const silent = await LyingStore.before(store, ({ method, query }) =>
            method === "DELETE" && query.has("versionId") ? { status: 503, body: "" } : undefined,
        );
        await expect(selfTest(test(silent.url))).rejects.toThrow(/cannot be told/);
        silent.close();
    });
});

describe("a breach", () => {
    it("is a version that is locked for a shorter time than is declared", async () => {
        const longer = { ...test(), objectLockDays: 2 * OBJECT_LOCK_DAYS };
        const says = "A version in self-test was acknowledged before it was locked for as long as is declared.";
        await expect(selfTest(longer)).resolves.toEqual([says]);
        const tester = store.client("tester", users.tester.secret);
        await tester.send(new PutObjectCommand({ Bucket: BUCKET, Key: "short", Body: "x" }));
        const [breach] = await findUnlocked({ ...longer, patienceSeconds: 0 }, [BUCKET]);
        expect(breach).toMatch(/^Bucket self-test has \d+ unlocked versions, among them /);
    });

    const until = new Date(Date.now() + 10 * OBJECT_LOCK_DAYS * 24 * 60 * 60 * 1000).toISOString();
    const locked = `<Retention><Mode>COMPLIANCE</Mode><RetainUntilDate>${until}</RetainUntilDate></Retention>`;
    const pretends =
        (says: { status: number; body: string }) =>
        (question: Question): Lie | undefined => {
            const { method, query } = question;
            if (method === "GET" && query.has("retention")) {
                return { status: 200, body: locked };
            }
            return method === "DELETE" && query.has("versionId") ? says : undefined;
        };
    const unlocked = { status: 404, body: "<Error><Code>NoSuchObjectLockConfiguration</Code></Error>" };

    it.each<[string, (question: Question) => Lie | undefined, RegExp]>([
        [
            "acknowledges what it has not locked",
            ({ method, query }) => (method === "GET" && query.has("retention") ? unlocked : undefined),
            /was acknowledged before it was locked/,
        ],
        [
            "says that it deletes",
            pretends({ status: 204, body: "" }),
            /^The backup deletes the version: the store must/,
        ],
        [
            "lets a retention be shortened",
            ({ method, query }) => (method === "PUT" && query.has("retention") ? { status: 200, body: "" } : undefined),
            /^The backup shortens the retention: the store must refuse that\.$/,
        ],
        [
            "lets the policy be replaced",
            ({ method, query }) => (method === "PUT" && query.has("policy") ? { status: 204, body: "" } : undefined),
            /^The purger takes from everybody the right to lock a version: the store must refuse that\.$/,
        ],
    ])("is a store that %s", async (_, lie, breach) => {
        const liar = await LyingStore.before(store, lie);
        try {
            await expect(selfTest(test(liar.url))).resolves.toContainEqual(expect.stringMatching(breach));
        } finally {
            liar.close();
        }
    });

    it("is a version that cannot be read any more", async () => {
        const gone = "<Error><Code>NoSuchVersion</Code></Error>";
        const liar = await LyingStore.before(store, ({ method, query }) =>
            method === "GET" && query.has("versionId") && !query.has("retention")
                ? { status: 404, body: gone }
                : undefined,
        );
        try {
            const [breach] = await selfTest(test(liar.url));
            expect(breach).toMatch(/^The backup .*, and the locked version cannot be read any more/);
        } finally {
            liar.close();
        }
    });
});
