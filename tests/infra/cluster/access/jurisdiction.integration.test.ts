/** What the API server accepts and what it lets be deleted, with the policies and namespaces that the program declares. */
import { parseConfig } from "../../../../infra/site/config";
import { plan } from "../../../../infra/site/plan";
import { kubectl, outcome, settled } from "../../../support/admission";
import { type ApiServer, startApiServer } from "../../../support/apiserver";
import { type Rendered, renderPlan } from "../../../support/render";
import { stackValues } from "../../../support/stacks";

jest.setTimeout(120_000);

const HOLDERS = "own-jurisdiction";
const ENTRIES = "no-entry";

const PROTECTION = "deletion-protection";

let api: ApiServer;
let declared: Rendered[];

function create(object: object): () => void {
    return () => void kubectl(api, ["create", "--dry-run=server", "-f", "-"], object);
}

function list(items: readonly object[]): object {
    return { apiVersion: "v1", kind: "List", items };
}

function binding(kind: string, name: string, to = "view"): () => void {
    return create({
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRoleBinding",
        metadata: { name: "tried" },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: to },
        subjects: [{ kind, name, apiGroup: "rbac.authorization.k8s.io" }],
    });
}

function role(apiGroup: string, ...resources: string[]): () => void {
    return roleFor("get", apiGroup, ...resources);
}

function roleFor(verb: string, apiGroup: string, ...resources: string[]): () => void {
    return create({
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRole",
        metadata: { name: "tried" },
        rules: [{ apiGroups: [apiGroup], resources, verbs: [verb] }],
    });
}

beforeAll(async () => {
    api = await startApiServer();
    declared = await renderPlan("luxembourg", plan(parseConfig("luxembourg", stackValues("luxembourg"))));
    const ofKind = (...kinds: string[]): Rendered[] =>
        declared.filter(({ type }) => kinds.includes(type.split(":").pop() ?? ""));
    const wanted = [
        ...ofKind("Namespace"),
        ...ofKind("ServiceAccount", "PriorityClass"),
        ...declared.filter(({ name }) => /^(jurisdiction|deletion-protection)-/.test(name)),
    ];
    kubectl(api, ["apply", "--server-side", "-f", "-"], list(wanted.map(({ inputs }) => inputs)));
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
        ["Group", "embassy:break-glass:luxembourg", "embassy-break-glass"],
        ["Group", "system:masters", "cluster-admin"],
        ["User", "system:kube-scheduler", "system:kube-scheduler"],
    ])("may be given to the %s %s, by its name, and no others", (kind, name, to) => {
        expect(outcome(HOLDERS, binding(kind, name, to))).toBe("let through");
        expect(outcome(HOLDERS, binding(kind, name, "view"))).toBe("refused");
    });
});

describe("a role", () => {
    it.each([
        "pods/exec",
        "pods/attach",
        "pods/portforward",
        "pods/ephemeralcontainers",
        "pods/*",
        "*/exec",
        "nodes/proxy",
        "*",
    ])("does not let in by %s", (resource) => {
        expect(role("", "pods", resource)).toThrow("no role lets anybody into a pod");
    });

    it("lets in who breaks the glass, by its name, and that no further", () => {
        const named = (...resources: string[]): string =>
            outcome(ENTRIES, () => {
                kubectl(api, ["create", "--dry-run=server", "-f", "-"], {
                    apiVersion: "rbac.authorization.k8s.io/v1",
                    kind: "ClusterRole",
                    metadata: { name: "embassy-break-glass" },
                    rules: [{ apiGroups: [""], resources, verbs: ["create"] }],
                });
            });
        expect(named("pods/exec")).toBe("let through");
        expect(named("pods/exec", "nodes/proxy")).toBe("refused");
    });

    it("may have what leads nowhere, also of another API's kinds", () => {
        expect(outcome(ENTRIES, role("", "pods", "pods/log"))).toBe("let through");
        expect(outcome(ENTRIES, roleFor("create", "cilium.io", "*"))).toBe("let through");
    });

    it("of Kubernetes' own is left as it is, also by who takes on the name of an API server", () => {
        const change = ["annotate", "clusterrole", "edit", "tried=true", "--dry-run=server"];
        expect(outcome(ENTRIES, () => void kubectl(api, change))).toBe("refused");
        const taken = ["--as=system:apiserver", "--as-group=system:masters"];
        expect(outcome(ENTRIES, () => void kubectl(api, [...change, ...taken]))).toBe("refused");
    });
});

