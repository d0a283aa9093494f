import { updatePatch } from "../../../../toolchain/providers/kubernetes/merge-patch";
import type { Plain, PlainMap } from "../../../../toolchain/plugin/values";

const spec = (containers: Plain[], more: PlainMap = {}): PlainMap => ({
    spec: { template: { spec: { containers, ...more } } },
});
const web = { name: "web", image: "web:1", env: [{ name: "A", value: "1" }] };
const sidecar = { name: "sidecar", image: "mesh" };

describe("a JSON merge patch", () => {
    it("removes with null, replaces lists, and leaves out what is the same", () => {
        const before = { a: 1, b: { c: 1, d: 2 }, e: [1, 2], f: 1 };
        const after = { a: 1, b: { c: 1, d: 3 }, e: [2], g: null };
        expect(updatePatch(before, before, after, false)).toEqual({ b: { d: 3 }, e: [2], f: null });
    });
});

describe("a strategic merge patch", () => {
    const patch = (before: PlainMap, live: PlainMap, after: PlainMap): PlainMap =>
        updatePatch(before, live, after, true);

    it("leaves alone what somebody else has put into a list", () => {
        const live = spec([{ ...web, imagePullPolicy: "Always" }, sidecar]);
        expect(patch(spec([web]), live, spec([{ ...web, image: "web:2" }]))).toEqual(
            spec([{ name: "web", image: "web:2" }]),
        );
        expect(patch(spec([web]), live, spec([web]))).toEqual({});
    });

    it("adds and removes the items that the program does", () => {
        const live = spec([web, { name: "old", image: "old" }, sidecar]);
        const before = spec([web, { name: "old", image: "old" }]);
        expect(patch(before, live, spec([web, { name: "new", image: "new" }]))).toEqual(
            spec([
                { name: "new", image: "new" },
                { $patch: "delete", name: "old" },
            ]),
        );
    });

    it("mends what was changed in the cluster, though the program says the same", () => {
        const live = spec([
            {
                ...web,
                env: [
                    { name: "A", value: "2" },
                    { name: "B", value: "kept" },
                ],
            },
        ]);
        expect(patch(spec([web]), live, spec([web]))).toEqual(
            spec([{ name: "web", env: [{ name: "A", value: "1" }] }]),
        );
    });

    it("replaces a list of which two items have one key, and a list that has none", () => {
        const ports = [
            { port: 53, protocol: "TCP" },
            { port: 53, protocol: "UDP" },
        ];
        const service = (list: Plain[]): PlainMap => ({ spec: { ports: list } });
        expect(patch(service([]), service([]), service(ports))).toEqual(service([...ports, { $patch: "replace" }]));
        const tolerating = (key: string): PlainMap => spec([web], { tolerations: [{ key }] });
        expect(patch(tolerating("a"), tolerating("a"), tolerating("b"))).toEqual({
            spec: { template: { spec: { tolerations: [{ key: "b" }] } } },
        });
    });

    it("takes another spelling for no change", () => {
        const memory = (limit: string): PlainMap => spec([{ name: "web", resources: { limits: { memory: limit } } }]);
        expect(patch(memory("1024Mi"), memory("1Gi"), memory("1024Mi"))).toEqual({});
    });
});
