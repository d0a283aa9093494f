/** What is wrong or dangerous in a report, one by one, for the formats that machines read. Pure. */
import { RULES } from "../../policy/rules";
import { groupBy } from "../compare/group";
import type { Danger, Report, StackReport } from "../report";

/** `error` fails a pipeline, `warning` is for a person to decide, `note` is good to know. */
export type Level = "error" | "warning" | "note";

export interface Kind {
    readonly id: string;
    readonly level: Level;
    /** What holds where nothing of it is found. */
    readonly title: string;
    /** What to do about one. */
    readonly help: string;
}

export interface Finding {
    readonly kind: Kind;
    readonly stack: string;
    readonly text: string;
    /** All of them, however many. */
    readonly objects: readonly string[];
    /** The stack file. */
    readonly file: string;
    readonly line: number;
}

const ERROR: Kind = {
    id: "stack-file",
    level: "error",
    title: "The program takes the stack file and renders it.",
    help: "Mend the key that the message names, as it says; its schema is in the config.ts of its subject, in infra.",
};

const BASE: Kind = {
    id: "base",
    level: "note",
    title: "The base is rendered, so that there is something to compare with.",
    help: "Name a base whose program runs with the packages that are installed.",
};

const DANGERS: Readonly<Record<Danger["kind"], Kind>> = {
    "less margin": {
        id: "less-margin",
        level: "warning",
        title: "No fault leaves less than before.",
        help: "Make sure that what the named fault leaves is enough, or give the facility a host, a rack or a feed more.",
    },
    deleted: {
        id: "deleted",
        level: "warning",
        title: "Nothing is deleted.",
        help: "Make sure that nobody needs the object and what it holds any more; what is protected has to be released first.",
    },
    replaced: {
        id: "replaced",
        level: "warning",
        title: "Nothing is replaced.",
        help: "Make sure that what the object holds is copied or can be restored, or take the change of the named field back.",
    },
    "loses protection": {
        id: "loses-protection",
        level: "warning",
        title: "Nothing loses its protection.",
        help: "Make sure that the object is to be deleted next; else leave protect and retainOnDelete set.",
    },
    "not served meanwhile": {
        id: "not-served-meanwhile",
        level: "warning",
        title: "Everything is served meanwhile.",
        help: "Choose a time in which nobody asks, or make the change in steps that leave a member running.",
    },
};

const POLICIES: readonly Kind[] = RULES.map(({ name, description }) => policy(name, description));

/** All that is looked for, whether it is found or not. */
export const KINDS: readonly Kind[] = [ERROR, BASE, ...POLICIES, ...Object.values(DANGERS)];

/** The gravest first. */
export function findingsOf({ stacks }: Report): Finding[] {
    const all = stacks.flatMap((stack) => [...problems(stack), ...policies(stack), ...dangers(stack)]);
    const levels: readonly Level[] = ["error", "warning", "note"];
    return levels.flatMap((level) => all.filter(({ kind }) => kind.level === level));
}

/** Rules of the policy pack alone are checked only where a stack is rendered. */
export function isChecked(kind: Kind, { state }: StackReport): boolean {
    return state !== "not compared" || kind === ERROR || kind === BASE;
}

function policy(name: string, description: string): Kind {
    return {
        id: name,
        level: "error",
        title: description,
        help: "Change the object as the message says: the rule is mandatory, and no stack that breaks it can be applied.",
    };
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

/** Objects that break one rule alike are one finding: a reader decides once, and a service takes only so many. */
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

function found(report: StackReport, kind: Kind, text: string, objects: readonly string[]): Finding {
    const { stack } = report;
    return {
        kind,
        stack,
        text,
        objects,
        ...placeOf(report, objects),
    };
}

/**
 * A line of the configuration that changes, as a reviewer is shown remarks at changed lines alone: the one of the registry that it is
 * about, or else the first that is no registry's. The first line of the stack file where none changes.
 */
function placeOf({ stack, settings }: StackReport, objects: readonly string[]): { file: string; line: number } {
    const registries = new Set(objects.map((object) => /registry[- ]([\w-]+)/.exec(object)?.[1]));
    const ownerOf = (key: string): string | undefined => /^data-embassy:registries\.([\w-]+)/.exec(key)?.[1];
    const isOwn = (key: string): boolean => registries.size === 1 && registries.has(ownerOf(key) ?? "");
    const cause =
        settings.find(({ key }) => isOwn(key)) ??
        settings.find(({ key }) => ownerOf(key) === undefined) ??
        settings.at(0);
    return { file: cause?.file ?? `Pulumi.${stack}.yaml`, line: cause?.line ?? 1 };
}
