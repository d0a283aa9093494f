/** How single changes are reported, with objects that are as small as possible. */
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

const RULES = [{ operations: ["CREATE"] }, { operations: ["UPDATE"] }];

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
    ["no pods", workload({ replicas: 2 }), workload({ replicas: 0 }), "Deployment runs none instead of 2"],
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
    ...(
        [
            ["validations", [{ expression: "false" }, { expression: "1 == 2" }], [{ expression: "false" }], {}],
            ["matchConditions", undefined, [{ name: "not-me", expression: "true" }], {}],
            ["matchConstraints.resourceRules", undefined, undefined, { resourceRules: RULES.slice(1) }],
            ["matchConstraints.excludeResourceRules", undefined, undefined, { excludeResourceRules: [{}] }],
            ["matchConstraints.namespaceSelector", undefined, undefined, { namespaceSelector: { matchLabels: {} } }],
        ] as const
    ).map(([field, before, after, match]): [string, Registered, Registered, string] => {
        const rules = { resourceRules: RULES };
        const policy = (of: object | undefined, matchConstraints: object): Registered =>
            registered("ValidatingAdmissionPolicy", "", "two", {
                spec: { ...(of && { [field]: of }), matchConstraints: { ...rules, ...matchConstraints } },
            });
        const text = `ValidatingAdmissionPolicy has other spec.${field}: it may let through what it refused`;
        return [`an admission policy's ${field}`, policy(before, {}), policy(after, match), text];
    }),
    [
        "a binding for fewer",
        registered("ValidatingAdmissionPolicyBinding", "", "two", { spec: { policyName: "two" } }),
        registered("ValidatingAdmissionPolicyBinding", "", "two", {
            spec: { policyName: "two", matchResources: { namespaceSelector: { matchLabels: { site: "x" } } } },
        }),
        "ValidatingAdmissionPolicyBinding has other spec.matchResources.namespaceSelector",
    ],
    [
        "an older level of pods' security",
        registered("Namespace", "", "edge", {
            metadata: { name: "edge", labels: { "pod-security.kubernetes.io/enforce-version": "v1.36" } },
        }),
        registered("Namespace", "", "edge", {
            metadata: { name: "edge", labels: { "pod-security.kubernetes.io/enforce-version": "v1.9" } },
        }),
        "Namespace judges pods as v1.9 did, where it was v1.36",
    ],
    [
        "pods without a priority",
        workload({}, { priorityClassName: "data" }),
        workload({}),
        "Deployment has pods without the priority data",
    ],
    [
        "a pod that nobody asks whether it can answer",
        workload({}, { containers: [{ ...container, readinessProbe: { periodSeconds: 5 } }] }),
        workload({}),
        "Deployment has no readinessProbe in container main",
    ],
    [
        "pods on hosts that are kept from them",
        workload({}),
        workload({}, { tolerations: [{ operator: "Exists" }] }),
        "Deployment tolerates every taint",
    ],
    [
        "an address outside of the cluster",
        registered("Service", "edge", "edge", { spec: { selector: labels } }),
        registered("Service", "edge", "edge", { spec: { selector: labels, externalIPs: ["192.0.2.9"] } }),
        "Service is reached from outside of the cluster at 192.0.2.9",
    ],
    [
        "a schedule that comes more rarely",
        registered("CronJob", "edge", "store", { spec: { schedule: "0 1 * * *" } }),
        registered("CronJob", "edge", "store", { spec: { schedule: "0 1 * * 0" } }),
        "CronJob runs each 168 hours at the longest instead of each 24",
    ],
    [
        "a smaller claim",
        registered("PersistentVolumeClaim", "edge", "data", { spec: { resources: { requests: { storage: "2Gi" } } } }),
        registered("PersistentVolumeClaim", "edge", "data", {
            spec: { resources: { requests: { storage: "900Mi" } } },
        }),
        "PersistentVolumeClaim asks for 900Mi instead of 2Gi",
    ],
    [
        "fewer hosts",
        registered("MachineDeployment", "machines", "a", { spec: { replicas: 4 } }),
        registered("MachineDeployment", "machines", "a", { spec: { replicas: 3 } }),
        "MachineDeployment runs 3 instead of 4",
    ],
    [
        "whoever comes being let in",
        registered("ConfigMap", "edge", "files", { data: { "pg_hba.conf": "hostssl all all 10.0.0.0/8 cert" } }),
        registered("ConfigMap", "edge", "files", { data: { "pg_hba.conf": "hostssl all all 10.0.0.0/8 trust" } }),
        'ConfigMap has hostssl all all 10.0.0.0/8 trust in data["pg_hba.conf"]: whoever comes is let in',
    ],
    [
        "a server that nobody looks at",
        workload({}, { containers: [{ ...container, args: ["--url=x"] }] }),
        workload({}, { containers: [{ ...container, args: ["--url=x", "--insecure-skip-tls-verify"] }] }),
        "Deployment has insecure-skip-tls-verify in",
    ],
    [
        "an API server that asks nobody who he is",
        registered("KubeadmControlPlane", "machines", "a", {
            spec: { args: [{ name: "anonymous-auth", value: "false" }] },
        }),
        registered("KubeadmControlPlane", "machines", "a", {
            spec: { args: [{ name: "anonymous-auth", value: "true" }] },
        }),
        "KubeadmControlPlane has anonymous-auth=true in",
    ],
    [
        "a change that reaches no pod by itself",
        workload({ updateStrategy: { type: "RollingUpdate" } }, {}, "StatefulSet"),
        workload({ updateStrategy: { type: "OnDelete" } }, {}, "StatefulSet"),
        'StatefulSet has type "OnDelete"',
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
        "deleted: ResourceQuota is deleted: its namespace may take what others need",
        expect.stringMatching(/^not served meanwhile/),
    ]);
});

