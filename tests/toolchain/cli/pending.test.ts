import { type Export, withoutSettled } from "../../../toolchain/cli/pending";

function exported(recorded: readonly string[], pending: readonly string[]): Export {
    return {
        version: 3,
        deployment: {
            resources: recorded.map((urn) => ({ urn })),
            pending_operations: pending.map((urn) => ({ resource: { urn }, type: "creating" })),
        },
    };
}

describe("operations that a killed run left open", () => {
    it("are settled where the state has the resource by now, and stay where it has not", () => {
        const settled = withoutSettled(exported(["a", "b"], ["b", "c"]));
        expect(settled).toEqual(exported(["a", "b"], ["c"]));
    });

    it("are none of our business where nothing is settled", () => {
        expect(withoutSettled(exported(["a"], ["c"]))).toBeUndefined();
        expect(withoutSettled(exported(["a"], []))).toBeUndefined();
        expect(withoutSettled({ version: 3, deployment: {} })).toBeUndefined();
    });
});