describe("what holds data or keys", () => {
    const room = "--namespace=registry-land";
    const claim = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
    const meta = (name: string): object => ({ metadata: { name } });
    const set = {
        selector: { matchLabels: { app: "kept" } },
        serviceName: "kept",
        replicas: 0,
        template: { metadata: { labels: { app: "kept" } }, spec: { containers: [{ name: "main", image: "x" }] } },
    };
    const volume = (name: string, more: object = {}): object => ({
        apiVersion: "v1",
        kind: "PersistentVolume",
        ...meta(name),
        spec: {
            accessModes: claim.accessModes,
            capacity: { storage: "1Gi" },
            persistentVolumeReclaimPolicy: "Retain",
            hostPath: { path: "/nowhere" },
            ...more,
        },
    });
    const remove = (...what: string[]): (() => void) => {
        return () => void kubectl(api, ["delete", ...what, "--dry-run=server"]);
    };
    const release = (kind: string, name: string, value: string, ...where: string[]): void =>
        void kubectl(api, ["annotate", kind, name, `data-embassy/release=${value}`, "--overwrite", ...where]);

    beforeAll(async () => {
        const objects = [
            { apiVersion: "v1", kind: "Secret", ...meta("kept") },
            { apiVersion: "v1", kind: "PersistentVolumeClaim", ...meta("kept"), spec: claim },
            { apiVersion: "apps/v1", kind: "StatefulSet", ...meta("kept"), spec: set },
        ];
        kubectl(api, ["create", room, "-f", "-"], list(objects));
        kubectl(api, ["create", "secret", "generic", "kept"]);
        const claimRef = { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace: "registry-land", name: "other" };
        kubectl(
            api,
            ["create", "-f", "-"],
            list([volume("kept", { claimRef }), volume("free", { storageClassName: "nobodys" })]),
        );
        await settled(PROTECTION, remove("secret", "kept", room), "refused");
    });

    it.each([
        ["secret", "kept", room],
        ["persistentvolumeclaim", "kept", room],
        ["statefulset", "kept", room],
        ["persistentvolume", "kept"],
        ["namespace", "registry-taxes"],
    ])("is protected from deletion, and so is a %s", (kind, name, ...where) => {
        expect(remove(kind, name, ...where)).toThrow(
            `${name} holds data or keys and is protected from deletion: to release it, run kubectl annotate ${kind}s ${name} data-embassy/release=${name}`,
        );
        release(kind, name, "all", ...where);
        expect(outcome(PROTECTION, remove(kind, name, ...where))).toBe("refused");
        release(kind, name, name, ...where);
        expect(outcome(PROTECTION, remove(kind, name, ...where))).toBe("let through");
    });

    it("is not removed with others either, where it was not released", () => {
        kubectl(api, ["create", "secret", "generic", "other", room]);
        expect(remove("secrets", "--all", room)).toThrow("other holds data or keys");
    });

    it("is the embassy's: what is elsewhere goes, and a volume that nobody ever had", () => {
        expect(outcome(PROTECTION, remove("secret", "kept"))).toBe("let through");
        expect(outcome(PROTECTION, remove("persistentvolume", "free"))).toBe("let through");
    });

    it("goes with its namespace, once that was released", () => {
        kubectl(api, ["create", "secret", "generic", "kept", "--namespace=registry-pensions"]);
        release("namespace", "registry-pensions", "registry-pensions");
        kubectl(api, ["delete", "namespace", "registry-pensions", "--timeout=60s"]);
        expect(() => kubectl(api, ["get", "namespace", "registry-pensions"])).toThrow("not found");
    });
});

describe("the restricted profile, as the API server judges it", () => {
    const pods = (): { metadata: { name: string; namespace: string }; spec: object }[] =>
        declared.flatMap(({ type, name, inputs }) => {
            const { metadata, spec } = inputs as { metadata: { namespace: string }; spec?: Record<string, unknown> };
            const job = (spec?.["jobTemplate"] as { spec: Record<string, unknown> } | undefined)?.spec;
            const template = (job ?? spec)?.["template"] as { spec: { volumes?: object[] } } | undefined;
            // Cluster API's templates are those of machines.
            if (template === undefined || !/^kubernetes:(apps|batch)\//.test(type)) {
                return [];
            }
            // A StatefulSet creates these claims for each of its pods.
            const claims = (spec?.["volumeClaimTemplates"] ?? []) as { metadata: { name: string } }[];
            const own = claims.map((claim) => ({
                name: claim.metadata.name,
                persistentVolumeClaim: { claimName: claim.metadata.name },
            }));
            const volumes = [...(template.spec.volumes ?? []), ...own];
            return [{ metadata: { name, namespace: metadata.namespace }, spec: { ...template.spec, volumes } }];
        });
    const tried = (items: readonly object[]): string =>
        kubectl(
            api,
            ["create", "--dry-run=server", "-o", "name", "-f", "-"],
            list(items.map((item) => ({ apiVersion: "v1", kind: "Pod", ...item }))),
        );

    it("has nothing against any pod that a site makes", () => {
        const all = pods().filter(({ metadata }) => metadata.namespace !== "registry-pensions");
        expect(all.length).toBeGreaterThan(40);
        expect(tried(all).trim().split("\n")).toHaveLength(all.length);
    });

    it("refuses the same pod with a privilege more", () => {
        // What the machines themselves run is in kube-system, where workloads are let in by name.
        const pod = pods().find(({ metadata }) => metadata.namespace !== "kube-system");
        expect(() => tried([{ ...pod, spec: { ...pod?.spec, hostNetwork: true } }])).toThrow(
            /violates PodSecurity "restricted:v1\.36": host namespaces/,
        );
    });
});
