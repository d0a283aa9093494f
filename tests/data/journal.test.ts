import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Entry, Journal, readJournal } from "../../data/journal";

const header = {
    run: "7d0c3a52-6a3e-4a6c-9b57-0f0a5c7f8a11",
    registry: "population",
    startedAt: "2030-01-02T03:04:05.678Z",
};
const entries: Entry[] = [
    { outcome: "acknowledged", sequence: 1, at: "2030-01-02T03:04:06.000Z", lsn: "0/16B3748" },
    { outcome: "unknown", sequence: 2, at: "2030-01-02T03:04:07.000Z", reason: "Connection terminated" },
];

let folder: string;
let file: string;
beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "journal-"));
    file = join(folder, "sub", "run.jsonl");
    const journal = Journal.create(file, header);
    entries.forEach((entry) => journal.append(entry));
    journal.close();
});
afterEach(() => {
    rmSync(folder, { recursive: true });
});

it("is read as it was written", () => {
    expect(readJournal(file)).toEqual({ header, entries });
});

it("loses no more than the line at which its writer was killed", () => {
    appendFileSync(file, '{"outcome":"acknowl');
    expect(readJournal(file).entries).toEqual(entries);
});

it("is never written over", () => {
    expect(() => Journal.create(file, header)).toThrow("there already");
});

it("is told from other files, by the line", () => {
    appendFileSync(file, "hello\n");
    expect(() => readJournal(file)).toThrow(/line 4: "hello" is no line of a journal/);
    writeFileSync(file, "");
    expect(() => readJournal(file)).toThrow("line 1");
    expect(() => readJournal(join(folder, "none"))).toThrow("cannot be read");
});

it("is read also where an editor has put a mark before it, and other ends of lines", () => {
    writeFileSync(file, `\uFEFF${readFileSync(file, "utf8").replaceAll("\n", "\r\n")}`);
    expect(readJournal(file)).toEqual({ header, entries });
});

it("is refused in a sentence where nothing can be written or read", () => {
    expect(() => Journal.create(join(file, "below", "run.jsonl"), header)).toThrow(/cannot be written: .*--journal/);
    expect(() => Journal.create(join(file, "run.jsonl"), header)).toThrow(/cannot be written: .*--journal/);
    expect(() => readJournal(folder)).toThrow("cannot be read");
});
