/** Reads plain Kubernetes objects, whose shape the API server knows and this program does not. */
import { Plain, PlainMap } from "../../plugin/values";

/** A Kubernetes object as JSON: `apiVersion`, `kind`, `metadata`, and what its kind has. */
export type KubeObject = PlainMap;
export type Path = readonly (string | number)[];

export const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

export function isMap(value: Plain | undefined): value is PlainMap {
    return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** The value at `path`, or undefined where the path leads nowhere. */
export function at(value: Plain | undefined, ...path: Path): Plain | undefined {
    let current = value;
    for (const step of path) {
        if (Array.isArray(current) && typeof step === "number") {
            current = current[step];
        } else if (isMap(current) && typeof step === "string" && Object.hasOwn(current, step)) {
            current = current[step];
        } else {
            return undefined;
        }
    }
    return current;
}

/** The string at `path`; empty where there is none. */
export function text(value: Plain | undefined, ...path: Path): string {
    const found = at(value, ...path);
    return typeof found === "string" ? found : "";
}

/** The number at `path`; `0` where there is none, as the API server leaves zeros out. */
export function count(value: Plain | undefined, ...path: Path): number {
    const found = at(value, ...path);
    return typeof found === "number" ? found : 0;
}

export function list(value: Plain | undefined, ...path: Path): Plain[] {
    const found = at(value, ...path);
    return Array.isArray(found) ? found : [];
}

export function map(value: Plain | undefined, ...path: Path): PlainMap {
    const found = at(value, ...path);
    return isMap(found) ? found : {};
}

export function nameOf(object: KubeObject): string {
    return text(object, "metadata", "name");
}

export function namespaceOf(object: KubeObject): string {
    return text(object, "metadata", "namespace");
}

export function annotation(object: KubeObject, key: string): string {
    return text(object, "metadata", "annotations", key);
}

/** The resource's id in Pulumi's state: `namespace/name`, or `name` where there is no namespace. */
export function idOf(object: KubeObject): string {
    const namespace = namespaceOf(object);
    return namespace ? `${namespace}/${nameOf(object)}` : nameOf(object);
}

/** The namespace (empty for none) and name in an id. */
export function parseId(id: string): { namespace: string; name: string } {
    const slash = id.indexOf("/");
    return slash < 0 ? { namespace: "", name: id } : { namespace: id.slice(0, slash), name: id.slice(slash + 1) };
}

/** Names an object in messages: `StatefulSet registry-land/postgres`. */
export function describe(object: KubeObject): string {
    return `${text(object, "kind")} ${idOf(object)}`;
}

/** True for an absent value, or one that a Go encoder leaves out as if it were absent (`omitempty`). */
export function isZero(value: Plain | undefined): boolean {
    if (Array.isArray(value)) {
        return value.length === 0;
    }
    if (isMap(value)) {
        return Object.values(value).every(isZero);
    }
    return value === undefined || value === null || value === false || value === 0 || value === "";
}

export function without(object: PlainMap, ...keys: readonly string[]): PlainMap {
    return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}
