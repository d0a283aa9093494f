import { readFileSync } from "node:fs";
import { OPERATOR } from "../../../infra/cluster/access/plan-operator";
import { type Rbac, reachOf, rightsOf } from "../../../infra/site/rights";
import { RIGHTS_FILE, declaredRights, labRights, rightsDocument } from "../../support/rights";
import { STACKS } from "../../support/stacks";

interface Rule {
    readonly apiGroups?: readonly string[];
    readonly resources: readonly string[];
    readonly verbs: readonly string[];
}

/** A role and its only holder, in a namespace or everywhere. */
function bound(subject: string, rule: Rule, namespace?: string): Rbac[] {
    const [kind = "", ...rest] = subject.split("/");
    const name = `${subject} ${namespace ?? ""} ${JSON.stringify(rule)}`;
    const [ns, account] = rest;
    const holder =
        kind === "ServiceAccount" ? { kind, name: account ?? "", namespace: ns ?? "" } : { kind, name: ns ?? "" };
    return [
        { kind: "ClusterRole", metadata: { name }, rules: [{ apiGroups: [""], ...rule }] },
        {
            kind: namespace === undefined ? "ClusterRoleBinding" : "RoleBinding",
            metadata: { name, ...(namespace !== undefined && { namespace }) },
            roleRef: { kind: "ClusterRole", name },
            subjects: [holder],
        },
    ];
}

const ONE = "ServiceAccount/a/one";

function reach(objects: readonly Rbac[], policies = false): string[] {
    return reachOf(ONE, rightsOf(objects), policies);
}

describe("what an identity can reach", () => {
    it("is in docs/rights.md; else npm run expected:update", () => {
        expect(readFileSync(RIGHTS_FILE, "utf8")).toBe(rightsDocument(STACKS));
    });

    // Who declares the policies and the machines could declare others, which is drift and in the audit log: docs/threat-model.md.
    it.each(STACKS)("is never everything in %s, as the policies leave it, but for who declares these", (stack) => {
        const rights = rightsOf([...declaredRights(stack), ...labRights()]);
        expect(rights.size).toBeGreaterThan(9);
        const all = [...rights.keys()].filter((identity) => reachOf(identity, rights, true).includes("everything"));
        expect(all).toEqual([`User/${OPERATOR}`]);
    });

    it.each<[string, string[], string[], string?]>([
        ["secrets", ["get"], ["reads the Secrets of every namespace"]],
        ["secrets", ["create"], ["everything"]],
        ["serviceaccounts/token", ["create"], ["everything"]],
        ["pods", ["create"], ["everything"]],
        ["pods", ["patch"], ["is in the pods of every namespace"]],
        ["pods", ["get", "list"], []],
        ["deployments", ["patch"], ["everything"], "apps"],
        ["jobs", ["create"], ["everything"], "batch"],
        ["pods/exec", ["create"], ["is in the pods of every namespace"]],
        ["*/exec", ["create"], ["is in the pods of every namespace"]],
        ["nodes/proxy", ["get"], ["everything"]],
        ["users", ["impersonate"], ["everything"]],
        ["clusterroles", ["escalate"], ["everything"], "rbac.authorization.k8s.io"],
        ["rolebindings", ["create"], ["everything"], "rbac.authorization.k8s.io"],
        ["certificatesigningrequests/approval", ["update"], ["everything"], "certificates.k8s.io"],
        ["mutatingwebhookconfigurations", ["create"], ["everything"], "admissionregistration.k8s.io"],
        ["*", ["*"], ["everything"], "*"],
    ])("by %s (%j) is %j", (resource, verbs, reached, group = "") => {
        expect(reach(bound(ONE, { apiGroups: [group], resources: [resource], verbs }))).toEqual(reached);
    });

    it("goes on through whomever it can become", () => {
        const objects = [
            ...bound(ONE, { resources: ["pods"], verbs: ["create"] }, "b"),
            ...bound("ServiceAccount/b/two", { resources: ["serviceaccounts/token"], verbs: ["create"] }, "c"),
            ...bound("ServiceAccount/c/three", { resources: ["secrets"], verbs: ["list"] }, "d"),
            ...bound("ServiceAccount/e/four", { resources: ["users"], verbs: ["impersonate"] }),
        ];
        expect(reach(objects)).toEqual(["is every account of b", "is every account of c", "reads the Secrets of d"]);
        expect(reach(objects, true)).toEqual([]);
    });

    it("grows by one right more, and the table with it", () => {
        const more = bound("ServiceAccount/dns/dns", { resources: ["users"], verbs: ["impersonate"] });
        const rights = rightsOf([...declaredRights("luxembourg"), ...more]);
        expect(reachOf("ServiceAccount/dns/dns", rights, true)).toEqual(["everything"]);
    });
});
