/** Lists what is wrong, dangerous or good to know in a report, one by one, for formats that machines read. Pure. */
import { groupBy } from "../group";
import type { Report, StackReport } from "../report";
import { BASE, DANGERS, ERROR, GRAVE, type Kind, type Level, NOTES, POLICIES, policy } from "./kinds";
import { alikeSentences } from "./points";

export interface Finding {
    readonly kind: Kind;
    readonly stack: string;
    readonly text: string;
    /** All of the objects, however many they are. */
    readonly objects: readonly string[];
    /** The file with the finding's line. */
    readonly file: string;
    readonly line: number;
}

/** The gravest findings come first. */
export function findingsOf({ stacks }: Report): Finding[] {
    const all = stacks.flatMap((stack) => [
        ...problems(stack),
        ...policies(stack),
        ...dangers(stack),
        ...flowsAndRights(stack),
        ...settings(stack, true),
        ...restarts(stack),
        ...(stack.certificates.length === 0
            ? []
            : [found(stack, NOTES.certificate, "issued anew, or for the first time", stack.certificates)]),
        ...stack.facility.told.map((text) => found(stack, NOTES.margin, text, [])),
        ...settings(stack, false),
        ...stack.noise.map(({ change, objects }) =>
            found(stack, NOTES.alike, `in ${objects} objects alike: ${changeText(change.path, change)}`, []),
        ),
    ]);
    const levels: readonly Level[] = ["error", "warning", "note"];
    return levels.flatMap((level) => all.filter(({ kind }) => kind.level === level));
}

/** Whether a report can have findings of a kind: for a stack that is not compared there are only errors. */
export function isChecked(kind: Kind, { state }: StackReport): boolean {
    return state !== "not compared" || kind === ERROR || kind === BASE;
}

function problems({ stack, problems: all }: StackReport): Finding[] {
    return all.map(({ tree, message, file, line = 1 }) => ({
        kind: tree === "head" ? ERROR : BASE,
        stack,
        text: message,
        objects: [],
        file,
        line,
    }));
}

/** Objects that break one rule in the same way are one finding: a reader decides once, and services limit the number of findings. */
function policies(report: StackReport): Finding[] {
    const groups = groupBy(report.policies, ({ rule, remedy, isNew }) => JSON.stringify([rule, remedy, isNew]));
    return [...groups.values()].flatMap(([first, ...more]) => {
        if (first === undefined) {
            return [];
        }
        const { rule, remedy, isNew } = first;
        const kind = POLICIES.find(({ id }) => id === rule) ?? policy(rule, rule);
        const objects = [first, ...more].map(({ object }) => object);
        return [found(report, kind, isNew ? remedy : `${remedy} (as before)`, objects)];
    });
}

function dangers(report: StackReport): Finding[] {
    return report.dangers.map(({ kind, text, objects }) => found(report, DANGERS[kind], text, objects));
}

function flowsAndRights(report: StackReport): Finding[] {
    const { flows, rights } = report;
    return (
        [
            [GRAVE.flowOpened, flows.opened],
            [GRAVE.flowClosed, flows.closed],
            [GRAVE.rightGained, rights.gained],
            [GRAVE.rightLost, rights.lost],
        ] as const
    ).flatMap(([kind, sentences]) =>
        alikeSentences(sentences).map(({ text, names }) => found(report, kind, text, names)),
    );
}

/** @param agreed selects the settings that the agreement asks about, or the others */
function settings({ stack, settings: all }: StackReport, agreed: boolean): Finding[] {
    return all
        .filter(({ about }) => (about !== undefined) === agreed)
        .map(({ key, about, file, line, ...values }) => ({
            kind: agreed ? NOTES.agreed : NOTES.setting,
            stack,
            text: `${about === undefined ? "" : `${about}: `}${changeText(key, values)}`,
            objects: [],
            file,
            line,
        }));
}

function restarts(report: StackReport): Finding[] {
    const alike = groupBy(
        report.restarts.filter(({ served }) => served),
        ({ text }) => text,
    );
    return [...alike].map(([text, all]) =>
        found(
            report,
            NOTES.restart,
            text,
            all.map(({ who }) => who),
        ),
    );
}

function changeText(path: string, { before, after }: { readonly before?: string; readonly after?: string }): string {
    return `${path}: ${before ?? "none"} → ${after ?? "none"}`;
}

function found(report: StackReport, kind: Kind, text: string, objects: readonly string[]): Finding {
    const { stack } = report;
    return {
        kind,
        stack,
        text,
        objects,
        ...placeOf(report, text, objects),
    };
}

/**
 * The place of a finding, in a changed line of the configuration where there is one, because reviewers only see remarks at changed lines. It is
 * the line of the registry that the finding is about; otherwise a line whose old or new value it contains, such as a range of addresses;
 * otherwise one of the section that it is about; otherwise the first that belongs to no registry; otherwise the stack file's first line.
 */
function placeOf(
    { stack, settings: all }: StackReport,
    text: string,
    objects: readonly string[],
): { readonly file: string; readonly line: number } {
    const told = [text, ...objects].join(" ");
    const registries = new Set([...told.matchAll(/registry[- ]([\w-]+)/g)].map(([, name = ""]) => name));
    const ownerOf = (key: string): string => /^data-embassy:registries\.([\w-]+)/.exec(key)?.[1] ?? "";
    const sectionOf = (key: string): string => /^data-embassy:([\w-]+)/.exec(key)?.[1] ?? "";
    const rest = all.filter(({ key }) => ownerOf(key) === "");
    const cause =
        (registries.size === 1 ? all.find(({ key }) => registries.has(ownerOf(key))) : undefined) ??
        rest.find(({ before, after }) => valuesIn(before, after).some((value) => told.includes(value))) ??
        rest.find(({ key }) => told.includes(sectionOf(key))) ??
        rest.at(0) ??
        all.at(0);
    return { file: cause?.file ?? `Pulumi.${stack}.yaml`, line: cause?.line ?? 1 };
}

/** Values that are long enough not to be in a sentence by chance. */
function valuesIn(...texts: readonly (string | undefined)[]): string[] {
    return texts.flatMap((text = "") => text.match(/[\w./:-]{6,}/g) ?? []);
}
