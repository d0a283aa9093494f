import type * as pulumi from "@pulumi/pulumi";
import type { ImageOrigin } from "../../conventions/images";
import type { Labels } from "../../conventions/names";
import { POD_WRITES, refusing } from "../../kubernetes/admission";
import { KUBERNETES_NAMESPACE } from "./plan-kubernetes";

const NAME = "image-origin";
const KINDS = ["containers", "initContainers", "ephemeralContainers"];

/**
 * The API server accepts no pod whose images come from anywhere but the site's own registry. An existing pod goes on and can be labelled and
 * deleted, also when the rule becomes stricter, but it gets no other image.
 */
export function imageOrigin(
    name: string,
    { labels, imageOrigin: { registry, pattern } }: { readonly labels: Labels; readonly imageOrigin: ImageOrigin },
    opts: pulumi.CustomResourceOptions,
): pulumi.Resource {
    return refusing(
        name,
        {
            called: NAME,
            labels,
            matchConstraints: {
                // This program does not name the images of the pods there.
                namespaceSelector: {
                    matchExpressions: [
                        { key: "kubernetes.io/metadata.name", operator: "NotIn", values: [KUBERNETES_NAMESPACE] },
                    ],
                },
                resourceRules: [POD_WRITES],
            },
            variables: [
                { name: "known", expression: `oldObject == null ? [] : ${imagesOf("oldObject")}` },
                {
                    name: "foreign",
                    expression: `(${imagesOf("object")}).filter(image, !(image in variables.known) && !image.matches("${pattern}"))`,
                },
            ],
            validations: [
                {
                    expression: "size(variables.foreign) == 0",
                    reason: "Forbidden",
                    messageExpression: `"images come from ${registry} alone, and not " + variables.foreign.join(", ")`,
                },
            ],
        },
        opts,
    );
}

/** CEL: the images of a pod. */
function imagesOf(pod: string): string {
    return KINDS.map((kind) => `(has(${pod}.spec.${kind}) ? ${pod}.spec.${kind}.map(c, c.image) : [])`).join(" + ");
}
