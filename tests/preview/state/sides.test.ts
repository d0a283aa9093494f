/** What a report against a state makes of the engine's events. */
import fc from "fast-check";
import { compareStack } from "../../../preview/compare-stack";
import { markdown } from "../../../preview/show/markdown";
import type { StackReport } from "../../../preview/report";
import { NO_FILE } from "../../../preview/stack-file";
import type { EngineEvent } from "../../../preview/state/events";
import { policiesTold, problemsTold, unjudged, warnings } from "../../../preview/state/findings";
import { sidesOf } from "../../../preview/state/sides";
import { UNKNOWN } from "../../../toolchain/plugin/values";
import { reportOf } from "../fixture";
import { BLINDED, stateOf, stepOf, updated } from "./events";

function told(...events: EngineEvent[]): StackReport {
    const { before, after, pairs } = sidesOf(events);
    const side = { outside: {}, file: NO_FILE };
    return compareStack("test", "compared", { ...side, resources: before }, { ...side, resources: after }, pairs);
}

const map = (data: object): ReturnType<typeof stateOf> => stateOf("ConfigMap", "edge", "files", { data });

test("what the engine does is taken from it: a replacement is one, for what it says, and what is left alone is none", () => {
    const claim = (size: string): ReturnType<typeof stateOf> =>
        stateOf("StatefulSet", "registry-land", "database", { spec: { size, replicas: 2 } });
    const steps = ["delete-replaced", "replace", "create-replacement"].map((op) =>
        stepOf(op, claim("1Gi"), op === "delete-replaced" ? null : claim("2Gi"), {
            keys: ["spec.size"],
            ...updated("spec.size", "update-replace"),
        }),
    );
    const report = told(...steps, stepOf("same", map({ a: "1" }), map({ a: "1" })));
    expect(report.objects).toEqual([
        {
            operation: "replace",
            kind: "StatefulSet",
            name: "registry-land/database",
            subject: "registry land",
            changes: [{ path: "spec.size", replaces: true, before: "1Gi", after: "2Gi" }],
        },
    ]);
    expect(report.dangers[0]).toMatchObject({ kind: "replaced", objects: ["registry-land/database"] });
});

test("an object that an earlier replacement left to be deleted is no change of the one that there is", () => {
    const report = told(stepOf("delete-replaced", map({}), null), stepOf("same", map({}), map({})));
    expect(report.objects).toEqual([]);
});

test("what is made, deleted and read", () => {
    const other = stateOf("Service", "edge", "page", {});
    const report = told(stepOf("delete", map({}), null), stepOf("create", null, other), stepOf("read", null, other));
    expect(report.objects.map(({ operation, name }) => [operation, name])).toEqual([
        ["delete", "edge/files"],
        ["create", "edge/page"],
    ]);
});

test("what is known only once it is made is said to be, and what has drifted is shown as it was found", () => {
    const later = told(stepOf("update", map({ a: "1" }), map({ a: UNKNOWN }), updated("data.a")));
    expect(later.objects[0]?.changes[0]).toMatchObject({ before: "1", after: "[known once it is applied]" });
    const live = { ...map({ a: "1" }), outputs: { data: { a: "2" } } };
    const drifted = told(
        stepOf("update", live, map({ a: "1" }), {
            detailedDiff: { "data.a": { diffKind: "update", inputDiff: false } },
        }),
    );
    expect(drifted.objects[0]?.changes[0]).toMatchObject({ before: "2", after: "1" });
});

test("a value that is, was or becomes a secret is in no format, also where all around it is one", () => {
    const value = fc.stringMatching(/^[g-z]{12,24}$/).map((text) => `q9${text}`);
    const marked = fc.constantFrom("value", "all", "plain");
    const data = (how: string, text: string): object =>
        ({ value: { data: { token: BLINDED } }, all: { data: BLINDED }, plain: { data: { token: text } } })[how] ?? {};
    fc.assert(
        fc.property(
            value,
            value,
            marked,
            marked,
            fc.constantFrom("ConfigMap", "Secret"),
            (old, next, was, is, kind) => {
                fc.pre(kind === "Secret" || was !== "plain" || is !== "plain");
                const [before, after] = [
                    stateOf(kind, "a", "b", data(was, old)),
                    stateOf(kind, "a", "b", data(is, next)),
                ];
                const report = reportOf(
                    ...["data", "data.token"].map((path) => told(stepOf("update", before, after, updated(path)))),
                );
                const text = markdown(report) + JSON.stringify(report);
                expect(text).toContain("[secret]");
                expect(text).not.toContain(old);
                expect(text).not.toContain(next);
            },
        ),
    );
});

describe("what the engine says besides", () => {
    const step = stepOf("same", map({}), map({}));
    const urn = step.resourcePreEvent?.metadata.urn ?? "";
    const said = (severity: string, message: string, of = urn): EngineEvent => ({
        diagnosticEvent: { severity, message, urn: of },
    });

    test("is told once, by the names of objects, and not that there was something", () => {
        const second = stepOf("same", stateOf("Service", "edge", "page", {}), null);
        const events = [
            step,
            second,
            said("error", "no answer\n"),
            said("error", "no answer\n", second.resourcePreEvent?.metadata.urn),
            said("error", `"${urn}" is protected`),
            said("error", "preview failed\n", ""),
        ];
        expect(problemsTold("test", events, NO_FILE).map(({ message }) => message)).toEqual([
            "ConfigMap edge/files and 1 more: no answer",
            "ConfigMap edge/files is protected",
        ]);
        expect(warnings([said("warning", "nothing was asked\n"), said("warning", "nothing was asked\n")])).toEqual([
            "nothing was asked",
        ]);
    });

    test("of a rule is rule, object and remedy, and whether the state broke it as well", () => {
        const service = stateOf("Service", "edge", "open", { spec: { type: "NodePort" } });
        const event = stepOf("update", service, service);
        const message = "No Service is reachable from outside of its cluster.\nspec.type is NodePort";
        const policy = {
            policyName: "own",
            enforcementLevel: "mandatory",
            message,
            resourceUrn: event.resourcePreEvent?.metadata.urn ?? "",
        };
        expect(policiesTold([event, { policyEvent: policy }], [])).toEqual([
            { rule: "own", object: "Service edge/open", remedy: message, isNew: true },
        ]);
        const remedy = "spec.type is NodePort; it must be ClusterIP";
        const known = { ...policy, policyName: "no-exposed-services", message: remedy };
        const { before } = sidesOf([event]);
        expect(policiesTold([event, { policyEvent: known }], before)).toMatchObject([{ remedy, isNew: false }]);
        // A policy that the library cannot evaluate yet is no violation.
        const later = { policyEvent: { ...policy, enforcementLevel: "advisory" } };
        expect(policiesTold([event, later], [])).toEqual([]);
        expect(unjudged([event, later, later])).toEqual([
            "Rule own cannot judge 2 objects before what is in them is made.",
        ]);
    });
});
