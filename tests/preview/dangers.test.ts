/** What single changes are told as, on objects as small as can be. */
import { compareStack } from "../../preview/compare-stack";
import type { Side } from "../../preview/side";
import type { Registered } from "../../preview/render/registrations";
import { HIDDEN } from "../../preview/render/secrets";
import type { StackReport } from "../../preview/report";
import { NO_FILE, parseStackFile } from "../../preview/stack-file";
import { registered } from "./fixture";

function side(...resources: readonly Registered[]): Side {
    return { resources, outside: {}, file: parseStackFile("config: {}", "test") };
}

function compared(before: readonly Registered[], after: readonly Registered[]): StackReport {
    return compareStack("test", "compared", side(...before), side(...after));
}

function told(before: readonly Registered[], after: readonly Registered[]): string[] {
    return compared(before, after).dangers.map(({ kind, text }) => `${kind}: ${text}`);
}

const labels = { "app.kubernetes.io/name": "reader" };
const container = { name: "main", image: "registry/reader@sha256:1" };

function workload(spec: object, pod: object = {}, kind = "Deployment"): Registered {
    const template = { metadata: { labels }, spec: { containers: [container], ...pod } };
    return registered(kind, "edge", "reader", { spec: { template, ...spec } });
}

function held(protect: boolean, retainOnDelete: boolean): Registered {
    const one = registered("Namespace", "edge", "edge", {});
    return { ...one, resource: one.resource && { ...one.resource, protect, retainOnDelete } };
}

