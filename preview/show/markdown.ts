/** Writes a report as a comment on a pull request. Pure. */
import { groupBy } from "../group";
import type { ObjectChange, Report, StackReport } from "../report";
import { against } from "./against";
import { code, summary, text } from "./markup";
import { type Numbers, numbered, ranges } from "./numbers";
import { type Piece, type Point, changePieces, grave, other } from "./points";
import { OPERATIONS, changedFirst, factsOf, shortTitle } from "./title";
import { visible } from "./visible";

/**
 * The limit is in UTF-16 code units; a character has one or two of them, and at most three bytes in UTF-8. GitHub takes 65 536 characters of any kind in a
 * comment or in a pull request's description; GitLab takes 1 000 000 in either.
 */
export const LIMIT = 65_000;
/** Room for one note that something was cut. */
const NOTE = 160;
const ALL = "The formats html and json have all of them.";

type Write = (pieces: readonly Piece[]) => string;

/** Dangers are written in full, however long; the rest is cut between lines and objects. */
export function markdown(raw: Report): string {
    const report = visible(raw);
    const changed = changedFirst(report.stacks);
    const graves = changed.map(grave);
    const head = [`# ${text(shortTitle(report))}`, "", text(against(report)), ""];
    const foot = ["", ...report.leftOut.map((what) => `Not looked at: ${text(what)}.`), ""];
    const headings = changed.map((stack) =>
        // The title names the only stack itself.
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

/** Counts the characters that are left. */
class Room {
    /** The number of objects for which there was no room. */
    cut = 0;

    constructor(private left: number) {}

    /** Takes as many of the lines, from the first on, as there is room for, each with its line break. */
    readonly take = (lines: readonly string[]): string[] => {
        const kept = lines.slice(0, fitting(lines, this.left));
        // What comes after a cut is less important than what was cut.
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
 * Where there is no room for names, they become numbers, and each name is written out once. Where even that does not fit, which takes thousands
 * of different sentences, the text begins with how many are left out.
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

/** @param numbers replace names */
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
        // `|` ends a table's cell in both, even in a code span, and what escapes it may itself be escaped.
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
