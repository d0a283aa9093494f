/** Values and objects in words. */
import { isSecretLike } from "../../policy/rules/no-plain-secrets";
import type { Rendered } from "../render/registrations";
import { HIDDEN } from "../render/secrets";

/** Longer values are cut: what is read is where they change. */
const LENGTH = 200;

/**
 * Both sides of a change. Where either holds a secret neither is shown: what is a secret now was one before, and what was one may
 * still be in use.
 */
export function shownPair(path: string, before: unknown, after: unknown): { before?: string; after?: string } {
    const hidden = [before, after].some((value) => holdsSecret(path, value));
    return {
        ...(before !== undefined && { before: hidden ? HIDDEN : shown(before) }),
        ...(after !== undefined && { after: hidden ? HIDDEN : shown(after) }),
    };
}

function shown(value: unknown): string {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return text.length > LENGTH ? `${text.slice(0, LENGTH)}… (${text.length} characters)` : text;
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
    return (inputs["metadata"] ?? {}) as Meta;
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
