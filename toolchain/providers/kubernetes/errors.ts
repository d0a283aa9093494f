/** What can go wrong between the provider and the API server, in messages that say how to go on. */
import { PlainMap, PropertyMap, Secret, Value } from "../../plugin/values";
import { KubeObject, describe, isMap, list, map, text } from "./objects";
import { spellings } from "./secrets";
import { GroupVersionKind, describeKind } from "./types";

/** The API server answered with a failure. `status` is its `Status` object, or empty where it sent none. */
export class ApiError extends Error {
    constructor(
        readonly code: number,
        readonly status: PlainMap,
        body = "",
    ) {
        super(text(status, "message") || `the API server answered ${code}${body ? `: ${body}` : ""}`);
    }

    get reason(): string {
        return text(this.status, "reason");
    }

    /**
     * True if the API server knows the kind but has no such object. A path that it does not serve is 404 as well, and must never count as a deleted
     * object: in that case the status names no object.
     */
    isObjectMissing(name: string): boolean {
        return this.code === 404 && this.reason === "NotFound" && text(this.status, "details", "name") === name;
    }

    /** True if the path itself is not served: an unknown kind. */
    isRouteMissing(): boolean {
        return this.code === 404 && text(this.status, "details", "name") === "";
    }

    /** The missing namespace that kept an object from being created; empty if the reason is another one. */
    missingNamespace(): string {
        const details = map(this.status, "details");
        return this.code === 404 && details["kind"] === "namespaces" ? text(details, "name") : "";
    }

    isConflict(): boolean {
        return this.code === 409 && this.reason === "Conflict";
    }

    alreadyExists(): boolean {
        return this.code === 409 && this.reason === "AlreadyExists";
    }

    isForbidden(): boolean {
        return this.code === 403;
    }

    isExpired(): boolean {
        return this.code === 410 || this.reason === "Expired" || this.reason === "Gone";
    }

    isImmutable(): boolean {
        return this.code === 422 && /immutable|may not be changed|forbidden: updates to/i.test(this.message);
    }

    causes(reason: string): PlainMap[] {
        return list(this.status, "details", "causes")
            .filter(isMap)
            .filter((cause) => cause["reason"] === reason);
    }

    /** The other managers of fields that an apply wanted. */
    conflictingManagers(): string[] {
        const managers = this.causes("FieldManagerConflict").map(
            (cause) => /conflict with "((?:[^"\\]|\\.)*)"/.exec(text(cause, "message"))?.[1] ?? "unknown",
        );
        return [...new Set(managers)];
    }
}

/** The API server did not answer. This never means that an object does not exist (pulumi-kubernetes #1013). */
export class UnreachableError extends Error {}

export class UnknownKindError extends Error {
    constructor(gvk: GroupVersionKind) {
        super(
            `the API server has no kind ${describeKind(gvk)}: install its CustomResourceDefinition first ` +
                "(and make this resource depend on it), or correct apiVersion and kind",
        );
    }
}

/** An error about `what`, with what the API server said and, where there is a usual one, a way to go on. */
function explain(error: unknown, what: string, fieldManager: string): Error {
    if (!(error instanceof ApiError)) {
        return error instanceof Error ? error : new Error(String(error));
    }
    const managers = error.conflictingManagers();
    if (managers.length > 0) {
        const fields = error.causes("FieldManagerConflict").map((cause) => text(cause, "field"));
        return new Error(
            `${what}: ${fields.join(", ")} belongs to field manager ${managers.map((name) => `"${name}"`).join(", ")}, and ` +
                `"${fieldManager}" would change it. Let the other one go, leave the field out or add it to ignoreChanges, ` +
                `or take it with the annotation pulumi.com/patchForce: "true"`,
        );
    }
    const terminating = error.causes("NamespaceTerminating")[0];
    if (terminating) {
        return new Error(
            `${what}: its namespace is being deleted, and nothing can be created in it until that is done. Wait until ` +
                `it is gone (kubectl get namespaces), then run the command again. The API server said: ${error.message}`,
        );
    }
    if (error.alreadyExists()) {
        return new Error(
            `${what}: it exists already. Adopt it with \`pulumi import\`, choose another name, or set ` +
                "upsertExistingObjects on the provider to update what exists",
        );
    }
    return new Error(`${what}: ${error.message}`);
}

/** Why a Patch resource cannot be destroyed: the resource alone owns `fields` of the object. */
export function keepsRequired(object: KubeObject, fields: readonly string[]): Error {
    return new Error(
        `cannot destroy the patch of ${describe(object)}: it owns ${fields.join(", ")}, which the object cannot be without. ` +
            "Let another field manager take them first, or set retainOnDelete on the resource, run up, and destroy it then",
    );
}

const MASK = "[secret]";

/** `message` without any secret value of `properties`, in whatever spelling the API server may have quoted it. */
export function maskSecrets(message: string, ...properties: readonly PropertyMap[]): string {
    const secrets = new Set<string>();
    properties.forEach((each) => collect(each, false, secrets));
    return [...secrets]
        .flatMap((secret) => [secret, Buffer.from(secret).toString("base64"), Buffer.from(secret, "base64").toString()])
        .flatMap(spellings)
        .filter((secret) => secret.trim().length > 2)
        .sort((left, right) => right.length - left.length)
        .reduce((masked, secret) => masked.replaceAll(secret, MASK), message);
}

function collect(value: Value, secret: boolean, found: Set<string>): void {
    if (value instanceof Secret) {
        collect(value.value, true, found);
    } else if (Array.isArray(value)) {
        value.forEach((item) => collect(item, secret, found));
    } else if (value !== null && typeof value === "object") {
        Object.values(value).forEach((item) => collect(item, secret, found));
    } else if (secret && (typeof value === "string" || typeof value === "number")) {
        found.add(String(value));
    }
}

/**
 * The error for the user: what failed, why, and how to go on. No secret value of `properties` is in it.
 *
 * @param what for instance `cannot create Secret land/database`
 */
export function failure(
    error: unknown,
    what: string,
    properties: PropertyMap | readonly PropertyMap[],
    fieldManager: string,
): Error {
    if (error instanceof UnreachableError) {
        return error;
    }
    return new Error(maskSecrets(explain(error, what, fieldManager).message, ...[properties].flat()));
}

export function messageOf(error: unknown): string {
    return error instanceof Error ? error.message : String(error);
}
