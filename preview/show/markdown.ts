/** A report as a comment on a pull request. Pure. */
import { groupBy } from "../compare/group";
import type { Change, ObjectChange, Report, StackReport } from "../report";
import { factsOf } from "./title";

/** GitHub takes 65 536 characters of a comment. */
export const LIMIT = 65_000;
/** Kept for what says that something was cut. */
const REST = 600;
/** More objects than this that break one rule alike are counted. */
const NAMED = 20;
const ALL = "`--format json` has all of them.";

/** What is dangerous is whole, however long; details are cut between objects. */
export function markdown(report: Report): string {
    const { title, base, stacks, leftOut } = report;
    const changed = stacks.filter((stack) => factsOf(stack).length > 0);
    const head = [
        `# ${text(title)}`,
        "",
        `The working tree against ${code(base.ref)} (${code(base.commit.slice(0, 12))}), by code alone: no state and no cluster was asked.`,
        "",
    ];
    const foot = ["", ...leftOut.map((what) => `Not looked at: ${text(what)}.`), ""];
    const graves = changed.map((stack) => [
        `## ${stack.stack}: ${text(factsOf(stack).join(", "))}`,
        "",
        ...grave(stack).map((point) => `- ${point}`),
    ]);
    let room = LIMIT - REST - [...head, ...graves.flat(), ...foot].join("\n").length;
    const sections = changed.flatMap((stack, index) => {
        const lines = [...other(stack).map((point) => `- ${point}`), "", ...table(stack), ""];
        const kept = lines.filter((line) => {
            const fits = line.length + 1 <= room;
            room = fits ? room - line.length - 1 : 0;
            return fits;
        });
        const cut = lines.length - kept.length;
        return [...(graves[index] ?? []), ...kept, ...(cut > 0 ? [`Cut here: ${cut} lines. ${ALL}`, ""] : [])];
    });
    return [...head, ...sections, ...fitting(changed.flatMap(detailsOf), room), ...foot].join("\n");
}

/** What is decided upon, and never cut. */
function grave({ problems, dangers, policies, flows, rights }: StackReport): string[] {
    return [
        ...problems.map(
            ({ tree, message, file, line }) =>
                `**${tree === "head" ? "error" : "base not rendered"}** ${code(line === undefined ? file : `${file}:${line}`)}: ${text(message)}`,
        ),
        ...dangers.map(
            ({ kind, text: what, objects }) =>
                `**${kind}** ${text(what)}${objects.length > 0 ? `: ${places(objects)}` : ""}`,
        ),
        ...[...groupBy(policies, ({ rule, remedy, isNew }) => [rule, remedy, isNew].join())].flatMap(([, all]) =>
            all.slice(0, 1).map(({ rule, remedy, isNew }) => {
                const more = all.length > NAMED ? ` and ${all.length - NAMED} more` : "";
                const who = all.slice(0, NAMED).map(({ object }) => code(object));
                return `**rule ${rule}**${isNew ? "" : " (as before)"} ${text(remedy)}: ${who.join(", ")}${more}`;
            }),
        ),
        ...flows.opened.map((flow) => `**flow opened** ${text(flow)}`),
        ...flows.closed.map((flow) => `**flow closed** ${text(flow)}`),
        ...rights.gained.map((right) => `**right gained** ${text(right)}`),
        ...rights.lost.map((right) => `**right lost** ${text(right)}`),
    ];
}

/** What is good to know. */
function other({ settings, facility, restarts, certificates, noise }: StackReport): string[] {
    return [
        ...facility.told.map((what) => `**Tier IV margin** ${text(what)}`),
        ...settings.filter(({ about }) => about !== undefined).map(settingLine),
        ...alike(restarts.filter(({ served }) => served)),
        ...(certificates.length === 0 ? [] : [`**certificates issued** ${certificates.map(code).join(", ")}`]),
        ...settings.filter(({ about }) => about === undefined).map(settingLine),
        ...noise.map(({ change, objects }) => `**in ${objects} objects alike** ${changeLine(change)}`),
    ];
}