test("what guarded others goes first of what holds nothing, with what follows, and what has its digest in its name is no loss", () => {
    const request = registered("CertRequest", "", "request", {});
    const budget = registered("PodDisruptionBudget", "edge", "reader", {});
    const template = (digest: string): Registered =>
        registered("Metal3MachineTemplate", "machines", `worker-${digest}`, {});
    expect(told([request, budget, template("0a1b2c3d")], [template("4e5f6a7b")])).toEqual([
        "deleted: PodDisruptionBudget is deleted: any number of its pods may be missing at once",
        "deleted: CertRequest is deleted",
    ]);
});

test("an admission policy that judges otherwise is told, as nobody can say what it lets through", () => {
    const policy = (expression: string): Registered =>
        registered("ValidatingAdmissionPolicy", "", "two", { spec: { validations: [{ expression }] } });
    const other = [
        "loses protection: ValidatingAdmissionPolicy has other spec.validations: it may let through what it refused",
    ];
    expect(told([policy("false")], [policy("true")])).toEqual(other);
});

test("a file that refuses, or that said so before, switches no check off", () => {
    const hba = (...lines: string[]): Registered =>
        registered("ConfigMap", "edge", "files", { data: { "pg_hba.conf": lines.join("\n") } });
    const refused = [hba("host a all all md5", "host all all all reject")];
    expect(told([hba("host a all all md5")], refused).filter((one) => one.startsWith("loses"))).toEqual([]);
});

test("what stood in a Secret and stands in a ConfigMap is told", () => {
    const key = registered("Secret", "edge", "key", { data: { token: HIDDEN } });
    const plain = (of: string): Registered => registered("ConfigMap", "edge", "files", { data: { [of]: "open" } });
    expect(told([key], [plain("token")])).toContain(
        "loses protection: ConfigMap has token in plain, which stood in a Secret",
    );
    expect(told([key], [key, plain("token")])).toEqual([]);
    expect(told([key], [plain("other")]).filter((one) => one.startsWith("loses"))).toEqual([]);
});

test("a Service that answers no more where it was asked, or leads elsewhere, is told", () => {
    const service = (port: number, selector: object): Registered =>
        registered("Service", "edge", "edge", { spec: { selector, ports: [{ port }] } });
    expect(told([service(443, labels)], [service(8443, { app: "none" })])).toEqual([
        "not served meanwhile: Service answers no more at 443/TCP",
        expect.stringMatching(/^not served meanwhile: Service leads to other pods: its selector was .* and is/),
    ]);
});

