import fc from "fast-check";
import { formatPath, parsePath, startsWith } from "../../../../toolchain/providers/kubernetes/paths";

describe("paths", () => {
    it.each([
        ["spec.replicas", ["spec", "replicas"]],
        ["spec.ports[0].port", ["spec", "ports", 0, "port"]],
        ['metadata.annotations["pulumi.com/skipAwait"]', ["metadata", "annotations", "pulumi.com/skipAwait"]],
        ['data["a\\"b"]', ["data", 'a"b']],
    ])("%s is %j", (text, path) => {
        expect(parsePath(text)).toEqual(path);
    });

    it("writes a path so that it reads back", () => {
        const step = fc.oneof(fc.nat(99), fc.stringMatching(/^[a-z./"[\]-]+$/));
        fc.assert(
            fc.property(fc.array(step, { minLength: 1 }), (path) => {
                const rooted = ["spec", ...path];
                expect(parsePath(formatPath(rooted))).toEqual(rooted);
            }),
        );
    });

    it.each([
        ["spec.ports[0].port", "spec.ports", true],
        ["spec.ports[0].port", "spec.ports[*].port", true],
        ["spec.ports[0].port", "spec.ports[1]", false],
        ["spec", "spec.ports", false],
        ["specification", "spec", false],
    ])("%s is below %s: %p", (path, prefix, expected) => {
        expect(startsWith(parsePath(path), parsePath(prefix))).toBe(expected);
    });
});
