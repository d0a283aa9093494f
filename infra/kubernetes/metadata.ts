import type { input } from "@pulumi/kubernetes/types";
import { FIELD_MANAGER } from "../conventions/names";

/**
 * Metadata of an object: named by us, never by the provider, so that two sites are the same object for object.
 *
 * The annotation fixes the field manager (the provider's default is random per resource): a run that was killed
 * between the API server's answer and its own state is then adopted by the next, with nothing left owned by a ghost.
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
 * For what is ready by itself once something else is that is waited for: a Service by its pods. Where those cannot be made, the
 * run would else wait ten minutes for what will not come, before it says so.
 */
export const NOT_AWAITED = { "pulumi.com/skipAwait": "true" } as const;
