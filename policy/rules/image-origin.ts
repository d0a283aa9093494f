import { originPattern } from "../../infra/plan/images";
import type { Rule } from "./rule";

const OWN = new RegExp(originPattern("registry.embassy.internal(:[0-9]+)?", false));

/** Whether by digest is the API server's to say: there are none before the images are built. */
export const imageOrigin: Rule = {
    name: "own-images",
    description: "Every image comes from the site's own registry.",
    violations({ spec }) {
        return imagesIn(spec)
            .filter((image) => !OWN.test(image))
            .map((image) => `image ${image} comes from elsewhere; it must be of registry.embassy.internal`);
    },
};

/** Of a pod, or of the template in whatever makes pods. */
function imagesIn(value: unknown): string[] {
    if (typeof value !== "object" || value === null) {
        return [];
    }
    return Object.entries(value).flatMap(([key, inner]) =>
        /containers$/i.test(key) && Array.isArray(inner) ? inner.flatMap(imageOf) : imagesIn(inner),
    );
}

function imageOf(container: unknown): string[] {
    const { image } = container as { readonly image?: unknown };
    return typeof image === "string" ? [image] : [];
}
