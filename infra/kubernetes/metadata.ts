import type { input } from "@pulumi/kubernetes/types";
import { FIELD_MANAGER } from "../conventions/names";

/**
 * Metadata of an object. We name it, never the provider, so that two sites are the same object for object.
 *
 * The annotation fixes the field manager, which the provider by default makes random for each resource. If a run is killed between the API
 * server's answer and its own state, the next one then adopts the object, and no field is left to a manager that is gone.
 */
export function metadata(
    name: string,
    labels: Readonly<Record<string, string>>,
    namespace?: input.meta.v1.ObjectMeta["namespace"],
    annotations: Readonly<Record<string, string>> = {},
): input.meta.v1.ObjectMeta {
    return {
        name,
        ...(namespace === undefined ? {} : { namespace }),
        labels,
        annotations: { "pulumi.com/patchFieldManager": FIELD_MANAGER, ...annotations },
    };
}

/**
 * For an object that becomes ready by itself once another is that the run waits for, as a Service does with its pods. Where those cannot be
 * created, the run would otherwise wait ten minutes in vain before it says so.
 */
export const NOT_AWAITED = { "pulumi.com/skipAwait": "true" } as const;
