/** A report as a comment on a pull request. Pure. */
import { groupBy } from "../group";
import type { ObjectChange, Report, StackReport } from "../report";
import { against } from "./against";
import { code, summary, text } from "./markup";
import { type Numbers, numbered, ranges } from "./numbers";
import { type Piece, type Point, changePieces, grave, other } from "./points";
import { OPERATIONS, changedFirst, factsOf, shortTitle } from "./title";
import { visible } from "./visible";

/**
 * UTF-16 code units, of which a character is one or two and, in UTF-8, three bytes at most. GitHub takes 65 536 characters, whatever
 * they are, of a comment or of a pull request's description; GitLab 1 000 000 of either.
 */
export const LIMIT = 65_000;
/** What says that something was cut, in one place. */
const NOTE = 160;
const ALL = "The formats html and json have all of them.";

type Write = (pieces: readonly Piece[]) => string;

/** What is dangerous is whole, however long; what else there is, is cut between lines and objects. */
export function markdown(raw: Report): string {
    const report = visible(raw);
    const changed = changedFirst(report.stacks);
    const graves = changed.map(grave);
    const head = [`# ${text(shortTitle(report))}`, "", text(against(report)), ""];
    const foot = ["", ...report.leftOut.map((what) => `Not looked at: ${text(what)}.`), ""];
    const headings = changed.map((stack) =>
        // The title says it of one alone.
        changed.length === 1 ? `## ${text(stack.stack)}` : `## ${text(`${stack.stack}: ${factsOf(stack).join(", ")}`)}`,
    );
    const frame = [...head, ...foot, ...headings].reduce((sum, line) => sum + line.length + 3, 0);
    const room = new Room(LIMIT - frame - NOTE * (2 * changed.length + 2));
    const { lines: dangerous, legend } = graveLines(graves, room);
    const sections = changed.flatMap((stack, index) => [
        headings[index] ?? "",
        "",
        ...(dangerous[index] ?? []),
        ...otherLines(stack, room),
        "",
    ]);
    const details = changed.flatMap((stack) => blocks(stack)).flatMap(room.block);
    const cut = room.cut === 0 ? [] : [`Cut here: the details of ${many(room.cut, "object")}. ${ALL}`];
    return [...head, ...sections, ...legend, ...details, ...cut, ...foot].join("\n");
}

/** How many characters are left. */
class Room {
    /** Objects that found none. */
    cut = 0;

    constructor(private left: number) {}

    /** Those from the first on that find room, each with its line break. */
    readonly take = (lines: readonly string[]): string[] => {
        const kept = lines.slice(0, fitting(lines, this.left));
        // What comes after a cut is less than what was cut.
        this.left = kept.length < lines.length ? 0 : this.left - lengthOf(kept);
        return kept;
    };

    readonly block = ({ about, objects }: Block): string[] => {
        const top = ["<details>", `<summary>${summary(about)}</summary>`, ""];
        const end = ["", "</details>", ""];
        const count = fitting(objects, this.left - lengthOf([...top, ...end]));
        this.cut += objects.length - count;
        if (count === 0) {
            return [];
        }
        const lines = [...top, ...objects.slice(0, count), ...end];
        this.left -= lengthOf(lines);
        return lines;
    };

    fits(lines: readonly string[]): boolean {
        return lengthOf(lines) <= this.left;
    }
}

function lengthOf(lines: readonly string[]): number {
    return lines.reduce((sum, line) => sum + line.length + 1, 0);
}

function fitting(lines: readonly string[], room: number): number {
    let left = room;
    const tooMany = lines.findIndex((line) => (left -= line.length + 1) < 0);
    return tooMany === -1 ? lines.length : tooMany;
}

/**
 * Where names do not fit they are numbers, and each is written out once. Where not even these fit, which takes thousands of sentences
 * that are all different, how many are left out is said first.
 */
function graveLines(graves: readonly (readonly Point[])[], room: Room): { lines: string[][]; legend: string[] } {
    const written = (write: Write): string[][] => graves.map((points) => points.map((point) => line(point, write)));
    const plain = written(pieces());
    if (room.fits(plain.flat())) {
        return { lines: plain.map(room.take), legend: [] };
    }
    const numbers = numbered(
        graves
            .flat()
            .flatMap(({ what }) =>
                what.flatMap((piece) => (typeof piece !== "string" && "names" in piece ? piece.names : [])),
            ),
    );
    const legend =
        numbers.count === 0
            ? []
            : [
                  `Numbers above are those of: ${numbers.names.map((name, index) => `${index + 1} ${text(name)}`).join(", ")}.`,
                  "",
              ];
    const useNumbers = room.fits(legend);
    return {
        legend: useNumbers ? room.take(legend) : [],
        lines: (useNumbers ? written(pieces(numbers)) : plain).map((lines) => {
            const kept = room.take(lines);
            const missing = lines.length - kept.length;
            return missing === 0
                ? kept
                : [`- **not all that is dangerous fits here**: ${many(missing, "more point")}. ${ALL}`, ...kept];
        }),
    };
}

function otherLines(stack: StackReport, room: Room): string[] {
    const lines = [...other(stack).map((point) => line(point, pieces())), "", ...table(stack)];
    const kept = room.take(lines);
    return kept.length === lines.length
        ? lines
        : [...kept, "", `Cut here: ${many(lines.length - kept.length, "line")}. ${ALL}`];
}

function line({ mark, what }: Point, write: Write): string {
    return `- **${text(mark)}** ${write(what)}`;
}

/** @param numbers stand for names */
function pieces(numbers?: Numbers): Write {
    const one = (piece: Piece): string => {
        if (typeof piece === "string") {
            return text(piece);
        }
        if ("names" in piece) {
            return numbers === undefined || piece.names.length === 1
                ? piece.names.map(text).join(", ")
                : ranges(piece.names, numbers);
        }
        return "code" in piece ? code(piece.code) : `${value(piece.before)} → ${value(piece.after)}`;
    };
    return (what) => what.map(one).join("");
}

function value(of: string | undefined): string {
    return of === undefined ? "none" : code(of);
}

function table({ counts }: StackReport): string[] {
    const rows = [...groupBy(counts, ({ subject }) => subject)].map(([subject, all]) => {
        const cells = OPERATIONS.map(([operation]) => all.find((one) => one.operation === operation)?.count ?? "");
        // In any of them a table's cell ends, also in a code span, and what escapes it may be escaped itself.
        return `| ${text(subject.replaceAll("|", String.raw`\u{7c}`))} | ${cells.join(" | ")} |`;
    });
    return rows.length === 0
        ? []
        : [`| of | ${OPERATIONS.map(([, done]) => done).join(" | ")} |`, "|---|---|---|---|---|", ...rows];
}

/** A folded block for each subject of a stack, with its objects. */
interface Block {
    readonly about: string;
    readonly objects: readonly string[];
}

function blocks({ stack, objects }: StackReport): Block[] {
    return [...groupBy(objects, ({ subject }) => subject)].map(([subject, all]) => ({
        about: `${stack}: ${subject}, ${many(all.length, "object")}`,
        objects: all.map(objectLines),
    }));
}

function objectLines({ operation, kind, name, changes }: ObjectChange): string {
    const write = pieces();
    return [
        `- ${operation} ${code(`${kind} ${name}`)}`,
        ...changes.map((change) => `  - ${write(changePieces(change))}`),
    ].join("\n");
}

function many(count: number, what: string): string {
    return `${count} ${what}${count === 1 ? "" : "s"}`;
}
