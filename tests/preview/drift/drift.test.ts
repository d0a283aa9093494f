/** Drift reports what differs in a cluster, and who wrote it. */
import { driftReport } from "../../../preview/drift";
import { addedObjects } from "../../../preview/drift/added";
import { writersOf } from "../../../preview/drift/writers";
import { driftExitCode } from "../../../preview/exit-code";
import { markdown } from "../../../preview/show/markdown";
import type { EngineEvent } from "../../../preview/state/events";
import { reportOf } from "../fixture";
import type { Connection } from "../../../toolchain/providers/kubernetes/cluster";
import { type GroupVersionKind, builtInMapping } from "../../../toolchain/providers/kubernetes/types";
import type { PlainMap } from "../../../toolchain/plugin/values";
import { BLINDED, stateOf, stepOf, updated } from "../state/events";

const OWN = "data-embassy";

const live: PlainMap = {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
        labels: { team: "x" },
        managedFields: [
            {
                manager: OWN,
                operation: "Apply",
                time: "2026-03-01T10:00:00Z",
                fieldsV1: {
                    "f:metadata": { "f:labels": { "f:site": {} } },
                    "f:spec": {
                        "f:type": {},
                        "f:ports": { 'k:{"port":80,"protocol":"TCP"}': { ".": {}, "f:port": {} } },
                        "f:selector": {},
                    },
                },
            },
            {
                manager: "kubectl-label",
                operation: "Update",
                time: "2026-03-01T12:00:00Z",
                fieldsV1: { "f:metadata": { "f:labels": { "f:team": {} } } },
            },
            {
                manager: "kubectl-edit",
                operation: "Update",
                time: "2026-03-01T11:00:00Z",
                fieldsV1: {
                    "f:spec": { "f:ports": { 'k:{"port":81,"protocol":"TCP"}': { "f:name": {} } }, "f:type": {} },
                },
            },
            {
                manager: "autoscaler",
                operation: "Update",
                subresource: "scale",
                time: "2026-03-01T13:00:00Z",
                fieldsV1: { "f:spec": { "f:type": {}, "f:externalIPs": { 'v:"192.0.2.1"': {} } } },
            },
        ],
    },
    spec: { ports: [{ port: 80 }, { port: 81, name: "page" }], externalIPs: ["192.0.2.1"] },
};

test.each([
    [["metadata", "labels", "team"], ["kubectl-label (Update, 2026-03-01T12:00:00Z)"]],
    // The latest writer is first, and the program itself is left out if there are others.
    [
        ["spec", "type"],
        ["autoscaler (Update of scale, 2026-03-01T13:00:00Z)", "kubectl-edit (Update, 2026-03-01T11:00:00Z)"],
    ],
    [["spec", "ports", 1, "name"], ["kubectl-edit (Update, 2026-03-01T11:00:00Z)"]],
    [["spec", "externalIPs", 0], ["autoscaler (Update of scale, 2026-03-01T13:00:00Z)"]],
    // The API server treats a selector as one value, so its writer owns all fields in it.
    [["spec", "selector", "app"], ["data-embassy (Apply, 2026-03-01T10:00:00Z)"]],
    // A field that was removed has no owner.
    [["metadata", "labels", "gone"], []],
])("the field %j was written by %j", (path, writers) => {
    expect(writersOf(live, path, OWN)).toEqual(writers);
});

/** The events of a refresh for a step: one before the object is read, and one with what was found. */
function refreshed({ resourcePreEvent }: EngineEvent): EngineEvent[] {
    return resourcePreEvent
        ? [
              { resourcePreEvent: { metadata: { ...resourcePreEvent.metadata, op: "refresh" } } },
              { resOutputsEvent: resourcePreEvent },
          ]
        : [];
}

const map = (data: object): ReturnType<typeof stateOf> => stateOf("ConfigMap", "edge", "files", { data });
const witness = (): Promise<(path: string) => string[]> => Promise.resolve((path) => [`kubectl wrote ${path}`]);

