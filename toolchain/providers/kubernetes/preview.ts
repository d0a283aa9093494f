/** Interprets the API server's dry runs for previews. */
import { PlainMap, UNKNOWN } from "../../plugin/values";
import { ApiError, UnknownKindError } from "./errors";
import { KubeObject, at, map, text, without } from "./objects";

/**
 * A dry run's answer as the outputs of a preview. Values that the API server only decides in the real run, such as an object's uid or a
 * service's address, are unknown: otherwise a program would go on with a value that never comes to be.
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
 * Failures of a dry run that are no reason to fail a preview: the namespace, the kind or the old object is still to be made or replaced, or the
 * user may read but not write.
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
