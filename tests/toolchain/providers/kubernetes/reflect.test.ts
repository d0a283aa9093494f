import fc from "fast-check";
import { ownershipOf } from "../../../../toolchain/providers/kubernetes/managed-fields";
import { reflectInputs } from "../../../../toolchain/providers/kubernetes/reflect";
import { PlainMap } from "../../../../toolchain/plugin/values";

interface Manager {
    readonly manager: string;
    readonly operation?: string;
    readonly fields: PlainMap;
}

const OURS = "data-embassy";

function live(spec: PlainMap, ...managers: Manager[]): PlainMap {
    const managedFields = managers.map(({ manager, operation = "Apply", fields }) => ({
        manager,
        operation,
        fieldsV1: { "f:spec": fields },
    }));
    return { apiVersion: "v1", kind: "Thing", metadata: { name: "a", managedFields }, spec };
}

function reflect(inputs: PlainMap, before: PlainMap | undefined, now: PlainMap): PlainMap {
    const wrap = (spec: PlainMap): PlainMap => ({ apiVersion: "v1", kind: "Thing", metadata: { name: "a" }, spec });
    const result = reflectInputs(wrap(inputs), now, before ? wrap(before) : {}, ownershipOf(now));
    return result["spec"] as PlainMap;
}

const leaf = {};

describe("reflectInputs: what is declared", () => {
    const fields = { manager: OURS, fields: { "f:a": leaf } };

    it("shows a changed value", () => {
        expect(reflect({ a: 1 }, { a: 1 }, live({ a: 2 }, fields))).toEqual({ a: 2 });
    });

    it("leaves out a value that is gone", () => {
        expect(reflect({ a: 1 }, { a: 1 }, live({}, fields))).toEqual({});
    });

    it("keeps the program's spelling of an unchanged value", () => {
        const inputs = { limits: { memory: "1024Mi" }, port: "80" };
        expect(reflect(inputs, inputs, live({ limits: { memory: "1Gi" }, port: 80 }))).toEqual(inputs);
    });

    it.each([{ a: {} }, { a: [] }, { a: false }, { a: "" }, { a: null }])(
        "keeps %j, which is never stored",
        (inputs) => {
            expect(reflect(inputs, {}, live({}))).toEqual(inputs);
            expect(reflect(inputs, undefined, live({}))).toEqual(inputs);
        },
    );

    it("tells an empty map that is gone from one that was never stored", () => {
        expect(reflect({ selector: {} }, { selector: {} }, live({}))).toEqual({});
    });

    it("shows nothing that the API server or a controller filled in", () => {
        const now = live({ a: 1, revisionHistoryLimit: 10, template: { b: 1 } }, fields);
        expect(reflect({ a: 1 }, { a: 1 }, now)).toEqual({ a: 1 });
    });
});

describe("reflectInputs: values merged as a whole", () => {
    const fields = { manager: OURS, fields: { "f:ingress": leaf } };
    const inputs = { ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 53 }] }] };
    const stored = { ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 53, protocol: "TCP" }] }] };

    it("takes defaults for no change", () => {
        expect(reflect(inputs, stored, live(stored, fields))).toEqual(inputs);
    });

    it("shows a rule that was added", () => {
        const now = { ingress: [...stored.ingress, {}] };
        expect(reflect(inputs, stored, live(now, fields))).toEqual({ ingress: [...inputs.ingress, {}] });
    });

    it("shows a rule that was removed", () => {
        const two = { ingress: [...inputs.ingress, { from: [] }] };
        const before = { ingress: [...stored.ingress, { from: [{}] }] };
        expect(reflect(two, before, live(stored, fields))).toEqual(inputs);
    });

    it("shows a selector that was added to a rule", () => {
        const now = { ingress: [{ ...stored.ingress[0], from: [{ podSelector: {}, namespaceSelector: {} }] }] };
        expect(reflect(inputs, stored, live(now as PlainMap, fields))).toEqual({
            ingress: [{ ...inputs.ingress[0], from: [{ podSelector: {}, namespaceSelector: {} }] }],
        });
    });

    it("shows what was added whoever owns the value since", () => {
        const theirs = { manager: "kubectl-edit", operation: "Update", fields: { "f:ingress": leaf } };
        expect(reflect({ ingress: [] }, {}, live({ ingress: [{}] }, theirs))).toEqual({ ingress: [{}] });
    });

    it("without an earlier state takes everything beyond the inputs for defaults", () => {
        expect(reflect(inputs, undefined, live(stored, fields))).toEqual(inputs);
    });
});

