import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
    readIdentities,
    readOpening,
    readSigningKey,
    readText,
    readTranscript,
    refuseExisting,
    writeCeremony,
    writeRecovered,
} from "../../custody/files";
import { type Recovered, parseFile } from "../../custody/format";
import { repoRoot } from "../../command-line/paths";
import { fixture, hold } from "./fixture";
import { TYPESCRIPT } from "../../command-line/typescript";

let folder: string;
beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "custody-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const recovered: Recovered = {
    format: "data-embassy/recovered-keys",
    version: 1,
    ceremony: "4f1b3a2e-52ac-4f0c-9d3c-1c8e0c6b7a90",
    secrets: { land: "a secret" },
};

describe("the files of a ceremony", () => {
    it("are whole, for their owner only, and read as they were written", async () => {
        const held = await hold(await fixture());
        const out = join(folder, "out");
        await writeCeremony(out, held);
        const offices = [1, 2, 3, 4, 5].map((number) => `custodian-${number}.envelope.json`);
        expect(readdirSync(out).sort()).toEqual(["break-glass.crt", ...offices, "transcript.json"]);
        for (const file of readdirSync(out)) {
            expect(statSync(join(out, file)).mode & 0o777).toBe(0o600);
        }
        expect(parseFile("transcript", await readText(join(out, "transcript.json")), "it")).toEqual(held.transcript);
        const envelope = parseFile("envelope", await readText(join(out, offices[0] ?? "")), "it");
        expect(envelope).toEqual(held.envelopes[0]);
        expect(readdirSync(folder)).toEqual(["out"]);
    });

    it("are refused before anything is made where nothing can be written", async () => {
        writeFileSync(join(folder, "file"), "in use");
        await expect(refuseExisting(join(folder, "file", "out"))).rejects.toThrow("cannot be written: ENOTDIR");
        await expect(refuseExisting(join(folder, "new", "out"))).resolves.toBeUndefined();
    });

    it("are in their folder also where its name was typed with a slash", async () => {
        await writeCeremony(`${join(folder, "out")}/`, await hold(await fixture()));
        expect(readdirSync(folder)).toEqual(["out"]);
        expect(readdirSync(join(folder, "out"))).toContain("transcript.json");
    });

    it("take nobody's place: where there is something, nothing is left of the new ones", async () => {
        const held = await hold(await fixture());
        const out = join(folder, "out");
        writeFileSync(out, "in use");
        await expect(refuseExisting(out)).rejects.toThrow("is there already");
        await expect(writeCeremony(out, held)).rejects.toThrow();
        expect(readdirSync(folder)).toEqual(["out"]);
        expect(readFileSync(out, "utf8")).toBe("in use");
    });
});

describe("what custodians bring", () => {
    /** Writes the files of a ceremony and of the custodians' identities. */
    async function brought(): Promise<{ folder: string; transcript: string; envelope: string[]; identity: string[] }> {
        const made = await fixture();
        const out = join(folder, "out");
        await writeCeremony(out, await hold(made));
        const identity = made.identities.map((text, index) => {
            const file = join(folder, `${index + 1}.txt`);
            writeFileSync(file, text);
            return file;
        });
        const envelope = [1, 2, 3].map((number) => join(out, `custodian-${number}.envelope.json`));
        return { folder: out, transcript: join(out, "transcript.json"), envelope, identity };
    }

    it.each([
        ["cut short", (text: string) => text.slice(0, 500), "it is no JSON"],
        ["empty", () => "", "it is no JSON"],
        ["a list", () => "[]", "is no envelope, or is damaged"],
        ["null", () => "null", "is no envelope, or is damaged"],
    ])("may be an envelope that is %s: it is told, and the others are read", async (_, damage, why) => {
        const files = await brought();
        const [first = "", ...others] = files.envelope;
        writeFileSync(first, damage(readFileSync(first, "utf8")));
        for (const envelope of [
            [first, ...others],
            [...others, first],
        ]) {
            const { envelopes, damaged } = await readOpening({ ...files, envelope });
            expect(envelopes.map(({ custodian }) => custodian)).toEqual(["custodian-2", "custodian-3"]);
            expect(damaged).toEqual([expect.stringContaining(why)]);
        }
    });

    it("is read as editors leave it, with a mark before the first line and with other line ends", async () => {
        const files = await brought();
        for (const file of [files.transcript, ...files.envelope, ...files.identity]) {
            writeFileSync(file, `\uFEFF${readFileSync(file, "utf8").replaceAll("\n", "\r\n")}`);
        }
        const { envelopes, damaged, identities } = await readOpening(files);
        expect([envelopes.length, damaged, identities.length]).toEqual([3, [], 5]);
    });

    it.each([
        ["transcript", "none.json", "there is no such file"],
        ["envelope", "none.json", "there is no such file"],
        ["identity", "none.txt", "there is no such file"],
        ["envelope", ".", "EISDIR"],
    ] as const)("is refused where the %s %s cannot be read, wherever it stands", async (option, name, why) => {
        const files = await brought();
        const wrong = join(folder, name);
        const orders =
            option === "transcript"
                ? [wrong]
                : [
                      [wrong, ...files[option]],
                      [...files[option], wrong],
                  ];
        for (const order of orders) {
            await expect(readOpening({ ...files, [option]: order })).rejects.toThrow(why);
        }
    });

    it.each([
        ["was moved away", (file: string) => rmSync(file), "there is no such file"],
        ["is cut short", (file: string) => writeFileSync(file, readFileSync(file).subarray(0, 500)), "it is no JSON"],
        [
            "is an envelope",
            (file: string) => writeFileSync(file, readFileSync(join(file, "..", "custodian-1.envelope.json"))),
            "is no transcript",
        ],
    ])(
        "is refused without the transcript, with who has another copy, and nothing is made in its place: it %s",
        async (_, damage, why) => {
            const files = await brought();
            const copy = join(folder, "copy.json");
            writeFileSync(copy, readFileSync(files.transcript));
            damage(files.transcript);
            const before = readdirSync(files.folder);
            const refusals = [readOpening(files), readTranscript(files.transcript)];
            for (const said of await Promise.all(
                refusals.map((each) => each.catch((error: unknown) => String(error))),
            )) {
                expect(said).toContain(why);
                expect(said).toMatch(/Every custodian has a copy of the transcript.*hold another ceremony/);
            }
            expect(readdirSync(files.folder)).toEqual(before);
            await expect(refuseExisting(files.folder)).rejects.toThrow("is there already, and is not written over");
            await expect(readOpening({ ...files, transcript: copy })).resolves.toMatchObject({ damaged: [] });
        },
    );

    it("is refused in a sentence, and by one alone, where a name is mistyped", async () => {
        const { transcript, envelope, identity } = await brought();
        const { status, stderr } = spawnSync(
            process.execPath,
            [
                ...[...TYPESCRIPT, join(repoRoot, "custody", "main.ts"), "recover"],
                ...["--transcript", transcript, "--witness", "SHA256:none"],
                ...["--envelope", join(folder, "mistyped.json"), ...envelope],
                ...["--identity", ...identity, "--out", join(folder, "keys.json")],
            ],
            { encoding: "utf8" },
        );
        expect([status, stderr]).toEqual([
            1,
            `${join(folder, "mistyped.json")} cannot be read: there is no such file.\n`,
        ]);
    });
});

