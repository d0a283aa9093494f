/** Lists what a report tells about a stack, point by point, the dangers first; each format writes the points in its own markup. Pure. */
import { groupBy } from "../group";
import type { Change, StackReport } from "../report";

/** Prose, an exact value, names of which none may be left out, or a value before and after. */
export type Piece =
    | string
    | { readonly code: string }
    | { readonly names: readonly string[] }
    | { readonly before: string | undefined; readonly after: string | undefined };

export interface Point {
    readonly mark: string;
    readonly what: readonly Piece[];
}

/** Points on which a person decides. */
export function grave({ problems, dangers, policies, flows, rights }: StackReport): Point[] {
    return [
        ...problems.map(({ tree, message, file, line }) => ({
            mark: tree === "head" ? "error" : "base not rendered",
            what: [{ code: line === undefined ? file : `${file}:${line}` }, `: ${message}`],
        })),
        ...dangers.map(({ kind, text, objects }) => ({
            mark: kind,
            what: objects.length === 0 ? [text] : [`${text}: `, ...places(objects)],
        })),
        ...broken(policies),
        ...all("flow opened", flows.opened),
        ...all("flow closed", flows.closed),
        ...all("right gained", rights.gained),
        ...all("right lost", rights.lost),
    ];
}

/** Points that are good to know. */
export function other({ settings, facility, restarts, certificates, noise }: StackReport): Point[] {
    const alike = groupBy(
        restarts.filter(({ served }) => served),
        ({ text }) => text,
    );
    return [
        ...settings.filter(({ about }) => about !== undefined).map(settingPoint),
        ...[...alike].map(([text, who]) => ({
            mark: "restarts",
            what: [...places(who.map((one) => one.who)), `: ${text}`],
        })),
        ...(certificates.length === 0 ? [] : [{ mark: "certificates issued", what: kinds(certificates) }]),
        ...facility.told.map((what) => ({ mark: "Tier IV margin", what: [what] })),
        ...settings.filter(({ about }) => about === undefined).map(settingPoint),
        ...noise.map(({ change, objects }) => ({ mark: `in ${objects} objects alike`, what: changePieces(change) })),
    ];
}

export function changePieces({ path, before, after, replaces, writers = [] }: Change): Piece[] {
    const by = writers.length === 0 ? "" : ` (by ${writers.join("; ")})`;
    return [{ code: path }, ": ", { before, after }, replaces ? " (replaces)" : "", by];
}

function settingPoint({ about, key, before, after, file, line }: StackReport["settings"][number]): Point {
    return {
        mark: about ?? "setting",
        what: [{ code: key }, ": ", { before, after }, " (", { code: `${file}:${line}` }, ")"],
    };
}

function broken(policies: StackReport["policies"]): Point[] {
    const alike = groupBy(policies, ({ rule, remedy, isNew }) => JSON.stringify([rule, pattern(remedy), isNew]));
    return [...alike.values()].flatMap(([first, ...more]) =>
        first === undefined
            ? []
            : {
                  mark: `rule ${first.rule}`,
                  what: [
                      first.isNew ? "" : "(as before) ",
                      `${more.length === 0 ? first.remedy : pattern(first.remedy)}: `,
                      ...kinds([first, ...more].map(({ object }) => object)),
                  ],
              },
    );
}

function all(mark: string, sentences: readonly string[]): Point[] {
    return alikeSentences(sentences).map(({ text, names }) => ({
        mark,
        what: names.length === 0 ? [text] : [`${text}: `, { names }],
    }));
}

/** Sentences that are the same for several registries become one, with all their names. */
export function alikeSentences(sentences: readonly string[]): { readonly text: string; readonly names: string[] }[] {
    return [...groupBy(sentences, pattern)].map(([alike, each]) => {
        const [first = ""] = each;
        return each.length === 1 ? { text: first, names: [] } : { text: alike, names: each.flatMap(registriesIn) };
    });
}

const REGISTRY = /\bregistry-[\w-]+/g;

function registriesIn(sentence: string): string[] {
    return [...new Set(sentence.match(REGISTRY))];
}

/** A sentence about one registry, without its name. */
function pattern(sentence: string): string {
    return registriesIn(sentence).length === 1 ? sentence.replaceAll(REGISTRY, "registry-*") : sentence;
}

/** Objects such as `Service edge/open`, grouped by kind. */
function kinds(objects: readonly string[]): Piece[] {
    const byKind = groupBy(objects, (object) => object.split(" ", 1)[0] ?? "");
    return joined(
        [...byKind].map(([kind, some]) => [`${kind} `, ...places(some.map((object) => object.slice(kind.length + 1)))]),
        "; ",
    );
}

/** `database` in registry-land, registry-taxes: objects that all have the same namespaces. */
function places(objects: readonly string[]): Piece[] {
    const apart = objects.map((object) => {
        const [, namespace = "", name = object] = PLACE.exec(object.replace(WORKLOAD, placeOfWorkload)) ?? [];
        return { namespace, name };
    });
    const byName = [...groupBy(apart, ({ namespace, name }) => JSON.stringify([namespace === "", name])).values()];
    const namespacesOf = (some: typeof apart): string[] => [...new Set(some.map(({ namespace }) => namespace))];
    const together = groupBy(byName, (some) => namespacesOf(some).join());
    return joined(
        [...together.values()].map((group) => {
            const namespaces = namespacesOf(group[0] ?? []);
            const [namespace = "", ...more] = namespaces;
            const prefix = more.length > 0 || namespace === "" ? "" : `${namespace}/`;
            const names = joined(
                group.map(([one]) => [{ code: prefix + (one?.name ?? "") }]),
                ", ",
            );
            return more.length === 0 ? names : [...names, " in ", { names: namespaces }];
        }),
        "; ",
    );
}

const PLACE = /^([^/ ]+)\/([^/ ]+)$/;
/** The form of a restarting workload's name. */
const WORKLOAD = /^(registry )?([\w-]+)'s ([\w-]+)$/;

function placeOfWorkload(_: string, registry: string | undefined, owner: string, name: string): string {
    return `${registry === undefined ? "" : "registry-"}${owner}/${name}`;
}

function joined(groups: readonly (readonly Piece[])[], between: string): Piece[] {
    return groups.flatMap((group, index) => (index === 0 ? group : [between, ...group]));
}
