import { originPattern } from "../../infra/conventions/images";
import { containersOf } from "./pods";
import type { Rule } from "./rule";

const OWN = new RegExp(originPattern("registry.embassy.internal(:[0-9]+)?", false));

/** The API server checks that images are named by digest; this rule cannot, because there are no digests before the images are built. */
export const ownImages: Rule = {
    name: "own-images",
    description: "Every image comes from the site's own registry.",
    violations: (object) =>
        containersOf(object)
            .flatMap(({ image }) => image ?? [])
            .filter((image) => !OWN.test(image))
            .map((image) => `image ${image} comes from elsewhere; it must be of registry.embassy.internal`),
};
