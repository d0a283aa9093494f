/** Which roles and bindings the API server takes, with the policies that the program declares. */
import { parseConfig } from "../../../infra/config";
import { plan } from "../../../infra/plan";
import { kubectl, outcome, settled } from "../../support/admission";
import { type ApiServer, startApiServer } from "../../support/apiserver";
import { renderPlan } from "../../support/render";
import { stackValues } from "../../support/stacks";

jest.setTimeout(120_000);

const HOLDERS = "own-jurisdiction";
const ENTRIES = "no-entry";

let api: ApiServer;

function create(object: object): () => void {
    return () => void kubectl(api, ["create", "--dry-run=server", "-f", "-"], object);
}

function binding(kind: string, name: string): () => void {
    return create({
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRoleBinding",
        metadata: { name: "tried" },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" },
        subjects: [{ kind, name, apiGroup: "rbac.authorization.k8s.io" }],
    });
}

function role(apiGroup: string, ...resources: string[]): () => void {
    return create({
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRole",
        metadata: { name: "tried" },
        rules: [{ apiGroups: [apiGroup], resources, verbs: ["create"] }],
    });
}

beforeAll(async () => {
    api = await startApiServer();
    const declared = await renderPlan("luxembourg", plan(parseConfig("luxembourg", stackValues("luxembourg"))));
    for (const { inputs } of declared.filter(({ name }) => name.startsWith("jurisdiction-"))) {
        kubectl(api, ["apply", "-f", "-"], inputs);
    }
    await settled(HOLDERS, binding("User", "stranger"), "refused");
    await settled(ENTRIES, role("", "pods/exec"), "refused");
});
afterAll(async () => {
    await api.stop();
});

describe("rights", () => {
    it.each([
        ["Group", "host-state:inspectors"],
        ["User", "operator@facility.example"],
        ["User", "another-embassy:operator"],
    ])("are not given to the %s %s, who is told so", (kind, name) => {
        expect(binding(kind, name)).toThrow(`rights are held by the embassy's own alone, and not by ${name}`);
    });

    it.each([
        ["User", "embassy:operator"],
        ["Group", "system:nodes"],
    ])("may be given to the %s %s", (kind, name) => {
        expect(outcome(HOLDERS, binding(kind, name))).toBe("let through");
    });
});

describe("a role", () => {
    it.each(["pods/exec", "pods/attach", "pods/portforward", "pods/ephemeralcontainers", "pods/*", "*"])(
        "does not let in by %s",
        (resource) => {
            expect(role("", "pods", resource)).toThrow("no role lets anybody into a pod");
        },
    );

    it("may have what leads nowhere, also of another API's kinds", () => {
        expect(outcome(ENTRIES, role("", "pods", "pods/log"))).toBe("let through");
        expect(outcome(ENTRIES, role("cilium.io", "*"))).toBe("let through");
    });

    it("of Kubernetes' own is left as it is", () => {
        const change = ["annotate", "clusterrole", "edit", "tried=true", "--dry-run=server"];
        expect(outcome(ENTRIES, () => void kubectl(api, change))).toBe("refused");
        expect(
            outcome(
                ENTRIES,
                () => void kubectl(api, [...change, "--as=system:apiserver", "--as-group=system:masters"]),
            ),
        ).toBe("let through");
    });
});
