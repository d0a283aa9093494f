import { generateKeyPairSync } from "node:crypto";
import { stringify } from "yaml";
import { parseCustodians, quorumUntil } from "../../custody/custodians";
import { FILE, NOW, fixture } from "./fixture";

type File = Awaited<ReturnType<typeof fixture>>["file"];
type Loose = Record<string, unknown> & { witness: Record<string, unknown>; custodians: Record<string, unknown>[] };

let right: File;
let identity: string;
beforeAll(async () => {
    const made = await fixture();
    right = made.file;
    identity = made.identities[0] ?? "";
});

/** The problems of the valid file after `change`, without the first line of the message. */
function problems(change: (file: Loose) => void): string[] {
    const file = structuredClone(right) as unknown as Loose;
    change(file);
    try {
        parseCustodians(stringify(file), FILE, NOW);
    } catch (error) {
        return (error as Error).message.split("\n").slice(1);
    }
    return [];
}

const one = (file: Loose, index: number): Record<string, unknown> => file.custodians[index] ?? {};

describe("the custodians' file", () => {
    it("is right", () => {
        expect(parseCustodians(stringify(right), FILE, NOW)).toEqual(right);
    });

    it("says for how long a quorum is in office: until the third of the five terms that end last", () => {
        expect(quorumUntil(right)).toBe("2030-01-31");
    });

    it.each<[string, (file: Loose) => void, RegExp]>([
        ["k > n", (file) => (file["threshold"] = 6), /threshold is 6; it must be 5 or less: there are 5 custodians/],
        [
            "one share that is enough",
            (file) => (file["threshold"] = 1),
            /threshold is 1; it must be 2 or more: with one/,
        ],
        [
            "expired custodian",
            (file) => (one(file, 1)["until"] = "2026-02-27"),
            /custodians\[1\]\.until is "2026-02-27"; it must be 2026-03-15 or later: the term of custodian-2 has ended/,
        ],
        [
            "custodian whose term ends within 14 days",
            (file) => (one(file, 1)["until"] = "2026-03-10"),
            /the term of custodian-2 ends within 14 days/,
        ],
        [
            "no day",
            (file) => (one(file, 0)["until"] = "2028-02-30"),
            /custodians\[0\]\.until is "2028-02-30"; it must be a day/,
        ],
        [
            "recipient that two share",
            (file) => (one(file, 4)["recipient"] = one(file, 2)["recipient"]),
            /custodians\[4\]\.recipient is "age1\w+"; it must be another than custodians\[2\]'s/,
        ],
        [
            "office that is named twice",
            (file) => (one(file, 4)["office"] = "custodian-1"),
            /custodians\[4\]\.office is "custodian-1"; it must be another than custodians\[0\]'s/,
        ],
        [
            "recipient that is none",
            (file) => (one(file, 3)["recipient"] = "age1custodian"),
            /custodians\[3\]\.recipient is "age1custodian"; it must be an age recipient/,
        ],
        [
            "witness who is a custodian",
            (file) => (file.witness["office"] = "custodian-3"),
            /witness\.office is "custodian-3"; it must not be a custodian/,
        ],
        [
            "witness's key that signs nothing",
            (file) =>
                (file.witness["key"] = generateKeyPairSync("x25519").publicKey.export({ type: "spki", format: "pem" })),
            /witness\.key is .*; it must be an Ed25519 public key/,
        ],
        [
            "person's name",
            (file) => (one(file, 0)["office"] = "Custodian One"),
            /custodians\[0\]\.office is "Custodian One"; it must be an office/,
        ],
        ["unknown key", (file) => (one(file, 0)["phone"] = "1"), /custodians\[0\]\.phone is not known/],
    ])("%s", (_, change, message) => {
        const found = problems(change);
        expect(found).toEqual([expect.stringMatching(message)]);
    });

    it("leaves no country the keys by itself, and no country's fall a lack of them", () => {
        const found = problems((file) => (one(file, 4)["country"] = "LU"));
        expect(found).toEqual([
            expect.stringContaining(
                'custodians[2].country is "LU"; it must be that of 2 custodians or fewer: with 3 shares',
            ),
            expect.stringContaining("it must leave 3 custodians elsewhere: with it out of reach, 2 are left"),
        ]);
    });

    it("is told of all its problems at once", () => {
        const found = problems((file) => {
            file["threshold"] = "three";
            one(file, 0)["until"] = "2020-01-01";
            one(file, 1)["recipient"] = "age1";
        });
        expect(found).toHaveLength(3);
    });

    it("that is no YAML is named, and not quoted", () => {
        expect(() => parseCustodians(`key: [${identity}`, FILE, NOW)).toThrow(
            /^custodians\.yaml is no YAML: (?!.*AGE-SECRET)/s,
        );
    });

    it("spreads no private key that somebody has put in the place of a public one", () => {
        const { privateKey } = generateKeyPairSync("ed25519");
        const pem = privateKey.export({ type: "pkcs8", format: "pem" }) as string;
        const found = problems((file) => {
            one(file, 0)["recipient"] = identity;
            file.witness["key"] = pem;
        }).join("\n");
        expect(found).toContain('custodians[0].recipient is "a private key"; it must be an age recipient');
        expect(found).toContain('witness.key is "a private key"');
        expect(found).not.toContain(identity);
        expect(found).not.toContain(pem.slice(40, 60));
    });
});

it.each([
    "",
    "null",
    "[]",
    "AGE-SECRET-KEY-1HIDDEN",
    "-----BEGIN PRIVATE KEY-----\nHIDDEN\n-----END PRIVATE KEY-----\n",
])("%j is no list of custodians, and is not quoted", (text) => {
    const refusal =
        /^custodians\.yaml is no list of custodians: it must be a map of keys, as custody\/README\.md has it\.$/;
    expect(() => parseCustodians(text, "custodians.yaml", new Date())).toThrow(refusal);
});
