/** What a dry run by the API server is worth in a preview. */
import { PlainMap, UNKNOWN } from "../../plugin/values";
import { ApiError, UnknownKindError } from "./errors";
import { KubeObject, at, map, text, without } from "./objects";

/**
 * A dry run's answer as the outputs of a preview: what the API server will only decide when it is meant, such as an object's uid or
 * a service's address, is unknown, or a program would go on with a value that never comes to be.
 */
export function asPreviewed(live: KubeObject, inputs: PlainMap): KubeObject {
    const result = without(live, "status");
    const metadata = { ...map(live, "metadata") };
    for (const key of ["uid", "resourceVersion", "creationTimestamp"]) {
        if (metadata[key] !== undefined) {
            metadata[key] = UNKNOWN;
        }
    }
    result["metadata"] = metadata;
    if (text(live, "kind") === "Service") {
        const spec = { ...map(live, "spec") };
        for (const key of ["clusterIP", "clusterIPs", "healthCheckNodePort"]) {
            if (spec[key] !== undefined && at(inputs, "spec", key) === undefined) {
                spec[key] = UNKNOWN;
            }
        }
        result["spec"] = spec;
    }
    return result;
}

/**
 * What a dry run cannot tell, and is no reason to fail a preview: the namespace, the kind or the old object is still to be made or
 * replaced, or the user may look but not touch.
 */
export function cannotBePreviewed(error: unknown): boolean {
    if (error instanceof UnknownKindError) {
        return true;
    }
    if (!(error instanceof ApiError)) {
        return false;
    }
    return (
        error.code === 404 ||
        error.isForbidden() ||
        error.alreadyExists() ||
        error.isImmutable() ||
        error.message.includes("does not support dry run")
    );
}
