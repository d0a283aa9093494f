/** Writes values and objects in words. */
import { isSecretLike } from "../../policy/rules/no-plain-secrets";
import type { Rendered } from "../render/registrations";
import { HIDDEN } from "../render/secrets";
import { excerpts } from "./excerpts";

/**
 * Both sides of a change. Where either is a secret, neither is shown: a present secret was one before, and a former secret may still be in
 * use.
 */
export function shownPair(path: string, before: unknown, after: unknown): { before?: string; after?: string } {
    if ([before, after].some((value) => holdsSecret(path, value))) {
        return pair(before === undefined ? before : HIDDEN, after === undefined ? after : HIDDEN);
    }
    return pair(...excerpts(textOf(before), textOf(after)));
}

function pair(before: string | undefined, after: string | undefined): { before?: string; after?: string } {
    return { ...(before !== undefined && { before }), ...(after !== undefined && { after }) };
}

function textOf(value: unknown): string | undefined {
    return value === undefined || typeof value === "string" ? value : JSON.stringify(value);
}

function holdsSecret(name: string, value: unknown): boolean {
    if (typeof value === "object" && value !== null) {
        const entries = Object.entries(value);
        // It is a variable, whose name is beside its value.
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

/** `StatefulSet registry-land/database`; a resource without a name in a cluster has its own name here. */
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

/** The subject to which an object belongs. */
export function subjectOf(resource: Rendered): string {
    if (!isKubernetes(resource)) {
        return /^(tls|random):/.test(resource.type) ? "keys" : "engine";
    }
    const { namespace, name = "" } = metadataOf(resource);
    const place = namespace ?? (kindOf(resource) === "Namespace" ? name : "site");
    return place.replace(/^registry-/, "registry ");
}
