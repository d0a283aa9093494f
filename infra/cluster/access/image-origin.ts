import type * as pulumi from "@pulumi/pulumi";
import type { ImageOrigin } from "../../conventions/images";
import type { Labels } from "../../conventions/names";
import { refusing } from "../../kubernetes/admission";

const NAME = "image-origin";
/** Its pods are of Kubernetes itself, whose images this program does not name. */
const KUBERNETES = "kube-system";
const KINDS = ["containers", "initContainers", "ephemeralContainers"];

/**
 * The API server takes no pod whose images come from elsewhere than the site's own registry. One that is there already
 * goes on and can be labelled and ended, also when the rule becomes stricter; it gets no other image.
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
                namespaceSelector: {
                    matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "NotIn", values: [KUBERNETES] }],
                },
                resourceRules: [
                    {
                        apiGroups: [""],
                        apiVersions: ["v1"],
                        resources: ["pods", "pods/ephemeralcontainers"],
                        operations: ["CREATE", "UPDATE"],
                    },
                ],
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
