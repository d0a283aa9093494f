import { objectDifference } from "../../../../toolchain/cli/reviewed/objects";
import type { EnginePlan } from "../../../../toolchain/cli/reviewed/plan-file";

const secret = (ciphertext: string) => ({ "4dabf18193072939515e22adb298388d": "1b47", ciphertext });

function plan(inputDiff: object, more: object = {}, steps = ["update"]): EnginePlan {
    return { manifest: {}, resourcePlans: { "urn:a": { steps, goal: { inputDiff, ...more } } } };
}

const state = new Map([["urn:a", { spec: { replicas: 2, template: { cpu: 1 } }, kind: "Deployment" }]]);

describe("two plans for one state", () => {
    it("are the same also where secrets were encrypted anew, and dependencies heard of in another order", () => {
        const one = plan({ updates: { data: secret("x") } }, { dependencies: ["urn:b", "urn:c"] });
        const other = plan({ updates: { data: secret("y") } }, { dependencies: ["urn:c", "urn:b"] });
        expect(objectDifference(one, other, state)).toBeUndefined();
    });

    it.each([
        [
            "a field that changes otherwise",
            plan({ updates: { spec: { replicas: 3, template: { cpu: 1 } } } }),
            plan({ updates: { spec: { replicas: 4, template: { cpu: 1 } } } }),
            "urn:a: spec.replicas is otherwise.",
        ],
        [
            "a field that changes no more: what it is, the state knows",
            plan({ updates: { spec: { replicas: 2, template: { cpu: 2 } } } }),
            plan({}),
            "urn:a: spec.template.cpu is otherwise.",
        ],
        ["a field that is gone", plan({ deletes: ["kind"] }), plan({}), "urn:a: kind is otherwise."],
        [
            "what became a secret",
            plan({ adds: { data: "x" } }),
            plan({ adds: { data: secret("x") } }),
            "urn:a: data is otherwise.",
        ],
        ["a protection", plan({}, { protect: true }), plan({}, { protect: false }), "urn:a: protect is otherwise."],
        [
            "a replacement",
            plan({}),
            plan({}, {}, ["create-replacement", "replace", "delete-replaced"]),
            "urn:a: reviewed was update, and now it would be create-replacement and replace and delete-replaced.",
        ],
        ["a resource more", { manifest: {}, resourcePlans: {} }, plan({}), "urn:a is more than was reviewed."],
        ["a resource less", plan({}), { manifest: {}, resourcePlans: {} }, "urn:a is not declared any more."],
    ])("name %s", (_, before, now, sentence) => {
        expect(objectDifference(before, now, state)).toBe(sentence);
    });
});
