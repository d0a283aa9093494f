import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
    readIdentities,
    readSigningKey,
    readText,
    refuseExisting,
    writeCeremony,
    writeRecovered,
} from "../../custody/files";
import { type Recovered, parseFile } from "../../custody/format";
import { fixture, hold } from "./fixture";

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

describe("a file of recovered keys", () => {
    it("is for its owner only, and never written over another", async () => {
        const file = join(folder, "keys.json");
        await writeRecovered(file, recovered);
        expect(statSync(file).mode & 0o777).toBe(0o600);
        expect(parseFile("recovered keys", await readText(file), file)).toEqual(recovered);
        await expect(writeRecovered(file, recovered)).rejects.toThrow("is there already");
    });

    it.each([
        ["another version", { ...recovered, version: 2 }, "version is wrong"],
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