test.each<[string, Registered, Registered, string]>([
    ["protect", held(true, true), held(false, true), "Namespace loses protect: the engine deletes it"],
    ["retainOnDelete", held(true, true), held(true, false), "Namespace loses retainOnDelete: deleted by the engine"],
    [
        "a secret in plain",
        registered("Secret", "edge", "key", { stringData: { token: HIDDEN } }),
        registered("Secret", "edge", "key", { stringData: { token: "open" } }),
        "Secret has stringData.token in plain, which was a secret",
    ],
    ["fewer pods", workload({ replicas: 2 }), workload({ replicas: 1 }), "Deployment runs 1 instead of 2"],
    ["no pods", workload({ replicas: 2 }), workload({ replicas: 0 }), "Deployment runs no pod instead of 2"],
    [
        "an image by tag",
        workload({}),
        workload({}, { containers: [{ ...container, image: "registry/reader:1" }] }),
        "Deployment has an image by tag in container main that was pinned by its digest",
    ],
    [
        "volumes that go with their claims",
        registered("StorageClass", "", "disks", { reclaimPolicy: "Retain" }),
        registered("StorageClass", "", "disks", { reclaimPolicy: "Delete" }),
        'StorageClass has reclaimPolicy "Delete"',
    ],
    [
        "an admission policy that lets through",
        registered("ValidatingAdmissionPolicy", "", "two", { spec: { failurePolicy: "Fail" } }),
        registered("ValidatingAdmissionPolicy", "", "two", { spec: { failurePolicy: "Ignore" } }),
        'ValidatingAdmissionPolicy has failurePolicy "Ignore"',
    ],
    [
        "a binding that only warns",
        registered("ValidatingAdmissionPolicyBinding", "", "two", { spec: { validationActions: ["Deny"] } }),
        registered("ValidatingAdmissionPolicyBinding", "", "two", { spec: { validationActions: ["Warn"] } }),
        "ValidatingAdmissionPolicyBinding no longer denies what its policy finds",
    ],
    [
        "a schedule that rests",
        registered("CronJob", "edge", "store", { spec: { schedule: "0 1 * * *" } }),
        registered("CronJob", "edge", "store", { spec: { schedule: "0 1 * * *", suspend: true } }),
        "CronJob has suspend true: it no longer runs",
    ],
    [
        "a smaller priority",
        registered("PriorityClass", "", "data", { value: 1000 }),
        registered("PriorityClass", "", "data", { value: 10 }),
        "PriorityClass has value 10 instead of 1000",
    ],
    [
        "a looser budget",
        registered("PodDisruptionBudget", "edge", "reader", { spec: { minAvailable: "50%" } }),
        registered("PodDisruptionBudget", "edge", "reader", { spec: { maxUnavailable: 8 } }),
        "PodDisruptionBudget lets more pods be missing at once: maxUnavailable 8",
    ],
    [
        "a lower level of pods' security",
        registered("Namespace", "", "edge", {
            metadata: { name: "edge", labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
        }),
        registered("Namespace", "", "edge", { metadata: { name: "edge" } }),
        "Namespace lets in pods at the level privileged, where it was restricted",
    ],
])("%s: protection is lost, and the other way round it is not", (_, strong, weak, text) => {
    expect(told([strong], [weak])).toContainEqual(expect.stringContaining(`loses protection: ${text}`));
    expect(told([weak], [strong]).filter((one) => one.startsWith("loses protection"))).toEqual([]);
});

test("what holds data or keys comes before what does not, and a run that is made anew is no danger", () => {
    const claims = (name: string): object => ({ spec: { volumeClaimTemplates: [{ metadata: { name } }] } });
    const job = (image: string): Registered =>
        registered("Job", "edge", "once", { apiVersion: "batch/v1", spec: { template: { spec: { image } } } });
    const set = (name: string): Registered =>
        registered("StatefulSet", "edge", "store", { apiVersion: "apps/v1", ...claims(name) }, true);
    const quota = registered("ResourceQuota", "edge", "quota", {});
    expect(told([quota, job("a"), set("a")], [job("b"), set("b")])).toEqual([
        expect.stringMatching(/^replaced: StatefulSet .*its new volumes are empty/),
        "deleted: ResourceQuota is deleted",
        expect.stringMatching(/^not served meanwhile/),
    ]);
});

test("an object under another name of the program is one, where an alias says so; else the old one's end is told", () => {
    const set = workload({}, {}, "StatefulSet");
    const renamed = { ...set, urn: `${set.urn}-pods` };
    expect(compared([set], [{ ...renamed, formerly: [set.urn] }]).counts).toEqual([]);
    expect(told([set], [renamed])).toEqual([
        "deleted: StatefulSet is declared under another name of the program, which no alias says to be the same: " +
            "the engine deletes the old one, and the object with it",
    ]);
});

test("a rule that is taken out of the policy pack, or rewritten, is told", () => {
    const withRules = (rules: Side["rules"]): Side => ({ ...side(), rules });
    const rules = { "no-entry": { file: "policy/rules/no-entry.ts", digest: "1" } };
    const dangers = (before: Side["rules"], after: Side["rules"]): StackReport["dangers"] =>
        compareStack("test", "compared", withRules(before), withRules(after)).dangers;
    const objects = ["no-entry (policy/rules/no-entry.ts)"];
    expect(dangers(rules, {})).toMatchObject([{ kind: "loses protection", text: /no more$/, objects }].map(loose));
    expect(dangers(rules, { "no-entry": { ...rules["no-entry"], digest: "2" } })).toMatchObject(
        [{ kind: "loses protection", text: /written otherwise/, objects }].map(loose),
    );
    expect(dangers(rules, { ...rules, more: rules["no-entry"] })).toEqual([]);
    expect(dangers(undefined, rules)).toEqual([]);
});

function loose<T extends { readonly text: RegExp }>(one: T): Omit<T, "text"> & { text: unknown } {
    return { ...one, text: expect.stringMatching(one.text) as unknown };
}

describe("flows", () => {
    const policy = (spec: object, name = "reader"): Registered =>
        registered("NetworkPolicy", "edge", name, {
            spec: { podSelector: { matchLabels: labels }, policyTypes: ["Ingress", "Egress"], ...spec },
        });
    const shut = policy({ podSelector: {} }, "default-deny");

    test("open for everybody where the policy goes that limits them, for pods to come as well", () => {
        const namespace = registered("Namespace", "", "edge", { metadata: { name: "edge" } });
        const rest = [namespace, workload({})];
        const { opened } = compared([shut, ...rest], rest).flows;
        expect(opened).toEqual([
            "any other pod of edge → anywhere : any port, as no policy limits it",
            "anywhere → any other pod of edge : any port, as no policy limits it",
            "anywhere → edge's reader : any port, as no policy limits it",
            "edge's reader → anywhere : any port, as no policy limits it",
        ]);
    });

    test("open in one direction where a policy limits the other alone", () => {
        const { opened } = compared([shut, workload({})], [policy({ policyTypes: ["Ingress"] }), workload({})]).flows;
        expect(opened).toEqual(["edge's reader → anywhere : any port, as no policy limits it"]);
    });

    test.each<[string, object, string]>([
        ["no peer", { ingress: [{ ports: [{ port: 443 }] }] }, "anywhere → edge's reader : 443/TCP"],
        ["no port", { egress: [{ to: [{ podSelector: {} }] }] }, "edge's reader → all of edge : any port"],
        [
            "a range of ports and of addresses",
            {
                egress: [
                    {
                        to: [{ ipBlock: { cidr: "10.0.0.0/8", except: ["10.1.0.0/16"] } }],
                        ports: [{ port: 1, endPort: 9 }],
                    },
                ],
            },
            "edge's reader → 10.0.0.0/8 except 10.1.0.0/16 : 1-9/TCP",
        ],
        [
            "every namespace",
            { ingress: [{ from: [{ namespaceSelector: {} }], ports: [{ port: 53, protocol: "UDP" }] }] },
            "all of the cluster → edge's reader : 53/UDP",
        ],
        [
            "one registry among several",
            {
                egress: [
                    {
                        to: [
                            {
                                podSelector: { matchLabels: { "app.kubernetes.io/name": "database" } },
                                namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "registry-land" } },
                            },
                        ],
                        ports: [{ port: 5432 }],
                    },
                ],
            },
            "edge's reader → registry-land's database : 5432/TCP",
        ],
    ])("of a rule with %s", (_, rule, flow) => {
        expect(compared([policy({})], [policy(rule)]).flows).toEqual({ opened: [flow], closed: [] });
        expect(compared([policy(rule)], [policy({})]).flows).toEqual({ opened: [], closed: [flow] });
    });
});

test("rights: a token in a pod, and a role that Kubernetes brings along and lets do everything", () => {
    const projected = { volumes: [{ projected: { sources: [{ serviceAccountToken: {} }] } }] };
    const account = { serviceAccountName: "reader" };
    const before = [workload({}, account)];
    expect(compared(before, [workload({}, { ...account, ...projected })]).rights.gained).toEqual([
        "edge's reader has a token of ServiceAccount edge/reader",
    ]);
    const bound = (name: string): Registered =>
        registered("ClusterRoleBinding", "", "all", {
            metadata: { name: "all" },
            roleRef: { kind: "ClusterRole", name },
            subjects: [{ kind: "ServiceAccount", name: "reader", namespace: "edge" }],
        });
    expect(compared([], [bound("cluster-admin")]).rights.gained).toEqual([
        "ServiceAccount edge/reader may * *.* everywhere",
    ]);
});

test("of a file that nobody can read, and of a stack that is gone, no setting is told", () => {
    const file = parseStackFile("config: {a: 1, b: 2}", "test");
    const before = { ...side(), file };
    const after = compareStack("test", "compared", before, side());
    expect(after.settings).toHaveLength(2);
    expect(compareStack("test", "removed", before, { resources: [], outside: {}, file: NO_FILE }).settings).toEqual([]);
});