describe("reflectInputs: keyed lists", () => {
    const key = 'k:{"name":"web"}';
    const fields = { manager: OURS, fields: { "f:containers": { [key]: { "f:name": leaf, "f:image": leaf } } } };
    const inputs = { containers: [{ name: "web", image: "a" }] };
    const sidecar = { name: "sidecar", image: "b" };

    it("leaves out an item of a controller, wherever it puts it", () => {
        const theirs = {
            manager: "injector",
            operation: "Update",
            fields: { "f:containers": { 'k:{"name":"sidecar"}': { ".": leaf } } },
        };
        const now = live(
            { containers: [sidecar, { name: "web", image: "a", imagePullPolicy: "Always" }] },
            fields,
            theirs,
        );
        expect(reflect(inputs, inputs, now)).toEqual(inputs);
    });

    it("shows an item that a person added", () => {
        const theirs = {
            manager: "kubectl-patch",
            operation: "Update",
            fields: { "f:containers": { 'k:{"name":"sidecar"}': { ".": leaf } } },
        };
        const now = live({ containers: [{ name: "web", image: "a" }, sidecar] }, fields, theirs);
        expect(reflect(inputs, inputs, now)).toEqual({ containers: [...inputs.containers, sidecar] });
    });

    it("shows a changed and a missing item", () => {
        const two = { containers: [...inputs.containers, sidecar] };
        expect(reflect(two, two, live({ containers: [{ name: "web", image: "z" }] }, fields))).toEqual({
            containers: [{ name: "web", image: "z" }],
        });
    });

    it("matches items whose key has a default", () => {
        const ports = {
            manager: OURS,
            fields: {
                "f:ports": {
                    'k:{"port":53,"protocol":"TCP"}': { ".": leaf, "f:port": leaf },
                    'k:{"port":53,"protocol":"UDP"}': { ".": leaf, "f:port": leaf, "f:protocol": leaf },
                },
            },
        };
        const declared: PlainMap = {
            ports: [
                { port: 53, name: "tcp" },
                { port: 53, name: "udp", protocol: "UDP" },
            ],
        };
        const stored = {
            ports: [
                { port: 53, name: "tcp", protocol: "TCP", targetPort: 53 },
                { port: 53, name: "udp", protocol: "UDP", targetPort: 53 },
            ],
        };
        expect(reflect(declared, stored, live(stored, ports))).toEqual(declared);
    });
});

describe("reflectInputs: additions by hand", () => {
    const by = (manager: string): Manager => ({
        manager,
        operation: "Update",
        fields: { "f:hard": { "f:pods": leaf }, "f:paused": leaf, "f:replicas": leaf },
    });
    const ours = { manager: OURS, fields: { "f:hard": { "f:cpu": leaf } } };
    const now = { hard: { cpu: "1", pods: "9" }, paused: true, replicas: 3 };

    it("shows a person's key in a declared map, but no setting that is not declared", () => {
        expect(reflect({ hard: { cpu: "1" } }, { hard: { cpu: "1" } }, live(now, ours, by("kubectl-edit")))).toEqual({
            hard: { cpu: "1", pods: "9" },
        });
    });

    it("leaves out a controller's key", () => {
        const hard = { hard: { cpu: "1" } };
        expect(reflect(hard, hard, live(now, ours, by("kube-controller-manager")))).toEqual(hard);
    });

    it("leaves out kubectl's own annotations", () => {
        const key = "kubectl.kubernetes.io/restartedAt";
        const theirs = {
            manager: "kubectl-rollout",
            operation: "Update",
            fields: { "f:annotations": { [`f:${key}`]: leaf } },
        };
        const inputs = { annotations: { a: "b" } };
        expect(reflect(inputs, inputs, live({ annotations: { a: "b", [key]: "now" } }, theirs))).toEqual(inputs);
    });
});

describe("reflectInputs: properties", () => {
    const scalar = fc.constantFrom("a", "b", 1, 2, true);
    const tree = fc.letrec<{ value: unknown }>((tie) => ({
        value: fc.oneof(
            { maxDepth: 3 },
            scalar,
            fc.array(tie("value"), { maxLength: 3 }),
            fc.dictionary(fc.constantFrom("a", "b", "c"), tie("value"), { maxKeys: 3 }),
        ),
    })).value;
    const spec = fc.dictionary(fc.constantFrom("a", "b", "c"), tree) as fc.Arbitrary<PlainMap>;

    it("gives the inputs back where the live object is what they asked for", () => {
        fc.assert(
            fc.property(spec, fc.boolean(), (inputs, owned) => {
                const fields = Object.fromEntries(Object.keys(inputs).map((key) => [`f:${key}`, leaf]));
                const now = owned ? live(inputs, { manager: OURS, fields }) : live(inputs);
                expect(reflect(inputs, inputs, now)).toEqual(inputs);
            }),
        );
    });

    it("gives what is live where it was replaced as a whole", () => {
        fc.assert(
            fc.property(fc.array(scalar), fc.array(scalar), (before, after) => {
                const now = live({ list: after }, { manager: OURS, fields: { "f:list": leaf } });
                expect(reflect({ list: before }, { list: before }, now)).toEqual({ list: after });
            }),
        );
    });
});
