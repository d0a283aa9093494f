import { needsTakeOver, takeOver } from "../../../../toolchain/providers/kubernetes/managed-fields";
import { text } from "../../../../toolchain/providers/kubernetes/objects";
import { PlainMap } from "../../../../toolchain/plugin/values";

const MANAGERS = { now: "data-embassy", before: "pulumi-kubernetes-1234abcd" };

const entry = (manager: string, operation: string, fieldsV1: PlainMap, more: PlainMap = {}): PlainMap => ({
    manager,
    operation,
    fieldsV1,
    ...more,
});

function take(inputs: PlainMap, ...managedFields: PlainMap[]): Record<string, PlainMap> | undefined {
    const live = { apiVersion: "apps/v1", metadata: { managedFields } };
    const taken = takeOver(live, inputs, MANAGERS);
    expect(needsTakeOver(live, MANAGERS) || taken === undefined).toBe(true);
    return taken && Object.fromEntries(taken.map((each) => [nameOf(each), each["fieldsV1"] as PlainMap]));
}

function nameOf(each: PlainMap): string {
    return `${text(each, "manager")}/${text(each, "operation")}`;
}

describe("takeOver", () => {
    it("leaves alone what only controllers and ourselves own", () => {
        const status = entry("kubectl", "Update", { "f:status": {} }, { subresource: "status" });
        const controller = entry("kube-controller-manager", "Update", { "f:spec": { "f:replicas": {} } });
        const ours = entry("data-embassy", "Apply", { "f:spec": { "f:a": {} } });
        expect(take({ spec: { a: 1, replicas: 1 } }, status, controller, ours)).toBeUndefined();
    });

    it("takes what a person changed of what is declared, and leaves them the rest", () => {
        const person = entry("kubectl-edit", "Update", { "f:spec": { "f:ingress": {}, "f:paused": {} } });
        const ours = entry("data-embassy", "Apply", { "f:spec": { "f:podSelector": {} } });
        expect(take({ spec: { ingress: [], podSelector: {} } }, person, ours)).toEqual({
            "kubectl-edit/Update": { "f:spec": { "f:paused": {} } },
            "data-embassy/Apply": { "f:spec": { "f:ingress": {}, "f:podSelector": {} } },
        });
    });

    it("takes a person's additions to declared maps and lists, so that an apply removes them", () => {
        const person = entry("kubectl-patch", "Update", {
            "f:data": { "f:extra": {} },
            "f:containers": { 'k:{"name":"b"}': { ".": {}, "f:image": {} } },
        });
        expect(take({ data: { a: "b" }, containers: [{ name: "a" }] }, person)).toEqual({
            "data-embassy/Apply": {
                "f:data": { "f:extra": {} },
                "f:containers": { 'k:{"name":"b"}': { ".": {}, "f:image": {} } },
            },
        });
    });

    it.each(["pulumi-kubernetes", "pulumi-resource-kubernetes", "data-embassy"])(
        "takes everything that %s created or updated without apply",
        (manager) => {
            expect(take({}, entry(manager, "Update", { "f:spec": { "f:gone": {} } }))).toEqual({
                "data-embassy/Apply": { "f:spec": { "f:gone": {} } },
            });
        },
    );

    it("takes everything that the resource's former manager applied", () => {
        expect(take({}, entry("pulumi-kubernetes-1234abcd", "Apply", { "f:data": { "f:a": {} } }))).toEqual({
            "data-embassy/Apply": { "f:data": { "f:a": {} } },
        });
    });
});
