import { diffObjects } from "../../../../toolchain/providers/kubernetes/diff";
import { kindOf } from "../../../../toolchain/providers/kubernetes/types";
import { asksForReplacement, replaceUnready } from "../../../../toolchain/providers/kubernetes/unready";
import type { PlainMap } from "../../../../toolchain/plugin/values";

function job(annotations: PlainMap, condition?: string): PlainMap {
    return {
        apiVersion: "batch/v1",
        kind: "Job",
        metadata: { name: "a", namespace: "land", annotations },
        ...(condition !== undefined && { status: { conditions: [{ type: condition, status: "True" }] } }),
    };
}

const ASKS = { "pulumi.com/replaceUnready": "true" };

describe("a Job that failed", () => {
    it("is made anew where its annotation asks for it", () => {
        const news = job(ASKS);
        const unready = replaceUnready(job(ASKS, "Failed"));
        expect(unready).toBe('metadata.annotations["pulumi.com/replaceUnready"]');
        const { detailedDiff, deleteBeforeReplace } = diffObjects({
            oldInputs: news,
            live: job(ASKS, "Failed"),
            news,
            immutable: [],
            unready,
        });
        expect(detailedDiff).toEqual({ [unready ?? ""]: { kind: "update-replace", inputDiff: false } });
        expect(deleteBeforeReplace).toBe(true);
    });

    it("stays where nothing asks for it, and where it has not failed", () => {
        const news = job(ASKS);
        expect(asksForReplacement(kindOf("", news), news)).toBe(true);
        expect(asksForReplacement(kindOf("", news), job({}))).toBe(false);
        expect(replaceUnready(job(ASKS, "Complete"))).toBeUndefined();
        expect(replaceUnready(news)).toBeUndefined();
    });
});