describe("a file of recovered keys", () => {
    it("is for its owner only, and never written over another", async () => {
        const file = join(folder, "keys.json");
        await writeRecovered(file, recovered);
        expect(statSync(file).mode & 0o777).toBe(0o600);
        expect(parseFile("recovered keys", await readText(file), file)).toEqual(recovered);
        await expect(writeRecovered(file, recovered)).rejects.toThrow("is there already");
    });

    it("is refused in a sentence where it cannot be written", async () => {
        const refusal = writeRecovered(`${join(folder, "keys.json")}/`, recovered);
        await expect(refusal).rejects.toThrow(/keys\.json\/ cannot be written: .*another name with --out/);
        expect(readdirSync(folder)).toEqual([]);
    });

    it.each([
        ["another version", { ...recovered, version: 2 }, "version is wrong"],
        ["nothing in it", null, "it is no map of keys"],
        ["an unknown key", { ...recovered, note: "a secret" }, "note is wrong"],
        ["an unknown registry", { ...recovered, secrets: { ships: "a secret" } }, "secrets.ships is wrong"],
    ])("with %s is refused, and not quoted", (_, value, message) => {
        const parse = (): unknown => parseFile("recovered keys", JSON.stringify(value), "keys.json");
        expect(parse).toThrow(message);
        expect(parse).not.toThrow("a secret");
    });

    it("that is no JSON is refused, and not quoted", () => {
        expect(() => parseFile("recovered keys", "a secret", "keys.json")).toThrow(
            "keys.json is no recovered keys: it is no JSON",
        );
    });
});

describe("identities and keys", () => {
    it("are read as age-keygen writes them", async () => {
        const [identity = ""] = (await fixture()).identities;
        const file = join(folder, "identity.txt");
        writeFileSync(file, `# created: 2026-03-01T12:00:00Z\n# public key: age1…\n${identity}\n`);
        expect(await readIdentities(file)).toEqual([identity]);
    });

    it.each([
        ["nothing", "# public key: age1\n"],
        ["a damaged one", "AGE-SECRET-KEY-1DAMAGED\n"],
        ["an encrypted one", "-----BEGIN AGE ENCRYPTED FILE-----\n"],
    ])("are told from %s, which is not quoted", async (_, text) => {
        const file = join(folder, "identity.txt");
        writeFileSync(file, text);
        await expect(readIdentities(file)).rejects.toThrow(/identity\.txt holds no age identity/);
        await expect(readIdentities(file)).rejects.not.toThrow(/DAMAGED/);
        await expect(readSigningKey(file)).rejects.toThrow(/identity\.txt holds no Ed25519 private key/);
    });

    it("that cannot be read are named", async () => {
        await expect(readText(join(folder, "none"))).rejects.toThrow(/none cannot be read: there is no such file/);
        chmodSync(folder, 0o700);
        await expect(readText(folder)).rejects.toThrow(/cannot be read: EISDIR/);
    });
});

describe("a record of a broken glass, or a transcript", () => {
    it.each([
        ["clears the screen", "a member does not start\u001b[2J"],
        ["writes over its line", "nobody\rsomebody"],
        ["turns the direction of writing", "of the \u202eregister"],
    ])("that %s is refused before anything of it is shown", (_, reason) => {
        const record = {
            format: "data-embassy/break-glass-record",
            version: 1,
            ceremony: "2f1b9c1e-6a53-4c56-9a3b-2f6a5d7c1e11",
            site: "luxembourg",
            person: "a.person",
            askedBy: "the register",
            reason,
            given: "2026-03-01T12:00:00.000Z",
            until: "2026-03-01T13:00:00.000Z",
            custodians: ["custodian-1"],
            certificate: "0".repeat(64),
            signature: "AAAA",
        };
        const parse = (value: object): unknown => parseFile("break-glass record", JSON.stringify(value), "record.json");
        expect(parse({ ...record, reason: "a member does not start: õ, ы, €" })).toBeDefined();
        expect(() => parse(record)).toThrow(/^record.json is no break-glass record, or is damaged: reason is wrong/);
    });
});
