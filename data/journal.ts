/**
 * What happened to each commit, kept outside the database: one JSON object on each line, which is on the disk before the next commit is
 * tried. The first line says which run it is.
 */
import {
    closeSync,
    existsSync,
    fdatasyncSync,
    fstatSync,
    ftruncateSync,
    mkdirSync,
    openSync,
    readFileSync,
    writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { UserError } from "../command-line/command";

const header = z.strictObject({ run: z.uuid(), registry: z.string(), startedAt: z.iso.datetime() });
const entry = z.discriminatedUnion("outcome", [
    z.strictObject({
        outcome: z.literal("acknowledged"),
        sequence: z.int().positive(),
        at: z.iso.datetime(),
        /** The commit is at or before this position in the write-ahead log. */
        lsn: z.string(),
    }),
    z.strictObject({
        /** Unknown: no answer came, or one that said that no replica has the commit. Refused: certainly not committed. */
        outcome: z.enum(["unknown", "refused"]),
        sequence: z.int().positive(),
        at: z.iso.datetime(),
        reason: z.string(),
    }),
]);

export type Header = z.infer<typeof header>;
export type Entry = z.infer<typeof entry>;

export class Journal {
    private constructor(
        readonly file: string,
        private readonly descriptor: number,
    ) {}

    /** @throws UserError where the file is there already: it may be the only record of a run */
    static create(file: string, first: Header): Journal {
        let descriptor: number;
        try {
            mkdirSync(dirname(file), { recursive: true });
            descriptor = openSync(file, "wx", 0o600);
        } catch (error) {
            throw new UserError(
                (error as NodeJS.ErrnoException).code === "EEXIST" && existsSync(file)
                    ? `The journal ${file} is there already, and may be the only record of a run. Name another with --journal.`
                    : `The journal ${file} cannot be written: ${(error as Error).message}. Name another with --journal.`,
            );
        }
        const journal = new Journal(file, descriptor);
        journal.write(first);
        return journal;
    }

    append(line: Entry): void {
        this.write(line);
    }

    close(): void {
        closeSync(this.descriptor);
    }

    private write(line: Header | Entry): void {
        const whole = fstatSync(this.descriptor).size;
        const text = Buffer.from(`${JSON.stringify(line)}\n`);
        try {
            // A disk that gets full takes a part of the text, and says so only when it is asked again.
            for (let written = 0; written < text.length;) {
                written += writeSync(this.descriptor, text, written, text.length - written, whole + written);
            }
            fdatasyncSync(this.descriptor);
        } catch (error) {
            // A part of a line would join the next one.
            ftruncateSync(this.descriptor, whole);
            throw new UserError(
                `The journal ${this.file} cannot take ${text.length} bytes more (${(error as Error).message}): make room on its disk. What it says until here holds.`,
            );
        }
    }
}

/**
 * Leaves out a last line without its end: its writer was killed, and it counts for nothing.
 *
 * @throws UserError naming the first line that is no entry
 */
export function readJournal(file: string): { header: Header; entries: Entry[] } {
    let text: string;
    try {
        // Some editors put a mark before the first line, which is removed here.
        text = readFileSync(file, "utf8").replace(/^\uFEFF/, "");
    } catch (error) {
        throw new UserError(`The journal ${file} cannot be read: ${(error as Error).message}`);
    }
    const lines = text.split("\n").slice(0, -1);
    const parse = <T>(schema: z.ZodType<T>, line: string, index: number): T => {
        try {
            return schema.parse(JSON.parse(line));
        } catch {
            throw new UserError(
                `${file}, line ${index + 1}: "${line.slice(0, 80)}" is no line of a journal. Name a file that npm run data -- write has made.`,
            );
        }
    };
    return {
        header: parse(header, lines[0] ?? "", 0),
        entries: lines.slice(1).map((line, index) => parse(entry, line, index + 1)),
    };
}