test("hosts that are installed anew are told, as pods are", () => {
    const pool = (version: string): Registered =>
        registered("MachineDeployment", "machines", "a", { spec: { replicas: 4, template: { spec: { version } } } });
    expect(compared([pool("v1.36.3")], [pool("v1.36.4")]).restarts).toMatchObject([
        { who: "machines's a", text: "4 hosts are installed anew, one after the other" },
    ]);
});

test.each<[string, string, string]>([
    ["recovery: {windowDays: 14}", "recovery: {windowDays: 7}", "recovery.windowDays is 7 instead of 14"],
    [
        "recovery: {archiveTimeout: 60}",
        "recovery: {archiveTimeout: 120}",
        "recovery.archiveTimeout is 120 instead of 60",
    ],
    ["replication: {maximumLag: 5}", "replication: {maximumLag: 9}", "replication.maximumLag is 9 instead of 5"],
    [
        "replication: {acrossSites: bounded}",
        "replication: {acrossSites: async}",
        "replication.acrossSites is async instead of",
    ],
    ["edge: {requestsPerMinute: 60}", "edge: {requestsPerMinute: 600}", "edge.requestsPerMinute is 600 instead of 60"],
    [
        "edge: {allies: {LV: {revoked: [1]}}}",
        "edge: {allies: {LV: {revoked: []}}}",
        "edge.allies.LV.revoked has 1 no more",
    ],
])("a setting that guards less, %s → %s, and the other way round it does not", (strong, weak, text) => {
    const of = (value: string): Side => ({
        ...side(),
        file: parseStackFile(`config:\n  data-embassy:${value}`, "test"),
    });
    const dangers = (before: string, after: string): string[] =>
        compareStack("test", "compared", of(before), of(after)).dangers.map((one) => `${one.kind}: ${one.text}`);
    expect(dangers(strong, weak)).toEqual([expect.stringContaining(`loses protection: data-embassy:${text}`)]);
    expect(dangers(weak, strong)).toEqual([]);
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

test("rights: as whom a certificate lets somebody speak, a role made of others, and a wildcard", () => {
    const certificate = (spec: object): Registered => registered("Certificate", "edge", "tls", { spec });
    const names = { dnsNames: ["edge"] };
    expect(
        compared([certificate(names)], [certificate({ dnsNames: ["edge", "*.example.org"], isCA: true })]).rights,
    ).toEqual({
        gained: ["Certificate edge/tls may issue others", "Certificate edge/tls stands for *.example.org"],
        lost: [],
    });
    expect(compared([], [certificate(names)]).rights.gained).toEqual([]);
    const binding = registered("ClusterRoleBinding", "", "all", {
        metadata: { name: "all" },
        roleRef: { kind: "ClusterRole", name: "some" },
        subjects: [{ kind: "Group", name: "system:authenticated" }],
    });
    const role = (more: object): Registered =>
        registered("ClusterRole", "", "some", { metadata: { name: "some" }, ...more });
    const aggregationRule = { clusterRoleSelectors: [{ matchLabels: { a: "b" } }] };
    expect(compared([binding, role({})], [binding, role({ aggregationRule })]).rights.gained).toEqual([
        'Group system:authenticated may do whatever roles with {"a":"b"} let everywhere',
    ]);
    const secrets = (verb: string): object => ({ rules: [{ apiGroups: [""], resources: ["secrets"], verbs: [verb] }] });
    expect(compared([binding, role(secrets("get"))], [binding, role(secrets("*"))]).rights.gained).toEqual([
        "Group system:authenticated may * secrets everywhere",
    ]);
});

test("of a file that nobody can read, and of a stack that is gone, no setting is told", () => {
    const file = parseStackFile("config: {a: 1, b: 2}", "test");
    const before = { ...side(), file };
    const after = compareStack("test", "compared", before, side());
    expect(after.settings).toHaveLength(2);
    expect(compareStack("test", "removed", before, { resources: [], outside: {}, file: NO_FILE }).settings).toEqual([]);
});
