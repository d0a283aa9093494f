import { parseBuckets, parseUsers } from "../../agents/store/declared";
import { bucketPolicy } from "../../agents/object-store-controller/policy";
import { storeUsers } from "../../infra/storage/store-users";

const users = storeUsers({ land: "secret of land", taxes: "secret of taxes" });

describe("what the site declares", () => {
    it("is what the controller reads", () => {
        expect(parseUsers(JSON.stringify(users))).toEqual(users);
        expect(parseBuckets('["registry-land"]')).toEqual(["registry-land"]);
    });

    it.each([
        ["{", "The declared users are not valid JSON: run pulumi up, which writes them."],
        [
            '{"land-backup":{"secret":"hush","right":"bakcup","bucket":"b"}}',
            /^The declared users are not as they must be: land-backup\.right: /,
        ],
        [
            '{"land-backup":{"secret":"hush","right":"backup"}}',
            "The declared users are not as they must be: land-backup: backup and read need a bucket, retain and purge hold for all buckets and name none.",
        ],
    ])("is refused where it is %s, without its secrets", (text, message) => {
        expect(() => parseUsers(text)).toThrow(message);
        expect(() => parseUsers(text)).not.toThrow("hush");
    });
});

describe("a bucket's policy", () => {
    const agent = { secret: "s", right: "retain" } as const;
    const purger = { secret: "p", right: "purge" } as const;

    function actions(bucket: string, user: string): string[] {
        const policy = JSON.parse(bucketPolicy(bucket, { ...users, "retention-agent": agent, purger }) ?? "{}") as {
            Statement: { Principal: { AWS: string[] }; Action: string[] }[];
        };
        return policy.Statement.filter(({ Principal }) => Principal.AWS.includes(user)).flatMap(({ Action }) => Action);
    }

    it("lets the purger alone remove a version, and nothing else than that and what was never ended", () => {
        expect(actions("registry-land", "purger").filter((action) => !/List|GetObjectRetention/.test(action))).toEqual([
            "s3:DeleteObjectVersion",
            "s3:AbortMultipartUpload",
        ]);
    });

    it("lets nobody else destroy a version, change the lock or the policy", () => {
        const all = [...Object.keys(users), "retention-agent"].flatMap((user) => actions("registry-land", user));
        expect(all.length).toBeGreaterThan(0);
        expect(all.filter((action) => /DeleteObjectVersion|Bypass|\*|Put(Bucket|ObjectLegal)/.test(action))).toEqual(
            [],
        );
    });

    it("lets the retention agent alone set a retention", () => {
        const may = [...Object.keys(users), "retention-agent"].filter((user) =>
            actions("registry-land", user).includes("s3:PutObjectRetention"),
        );
        expect(may).toEqual(["retention-agent"]);
    });

    it("opens a bucket to its own users and to the retention agent, and to nobody else", () => {
        expect(actions("registry-land", "taxes-backup")).toEqual([]);
        expect(actions("registry-land", "land-read")).not.toContain("s3:PutObject");
        expect(bucketPolicy("registry-pensions", users)).toBeUndefined();
    });

    it("is the same text for the same users, in whatever order", () => {
        const turned = Object.fromEntries(Object.entries(users).reverse());
        expect(bucketPolicy("registry-land", turned)).toBe(bucketPolicy("registry-land", users));
    });
});
