import { DoesNotOpen, stanzaIn } from "../../restore/look";

const info = (status: object, ...repo: string[]): string =>
    JSON.stringify([
        { name: "population", archive: [], backup: [], status, repo: repo.map((message) => ({ status: { message } })) },
    ]);
const other = { code: 99, message: "other" };

describe("what pgbackrest info says", () => {
    it("is of one stanza", () => {
        expect(stanzaIn("population", info({ code: 2, message: "no valid backups" })).name).toBe("population");
        expect(() => stanzaIn("population", "[]")).toThrow("There are no backups of population.");
    });

    it.each([
        ["cannot be decrypted", "[CryptoError] unable to flush"],
        ["opens as nonsense", "[FormatError] key/value found outside of section at line 1: \\u00fd"],
    ])("is that another key is needed, where what is stored %s", (_, message) => {
        expect(() => stanzaIn("population", info(other, message))).toThrow(/do not open with the key .*\[\w+Error\]/);
    });

    it("blames the key, and where it is from, as soon as somebody knows that", () => {
        const error = new DoesNotOpen("land", "[CryptoError] it");
        expect(error.message).not.toContain("Tallinn");
        expect(error.with("in keys.json: either it is not this registry's").message).toBe(
            "The backups of land do not open with the key in keys.json: either it is not this registry's, or what is " +
                "stored is damaged. pgBackRest: [CryptoError] it",
        );
    });

    it("is read also where it quotes bytes as they are", () => {
        const raw = info(other, "[FormatError] BYTES").replace("BYTES", "\u0001;d \ufffd)0\n\u001f");
        expect(() => stanzaIn("population", raw)).toThrow(/do not open with the key/);
    });

    it("is not taken for nothing where it cannot be read for another reason", () => {
        expect(() => stanzaIn("population", info(other, "[FileOpenError] permission denied"))).toThrow(
            /cannot be read. pgBackRest: other: \[FileOpenError\] permission denied/,
        );
    });
});
