/** Compares a state-only resource's inputs with its state. */
import { isDeepStrictEqual } from "node:util";
import type { PropertyDiff } from "../../plugin/provider";
import type { Plain, PlainMap } from "../../plugin/values";
import type { Property, Schema } from "./schema";

type Differences = Record<string, PropertyDiff>;

/**
 * Path → how the program's `wanted` values differ from the state's `stored` ones, both with their defaults.
 *
 * Like the official plugins, it compares with the state rather than with the former inputs: only the state has the defaults, and after an import
 * only the state is complete.
 */
export function differences(
    schema: Schema,
    stored: PlainMap,
    wanted: PlainMap,
    ignored: readonly string[],
): Differences {
    const found: Differences = {};
    for (const [name, property] of Object.entries(schema)) {
        const old = present(property, stored[name]);
        const next = present(property, wanted[name]);
        const standing = next === undefined && property.kept;
        if (standing || isDeepStrictEqual(old, next)) {
            continue;
        }
        const replaces = !property.updates?.(old, next);
        for (const [path, kind] of leaves(name, old, next)) {
            if (!isIgnored(path, ignored)) {
                found[path] = { kind: replaces ? `${kind}-replace` : kind };
            }
        }
    }
    return found;
}

/** In upstream an empty map and an absent one ask for the same resource. */
function present({ type }: Property, value: Plain | undefined): Plain | undefined {
    const empty = type === "map" && isMap(value) && Object.keys(value).length === 0;
    return empty ? undefined : value;
}

function leaves(
    path: string,
    old: Plain | undefined,
    next: Plain | undefined,
): [string, "add" | "delete" | "update"][] {
    if (isMap(old) && isMap(next)) {
        const keys = new Set([...Object.keys(old), ...Object.keys(next)]);
        return [...keys]
            .filter((key) => !isDeepStrictEqual(old[key], next[key]))
            .flatMap((key) => leaves(child(path, key), old[key], next[key]));
    }
    const kind = old === undefined ? "add" : next === undefined ? "delete" : "update";
    return [[path, kind]];
}

/** The engine's notation of a property path: a key that is not a plain word is quoted. */
function child(path: string, key: string): string {
    return /^[A-Za-z_$][\w$]*$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
}

function isIgnored(path: string, ignored: readonly string[]): boolean {
    return ignored.some((prefix) => path === prefix || path.startsWith(`${prefix}.`) || path.startsWith(`${prefix}[`));
}

function isMap(value: Plain | undefined): value is Record<string, Plain> {
    return value !== null && typeof value === "object" && !Array.isArray(value);
}