/** `database` in registry-land, registry-taxes: objects of one name together, all of them. */
function places(objects: readonly string[]): string {
    const byName = groupBy(objects, (object) => object.split("/").at(-1) ?? object);
    return [...byName]
        .map(([name, all]) => {
            const [first = name] = all;
            return first.includes("/") && all.length > 1
                ? `${code(name)} in ${all.map((object) => text(object.split("/")[0] ?? "")).join(", ")}`
                : all.map(code).join(", ");
        })
        .join("; ");
}

/** Registries that restart alike are told together. */
function alike(restarts: StackReport["restarts"]): string[] {
    return [...groupBy(restarts, ({ text: how }) => how)].map(
        ([how, all]) => `**restarts** ${all.map(({ who }) => text(who)).join(", ")}: ${text(how)}`,
    );
}

function settingLine({ about, key, before, after, file, line }: StackReport["settings"][number]): string {
    return `**${about ?? "setting"}** ${code(key)}: ${arrow(before, after)} (${code(`${file}:${line}`)})`;
}

function table({ counts }: StackReport): string[] {
    const operations = ["delete", "replace", "update", "create"];
    const rows = [...groupBy(counts, ({ subject }) => subject)].map(([subject, all]) => {
        const cells = operations.map((operation) => all.find((one) => one.operation === operation)?.count ?? "");
        return `| ${text(subject)} | ${cells.join(" | ")} |`;
    });
    return rows.length === 0
        ? []
        : ["| of | deleted | replaced | changed | created |", "|---|---|---|---|---|", ...rows];
}

/** A folded block for each subject of a stack, with its objects. */
interface Block {
    readonly summary: string;
    readonly objects: readonly string[];
}

function detailsOf({ stack, objects }: StackReport): Block[] {
    return [...groupBy(objects, ({ subject }) => subject)].map(([subject, all]) => ({
        summary: `${stack}: ${subject}, ${all.length} object${all.length === 1 ? "" : "s"}`,
        objects: all.map(objectLines),
    }));
}

function objectLines({ operation, kind, name, changes }: ObjectChange): string {
    return [`- ${operation} ${code(`${kind} ${name}`)}`, ...changes.map((change) => `  - ${changeLine(change)}`)].join(
        "\n",
    );
}

function changeLine({ path, before, after, replaces }: Change): string {
    return `${code(path)}: ${arrow(before, after)}${replaces ? " (replaces)" : ""}`;
}

/** Details for which there is room, and how many objects had none. */
function fitting(blocks: readonly Block[], room: number): string[] {
    const lines: string[] = [];
    let [left, cut] = [room, 0];
    for (const { summary, objects } of blocks) {
        const frame = ["<details>", `<summary>${escaped(summary)}</summary>`, "", "", "</details>", ""];
        let space = left - frame.join("\n").length - 1;
        const kept = objects.filter((object) => {
            const fits = object.length + 1 <= space;
            space = fits ? space - object.length - 1 : 0;
            return fits;
        });
        cut += objects.length - kept.length;
        if (kept.length > 0) {
            lines.push(...frame.slice(0, 3), ...kept, ...frame.slice(3));
            left = space;
        }
    }
    const note = `Cut here: the details of ${cut} object${cut === 1 ? "" : "s"}. ${ALL}`;
    return cut === 0 ? lines : [...lines, note];
}

function arrow(before: string | undefined, after: string | undefined): string {
    return `${before === undefined ? "none" : code(before)} → ${after === undefined ? "none" : code(after)}`;
}

/** As a code span: with more backticks around it than are in it. */
export function code(value: string): string {
    const line = value.replaceAll(/\s*\n\s*/g, " ⏎ ");
    const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([ticks]) => ticks.length));
    const fence = "`".repeat(longest + 1);
    const pad = line === "" || line.startsWith("`") || line.endsWith("`") ? " " : "";
    return fence + pad + line + pad + fence;
}

/** As prose: what a name or message holds is no markup. */
export function text(value: string): string {
    return escaped(value.replaceAll(/\s*\n\s*/g, " ")).replaceAll(/[\\`*_[\]|]/g, String.raw`\$&`);
}

function escaped(value: string): string {
    return value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