test("is told object by object and field by field, with who wrote it, and exit code 2", async () => {
    const events = [
        ...refreshed(stepOf("update", map({ a: "1" }), map({ a: "2" }), updated("data.a"))),
        ...refreshed(stepOf("delete", stateOf("Service", "edge", "page", {}), null)),
        ...refreshed(stepOf("same", stateOf("Service", "edge", "other", {}), stateOf("Service", "edge", "other", {}))),
    ];
    const report = await driftReport("luxembourg", events, witness);
    expect(report.objects).toMatchObject([
        { operation: "delete", kind: "Service", name: "edge/page" },
        {
            operation: "update",
            name: "edge/files",
            changes: [{ path: "data.a", before: "1", after: "2", writers: ["kubectl wrote data.a"] }],
        },
    ]);
    expect(report.dangers).toMatchObject([{ kind: "deleted", text: "Service is not in the cluster any more" }]);
    expect(markdown(reportOf(report))).toContain("`1` → `2` (by kubectl wrote data.a)");
    expect(driftExitCode(reportOf(report))).toBe(2);
});

test("of a secret tells that it is another, and no value", async () => {
    const secret = (data: object): ReturnType<typeof stateOf> => stateOf("Secret", "edge", "key", { data });
    const event = stepOf("update", secret(BLINDED), secret({ token: "q9written" }), updated("data.token"));
    const report = await driftReport("luxembourg", refreshed(event), witness);
    expect(report.objects[0]?.changes).toMatchObject([{ path: "data.token", before: "[secret]", after: "[secret]" }]);
    expect(JSON.stringify(report)).not.toContain("q9written");
});

test("of nothing is exit code 0, and of a cluster that does not answer 1", async () => {
    const [before, after] = refreshed(stepOf("same", map({}), map({})));
    expect(driftExitCode(reportOf(await driftReport("luxembourg", [before ?? {}, after ?? {}], witness)))).toBe(0);
    const error = { diagnosticEvent: { severity: "error", message: "no answer" } };
    expect(driftExitCode(reportOf(await driftReport("luxembourg", [before ?? {}, error], witness)))).toBe(1);
});

describe("an object that no state has", () => {
    const found = [
        stepOf("same", stateOf("Namespace", "", "edge", {}), { ...stateOf("Namespace", "", "edge", {}), id: "edge" }),
        stepOf("same", stateOf("NetworkPolicy", "edge", "own", {}), stateOf("NetworkPolicy", "edge", "own", {})),
    ].flatMap(({ resourcePreEvent }) => resourcePreEvent?.metadata ?? []);
    const policy = (namespace: string, name: string): PlainMap => ({
        metadata: { namespace, name, uid: "1", managedFields: [] },
        spec: { podSelector: {}, policyTypes: ["Ingress"], ingress: [{}] },
    });
    /** A cluster with these policies, in which `others` answers requests for all other kinds. */
    const connect = (items: PlainMap[], others: () => Promise<PlainMap>) => (): Promise<Connection> =>
        Promise.resolve({
            client: {
                request: ({ path }: { path: string }) =>
                    path.endsWith("/networkpolicies") ? Promise.resolve({ items }) : others(),
            },
            discovery: { find: (gvk: GroupVersionKind) => Promise.resolve(builtInMapping(gvk)) },
        } as unknown as Connection);
    const none = (): Promise<PlainMap> => Promise.resolve({ items: [] });

    test("and that opens something by being there is told, in namespaces of the site alone, also where it breaks a rule", async () => {
        const live = [policy("edge", "own"), policy("edge", "open"), policy("elsewhere", "open")];
        const events = await addedObjects("luxembourg", found, connect(live, none));
        const report = await driftReport("luxembourg", events, witness);
        expect(report.objects).toMatchObject([
            {
                operation: "create",
                kind: "NetworkPolicy",
                name: "edge/open",
                changes: [{ path: "spec", writers: ["kubectl wrote spec"] }],
            },
        ]);
        expect(report.policies).not.toEqual([]);
        expect(driftExitCode(reportOf(report))).toBe(2);
    });

    test("cannot be told of where a kind cannot be listed, which is an error", async () => {
        const refused = (): Promise<PlainMap> => Promise.reject(new Error("roles are forbidden"));
        const events = await addedObjects("luxembourg", found, connect([], refused));
        const report = await driftReport("luxembourg", events, witness);
        expect(report.problems.map(({ message }) => message).join()).toMatch(
            /whether somebody has added a Role cannot be seen: roles are forbidden/,
        );
        expect(driftExitCode(reportOf(report))).toBe(1);
    });
});
