import { same, sameScalar } from "../../../../toolchain/providers/kubernetes/equality";
import { parsePath } from "../../../../toolchain/providers/kubernetes/paths";
import { Plain } from "../../../../toolchain/plugin/values";

describe("sameScalar", () => {
    it.each<[string, Plain, Plain, boolean]>([
        ["spec.containers[0].resources.limits.memory", "1Gi", "1024Mi", true],
        ["spec.containers[0].resources.requests.cpu", 1, "1000m", true],
        ["spec.hard.pods", 10, "10", true],
        ['spec.hard["requests.storage"]', "1Ti", "1024Gi", true],
        ["spec.limits[0].defaultRequest.memory", "1Gi", "1024Mi", true],
        ["spec.capacity.storage", "1Gi", "1024Mi", true],
        ["spec.volumes[0].emptyDir.sizeLimit", "1Gi", "1024Mi", true],
        ["spec.metrics[0].resource.target.averageValue", "1Gi", "1024Mi", true],
        ["spec.metrics[0].resource.target.value", "1k", "1000", true],
        ["spec.containers[0].env[0].value", "1Gi", "1024Mi", false],
        ["spec.containers[0].env[0].valueFrom.resourceFieldRef.divisor", "1Mi", "1024Ki", true],
        ["data.limits", "1Gi", "1024Mi", false],
        ["metadata.annotations.limits", "1Gi", "1024Mi", false],
        ["metadata.labels.value", "1", "1000m", false],
        ["spec.ports[0].targetPort", "8080", 8080, true],
        ["spec.maxUnavailable", "1", 1, true],
        ["spec.maxUnavailable", "1%", 1, false],
        ["webhooks[0].clientConfig.caBundle", "aHVudGVy\nMjI=\n", "aHVudGVyMjI=", true],
        ["webhooks[0].clientConfig.caBundle", "aHVudGVyMjI=", "aHVudGVyMjM=", false],
        ["data.request", "aHVudGVy\nMjI=", "aHVudGVyMjI=", false],
        ["spec.renewTime", "2026-01-01T03:00:00.5+03:00", "2026-01-01T00:00:00.500000Z", true],
        ["spec.renewTime", "2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z", false],
        ["spec.renewTime", "2026-01-01T00:00:00.5Z", "2026-01-01T00:00:00.6Z", false],
        ["spec.startTime", "2026-01-01T00:00:00.5Z", "2026-01-01T01:00:00+01:00", true],
        ["metadata.annotations.startTime", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", false],
        ["spec.replicas", 1, 2, false],
        ["spec.paused", true, "true", false],
        ["spec.paused", false, null, false],
    ])("%s: %p and %p → %p", (path, left, right, expected) => {
        expect(sameScalar(parsePath(path), left, right)).toBe(expected);
    });
});

describe("same", () => {
    it.each<[Plain | undefined, Plain | undefined, boolean]>([
        [undefined, null, true],
        [undefined, {}, false],
        [undefined, 0, false],
        [{ a: null }, {}, true],
        [{ a: {} }, {}, false],
        [[1, 2], [1, 2], true],
        [[1, 2], [2, 1], false],
        [[1], [1, 2], false],
        [{ a: { b: [{ c: 1 }] } }, { a: { b: [{ c: "1" }] } }, true],
        [{ a: 1 }, [1], false],
    ])("%j and %j → %p", (left, right, expected) => {
        expect(same([], left, right)).toBe(expected);
        expect(same([], right, left)).toBe(expected);
    });
});
