import { Live, difference, includes } from "../../lab/converge";
import { Manifest, OWNED, diskManifests, nodeManifest } from "../../lab/objects";
import { node } from "../support/lab";

function live(manifest: Manifest, overrides: object = {}): Live {
    return { ...structuredClone(manifest), ...overrides };
}

const wanted = nodeManifest(node("narva-1", { taints: [{ key: "a", effect: "NoSchedule" }] }));
const [disk] = diskManifests("narva", node("narva-1"));

test("what the server adds is no difference, also inside lists", () => {
    expect(includes({ a: [{ x: 1 }, { x: 2, y: 3 }], b: 4 }, { a: [{ x: 2 }] })).toBe(true);
    expect(includes({ a: [{ x: 1 }] }, { a: [{ x: 2 }] })).toBe(false);
    expect(includes(undefined, { a: 1 })).toBe(false);
    expect(includes({ a: 1 }, { a: "1" })).toBe(false);
});

test("nothing is written where all is there", () => {
    const seen = live(wanted, {
        spec: { taints: [{ key: "a", effect: "NoSchedule" }, { key: "not-ready" }], podCIDR: "x" },
    });
    expect(difference([wanted], [seen])).toEqual({ apply: [], remove: [] });
});

test("a missing and a changed object are written", () => {
    const changed = live(wanted, { metadata: { name: "narva-1", labels: OWNED } });
    expect(difference([wanted], []).apply).toEqual([wanted]);
    expect(difference([wanted], [changed]).apply).toEqual([wanted]);
});

test("a node that the inventory no longer has is removed", () => {
    const gone = live(nodeManifest(node("narva-9")));
    expect(difference([wanted], [live(wanted), gone]).remove).toEqual([gone]);
});

test.each([
    ["Available", 1],
    ["Bound", 0],
    ["Released", 0],
])("a disk that is %s and no longer declared: %i removed", (phase, removed) => {
    const volume = live(disk as Manifest, { status: { phase } });
    expect(difference([], [volume]).remove).toHaveLength(removed);
});
