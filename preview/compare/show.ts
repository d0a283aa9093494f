/** Values and objects in words. */
import { isSecretLike } from "../../policy/rules/no-plain-secrets";
import type { Rendered } from "../render/registrations";
import { HIDDEN } from "../render/secrets";

/** Longer values are cut to so many characters, from a little before where they part. */
const LENGTH = 200;
const LEAD = 40;

/**
 * Both sides of a change. Where either holds a secret neither is shown: what is a secret now was one before, and what was one may
 * still be in use.
 */
export function shownPair(path: string, before: unknown, after: unknown): { before?: string; after?: string } {
    if ([before, after].some((value) => holdsSecret(path, value))) {
        return pair(before === undefined ? before : HIDDEN, after === undefined ? after : HIDDEN);
    }
    const [old, next] = [textOf(before), textOf(after)];
    const from = old === undefined || next === undefined ? 0 : Math.max(0, parting(old, next) - LEAD);
    return pair(excerpt(old, from), excerpt(next, from));
}

function pair(before: string | undefined, after: string | undefined): { before?: string; after?: string } {
    return { ...(before !== undefined && { before }), ...(after !== undefined && { after }) };
}

function textOf(value: unknown): string | undefined {
    return value === undefined || typeof value === "string" ? value : JSON.stringify(value);
}

/** Place of the first character in which they differ. */
function parting(one: string, other: string): number {
    let place = 0;
    while (place < one.length && one[place] === other[place]) {
        place++;
    }
    return place;
}

function excerpt(text: string | undefined, from: number): string | undefined {
    if (text === undefined || text.length <= LENGTH) {
        return text;
    }
    const end = from + LENGTH;
    return `${from > 0 ? "…" : ""}${text.slice(from, end)}${end < text.length ? "…" : ""} (${text.length} characters)`;
}

function holdsSecret(name: string, value: unknown): boolean {
    if (typeof value === "object" && value !== null) {
        const entries = Object.entries(value);
        // A variable: its name is beside its value.
        const variable: unknown = "name" in value ? value.name : undefined;
        return (
            entries.some(([key, item]) => key === "secure" || holdsSecret(key, item)) ||
            (typeof variable === "string" &&
                entries.some(([key, item]) => key === "value" && holdsSecret(variable, item)))
        );
    }
    return typeof value === "string" && (value.includes(HIDDEN) || isSecretLike(name, value));
}

interface Meta {
    readonly name?: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
}

export function metadataOf({ inputs }: Rendered): Meta {
    return inputs["metadata"] ?? {};
}

export function kindOf({ type }: Rendered): string {
    return type.split(":").at(-1) ?? type;
}

/** `StatefulSet registry-land/database`; what has no name in a cluster has that of its resource. */
export function described(resource: Rendered): string {
    return `${kindOf(resource)} ${placeOf(resource)}`;
}

export function placeOf(resource: Rendered): string {
    const { namespace, name = resource.name } = metadataOf(resource);
    return namespace === undefined ? name : `${namespace}/${name}`;
}

export function isKubernetes({ type }: Rendered): boolean {
    return type.startsWith("kubernetes:");
}

/** Whom an object is of. */
export function subjectOf(resource: Rendered): string {
    if (!isKubernetes(resource)) {
        return /^(tls|random):/.test(resource.type) ? "keys" : "engine";
    }
    const { namespace, name = "" } = metadataOf(resource);
    const place = namespace ?? (kindOf(resource) === "Namespace" ? name : "site");
    return place.replace(/^registry-/, "registry ");
}
