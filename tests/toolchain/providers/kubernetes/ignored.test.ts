import { withoutIgnored } from "../../../../toolchain/providers/kubernetes/ignored";
import type { PlainMap } from "../../../../toolchain/plugin/values";

const leaf = {};

describe("withoutIgnored", () => {
    it("gives up a field that another manager owns, even if this one owns it too", () => {
        const live = { spec: { replicas: 5, paused: false } };
        const theirs = { "f:spec": { "f:replicas": leaf } };
        expect(withoutIgnored({ spec: { replicas: 1, paused: true } }, live, theirs, ["spec.replicas"])).toEqual({
            spec: { paused: true },
        });
    });

    it("says a field that nobody else owns as it is, or it would be removed", () => {
        expect(withoutIgnored({ spec: { replicas: 1 } }, { spec: { replicas: 5 } }, {}, ["spec.replicas"])).toEqual({
            spec: { replicas: 5 },
        });
    });

    it("adds nothing that the program does not say, and leaves what is not there yet", () => {
        expect(withoutIgnored({ spec: {} }, { spec: { replicas: 5 } }, {}, ["spec.replicas"])).toEqual({ spec: {} });
        expect(withoutIgnored({ spec: { replicas: 1 } }, { spec: {} }, {}, ["spec.replicas"])).toEqual({
            spec: { replicas: 1 },
        });
    });

    it("gives up of a whole map only the keys that are another's", () => {
        const live = { data: { a: "theirs", b: "ours", c: "theirs too" } };
        const theirs = { "f:data": { ".": {}, "f:a": leaf, "f:c": leaf } };
        expect(withoutIgnored({ data: { a: "1", b: "2" } }, live, theirs, ["data"])).toEqual({ data: { b: "ours" } });
        expect(withoutIgnored({ data: { a: "1" } }, live, { "f:data": {} }, ["data"])).toEqual({});
    });

    it.each(["spec.containers[0].image", "spec.containers[*].image"])("reaches into lists: %s", (path) => {
        const body: PlainMap = { spec: { containers: [{ name: "web", image: "web:1" }] } };
        const live = {
            spec: {
                containers: [
                    { name: "sidecar", image: "mesh" },
                    { name: "web", image: "web:2" },
                ],
            },
        };
        const item = (fields: PlainMap): PlainMap => ({ "f:spec": { "f:containers": { 'k:{"name":"web"}': fields } } });
        expect(withoutIgnored(body, live, item({ "f:image": leaf }), [path])).toEqual({
            spec: { containers: [{ name: "web" }] },
        });
        expect(withoutIgnored(body, live, {}, [path])).toEqual({
            spec: { containers: [{ name: "web", image: "web:2" }] },
        });
    });
});
