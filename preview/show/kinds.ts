/** The kinds of findings that machines get, whether there are any or not: each is a rule of SARIF, and a case of JUnit. */
import { RULES } from "../../policy/rules";
import type { Danger } from "../report";

/** `error` fails a pipeline, `warning` is for a person to decide, `note` is good to know. */
export type Level = "error" | "warning" | "note";

export interface Kind {
    readonly id: string;
    readonly level: Level;
    /** A statement that is true where nothing of this kind is found. */
    readonly title: string;
    /** What to do about a finding. */
    readonly help: string;
}

export const ERROR: Kind = {
    id: "stack-file",
    level: "error",
    title: "The program takes the stack file and renders it.",
    help: "Mend the key that the message names, as it says; its schema is in the config.ts of its subject, in infra.",
};

export const BASE: Kind = {
    id: "base",
    level: "warning",
    title: "The base is rendered, so that there is something to compare with.",
    help: "Name a base whose program runs with the packages that are installed.",
};

export const DANGERS: Readonly<Record<Danger["kind"], Kind>> = {
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
        help: "Drop protect and retainOnDelete only where the object will be deleted next; otherwise leave both set.",
    },
    "not served meanwhile": {
        id: "not-served-meanwhile",
        level: "warning",
        title: "Everything is served meanwhile.",
        help: "Choose a time in which nobody asks, or make the change in steps that leave a member running.",
    },
};

export const POLICIES: readonly Kind[] = RULES.map(({ name, description }) => policy(name, description));

/** Other findings that a person decides on. */
export const GRAVE = {
    flowOpened: {
        id: "flow-opened",
        level: "warning",
        title: "No flow opens.",
        help: "Make sure that this one is to talk to that one at that port: docs/flows.md lists who may.",
    },
    flowClosed: {
        id: "flow-closed",
        level: "warning",
        title: "No flow closes.",
        help: "Make sure that nobody depends on the flow any more: docs/flows.md says what each is for.",
    },
    rightGained: {
        id: "right-gained",
        level: "warning",
        title: "Nobody's rights grow.",
        help: "Make sure that who gets the right needs it, and no more of it than that.",
    },
    rightLost: {
        id: "right-lost",
        level: "warning",
        title: "Nobody loses a right.",
        help: "Make sure that what ran with the right does so no more.",
    },
} as const satisfies Readonly<Record<string, Kind>>;

/** Findings that are good to know. */
export const NOTES = {
    agreed: {
        id: "agreed-setting",
        level: "note",
        title: "Retention, recovery, lifetimes, generations of keys and who is let in are as before.",
        help: "Compare the new value with what was agreed.",
    },
    restart: {
        id: "restart",
        level: "note",
        title: "Nothing restarts.",
        help: "It is served meanwhile: look at the order, and at what the disruption budget bears.",
    },
    certificate: {
        id: "certificate-issued",
        level: "note",
        title: "No certificate is issued anew.",
        help: "Make sure that whoever pins the old one is told.",
    },
    margin: {
        id: "tier4-margin",
        level: "note",
        title: "The Tier IV margin is as before.",
        help: "Look at which fault leaves least now: docs/decisions/tier4.md.",
    },
    setting: {
        id: "setting",
        level: "note",
        title: "No other key of the stack file changes.",
        help: "Look at what follows from it.",
    },
    alike: {
        id: "alike-everywhere",
        level: "note",
        title: "Nothing changes alike in most objects.",
        help: "Look at one of the objects.",
    },
} as const satisfies Readonly<Record<string, Kind>>;

/** The gravest kinds come first. */
export const KINDS: readonly Kind[] = [
    ERROR,
    BASE,
    ...POLICIES,
    ...Object.values(DANGERS),
    ...Object.values(GRAVE),
    ...Object.values(NOTES),
];

export function policy(name: string, description: string): Kind {
    return {
        id: name,
        level: "error",
        title: description,
        help: "Change the object as the message says: the rule is mandatory, and no stack that breaks it can be applied.",
    };
}
