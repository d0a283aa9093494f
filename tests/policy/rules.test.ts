import { existsSync } from "node:fs";
import { join } from "node:path";
import { RULES } from "../../policy/rules";
import type { KubernetesObject } from "../../policy/rules/rule";
import { unseen } from "../../policy/rules/seen";
import { renderStack } from "../support/render";
import { STACKS } from "../support/stacks";

/** An object's violations of the rules. Each sentence follows the name of its rule. */
function said(object: KubernetesObject, protect = true): string[] {
    return RULES.flatMap(({ name, violations }) =>
        violations(object, { protect }).map((violation) => `${name}: ${violation}`),
    );
}

const container = {
    name: "main",
    image: "registry.embassy.internal:5000/postgres:15",
    resources: { limits: { cpu: "1", memory: "1Gi" } },
    securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
    },
};
const pod = {
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
    topologySpreadConstraints: [
        { topologyKey: "topology.kubernetes.io/zone", maxSkew: 1, whenUnsatisfiable: "DoNotSchedule" },
    ],
    containers: [container],
};

function inContainer(more: object): object {
    return { containers: [{ ...container, securityContext: { ...container.securityContext, ...more } }] };
}

function workload(spec: object, kind = "Deployment", replicas = 2): KubernetesObject {
    const template = { spec: { ...pod, ...spec } };
    return { kind, spec: kind === "CronJob" ? { jobTemplate: { spec: { template } } } : { replicas, template } };
}

describe("policy", () => {
    it("has each rule in the file that is named after it", () => {
        const folder = join(__dirname, "..", "..", "policy", "rules");
        expect(RULES.map(({ name }) => name).filter((name) => !existsSync(join(folder, `${name}.ts`)))).toEqual([]);
    });

    it.each(STACKS)("has nothing to say against %s", async (stack) => {
        const objects = (await renderStack(stack)).filter(({ type }) => type.startsWith("kubernetes:"));
        expect(objects.length).toBeGreaterThan(0);
        expect(objects.flatMap(({ inputs, protect }) => said(inputs as unknown as KubernetesObject, protect))).toEqual(
            [],
        );
    });

    it.each([[[]], [["pulumi:pulumi:Stack", "random:index/randomPassword:RandomPassword"]]])(
        "passes no stack in which it sees nothing: %j",
        (types) => {
            expect(unseen(types)).toEqual([expect.stringMatching(/no rule has judged anything/)]);
            expect(unseen([...types, "kubernetes:core/v1:Namespace"])).toEqual([]);
        },
    );

    it("has nothing to say against a workload as it should be", () => {
        expect(["Deployment", "CronJob"].flatMap((kind) => said(workload({}, kind)))).toEqual([]);
    });

    it.each(["Deployment", "CronJob"])("refuses a volume that can fill a machine, in a %s", (kind) => {
        const volumes = (emptyDir: object): string[] =>
            said(
                workload(
                    {
                        volumes: [
                            { name: "room", emptyDir },
                            { name: "key", secret: {} },
                        ],
                    },
                    kind,
                ),
            );
        expect(volumes({ sizeLimit: "1Gi" })).toEqual([]);
        const missing =
            "limited-volumes: volume room: emptyDir.sizeLimit is missing; it must be a quantity, such as 1Gi";
        expect(volumes({})).toEqual([missing]);
        expect(volumes({ medium: "Memory" })).toEqual([missing]);
        expect(said(workload({ volumes: [{ name: "claim", ephemeral: {} }] }, kind))).toEqual([
            "limited-volumes: volume claim is ephemeral; it must be an emptyDir with a sizeLimit",
        ]);
    });

    it("takes what Cluster API has templates of for machines, and what others have for pods", () => {
        const deployment = (apiVersion: string): KubernetesObject => ({
            ...workload({ hostNetwork: true }, "MachineDeployment"),
            apiVersion,
        });
        expect(said(deployment("cluster.x-k8s.io/v1beta2"))).toEqual([]);
        expect(said(deployment("cluster.x-k8s.io/v1beta2"), false)).toEqual([
            "deletion-protection: a MachineDeployment holds data or keys; it must have the option protect",
        ]);
        expect(said(deployment("cluster.x-k8s.io.example/v1"))).toEqual([
            "hardened-pods: hostNetwork is true; it must be false",
        ]);
    });

    it("refuses a namespace that is not restricted, or whose level is not pinned", () => {
        const labels = {
            "pod-security.kubernetes.io/enforce": "baseline",
            "pod-security.kubernetes.io/enforce-version": "latest",
            "pod-security.kubernetes.io/audit": "restricted",
            "pod-security.kubernetes.io/audit-version": "v1.36",
            "pod-security.kubernetes.io/warn": "restricted",
        };
        expect(said({ kind: "Namespace", metadata: { labels } })).toEqual([
            "restricted-namespaces: label pod-security.kubernetes.io/enforce is baseline; it must be restricted",
            "restricted-namespaces: label pod-security.kubernetes.io/enforce-version is latest; it must be a version such as v1.36",
            "restricted-namespaces: label pod-security.kubernetes.io/warn-version is missing; it must be a version such as v1.36",
        ]);
    });

    it("refuses a Service that can be reached from outside", () => {
        const service = (type: string): string[] => said({ kind: "Service", spec: { type } });
        expect(service("NodePort")).toEqual(["no-exposed-services: spec.type is NodePort; it must be ClusterIP"]);
        expect(service("ClusterIP")).toEqual([]);
    });

    it.each(["Deployment", "StatefulSet", "CronJob"])("refuses an image from elsewhere in a %s", (kind) => {
        const foreign = { ...container, image: "registry.example/postgres:15" };
        const wrong =
            "own-images: image registry.example/postgres:15 comes from elsewhere; it must be of registry.embassy.internal";
        expect(said(workload({ containers: [foreign] }, kind))).toEqual([wrong]);
        expect(said(workload({ initContainers: [foreign] }, kind))).toEqual([wrong]);
        expect(said(workload({ ephemeralContainers: [foreign] }, kind))).toEqual([wrong]);
    });

    it.each([
        [{ automountServiceAccountToken: undefined }, "automountServiceAccountToken is undefined; it must be false"],
        [{ hostNetwork: true }, "hostNetwork is true; it must be false"],
        [
            { securityContext: { runAsNonRoot: true } },
            "securityContext.seccompProfile.type is undefined; it must be RuntimeDefault",
        ],
        [
            { containers: [{ ...container, securityContext: { ...container.securityContext, privileged: true } }] },
            "container main: privileged is true; it must be false",
        ],
        [
            { volumes: [{ name: "host", hostPath: { path: "/" } }] },
            "volume host is hostPath; it must be one of configMap, downwardAPI, emptyDir, ephemeral, persistentVolumeClaim, projected, secret",
        ],
        [
            { containers: [{ ...container, ports: [{ containerPort: 80, hostPort: 80 }] }] },
            "container main: hostPort is 80; it must be 0",
        ],
        [
            { containers: [{ ...container, resources: { limits: { cpu: "1" } } }] },
            "container main: resources.limits.memory is missing; a container must not take what others need",
        ],
        [
            {
                containers: [
                    {
                        ...container,
                        securityContext: {
                            ...container.securityContext,
                            capabilities: { drop: ["ALL"], add: ["SYS_ADMIN"] },
                        },
                    },
                ],
            },
            "container main: capabilities.add is SYS_ADMIN; it must be empty",
        ],
        [
            inContainer({ runAsUser: 0 }),
            "container main: securityContext.runAsUser is 0, which is root; it must be another",
        ],
        [
            inContainer({ runAsUser: 100 }),
            "container main: securityContext.runAsUser is 100, as a user of its machine may be; it must be at least 10000",
        ],
        [{ serviceAccountName: "default" }, "serviceAccountName is default; it must be an account of its own"],
        [
            inContainer({ runAsGroup: 0 }),
            "container main: securityContext.runAsGroup is 0, which is root; it must be another",
        ],
        [
            inContainer({ runAsNonRoot: false }),
            "container main: securityContext.runAsNonRoot is false; it must be true",
        ],
        [
            inContainer({ seccompProfile: { type: "Unconfined" } }),
            "container main: securityContext.seccompProfile.type is Unconfined; it must be RuntimeDefault",
        ],
        [
            inContainer({ appArmorProfile: { type: "Unconfined" } }),
            "container main: securityContext.appArmorProfile.type is Unconfined; it must be RuntimeDefault",
        ],
        [inContainer({ procMount: "Unmasked" }), "container main: procMount is Unmasked; it must be Default"],
        [
            { securityContext: { ...pod.securityContext, runAsUser: 0 } },
            "securityContext.runAsUser is 0, which is root; it must be another",
        ],
        [
            { securityContext: { ...pod.securityContext, supplementalGroups: [0] } },
            "securityContext has root's group; it must have none",
        ],
        [
            { volumes: [{ name: "other", csi: { driver: "x" } }] },
            "volume other is csi; it must be one of configMap, downwardAPI, emptyDir, ephemeral, persistentVolumeClaim, projected, secret",
        ],
    ])("refuses a pod that is not hardened: %j", (spec, wrong) => {
        expect(said(workload(spec))).toEqual([`hardened-pods: ${wrong}`]);
    });

    it.each(["initContainers", "ephemeralContainers"])("looks at %s as well", (kind) => {
        const root = { ...container, securityContext: { ...container.securityContext, runAsUser: 0 } };
        expect(said(workload({ [kind]: [root] }))).toHaveLength(1);
    });

    it("refuses a pod that is not hardened wherever it is written down", () => {
        const spec = { ...pod, hostPID: true };
        expect(said({ kind: "Pod", spec })).toHaveLength(1);
        expect(said({ kind: "PodTemplate", template: { spec } } as KubernetesObject)).toHaveLength(1);
    });

    it.each([
        { hostPath: { path: "/" } },
        { csi: {} },
        { local: { path: "/" } },
        { local: { path: "/var/lib/embassy/../x" } },
    ])("refuses a volume that is no disk of a machine: %j", (spec) => {
        expect(said({ kind: "PersistentVolume", spec })).toEqual([
            "hardened-pods: a PersistentVolume is not a machine's own disk; spec.local.path must be below /var/lib/embassy",
        ]);
    });

    it.each([
        [{}],
        [{ from: [] }],
        [{ from: [{ ipBlock: { cidr: "0.0.0.0/0" } }] }],
        [{ from: [{ ipBlock: { cidr: "128.0.0.0/1" } }] }],
        [{ from: [{ ipBlock: { cidr: "::/0" } }] }],
        [{ from: [{ namespaceSelector: {} }] }],
        [{ from: [{ namespaceSelector: {}, podSelector: {} }] }],
    ])("refuses ingress from everybody: %j", (rule) => {
        const policy = (namespace: string, name: string): string[] =>
            said({
                kind: "NetworkPolicy",
                metadata: { namespace },
                spec: { podSelector: { matchLabels: { "app.kubernetes.io/name": name } }, ingress: [rule] },
            });
        expect(policy("registry-land", "database")).toEqual([
            expect.stringMatching(/^open-ingress: ingress is open to /),
        ]);
        expect(policy("edge", "edge")).toHaveLength(1);
        expect(policy("edge", "gazette")).toEqual([]);
    });

    it("lets in whoever is named", () => {
        const from = [{ podSelector: { matchLabels: { app: "x" } } }, { ipBlock: { cidr: "10.32.0.0/14" } }];
        expect(said({ kind: "NetworkPolicy", spec: { ingress: [{ from }] } })).toEqual([]);
    });

    it("refuses two pods that may stand in one zone", () => {
        const preferred = [{ ...pod.topologySpreadConstraints[0], whenUnsatisfiable: "ScheduleAnyway" }];
        const wrong =
            "tier4-spread: 2 pods are not spread over topology.kubernetes.io/zone; topologySpreadConstraints must have it with " +
            "maxSkew 1 and DoNotSchedule";
        expect(said(workload({ topologySpreadConstraints: preferred }))).toEqual([wrong]);
        expect(said(workload({ topologySpreadConstraints: undefined }))).toEqual([wrong]);
        expect(said(workload({ topologySpreadConstraints: undefined }, "Deployment", 1))).toEqual([]);
    });

    it.each([
        [
            "variable DB_PASSWORD has a literal value",
            workload({ containers: [{ ...container, env: [{ name: "DB_PASSWORD", value: "x" }] }] }),
        ],
        [
            "variable STORE_KEY comes out of a Secret, and a machine's disk keeps variables in clear; mount it as a file",
            workload({
                initContainers: [
                    {
                        ...container,
                        env: [{ name: "STORE_KEY", valueFrom: { secretKeyRef: { name: "accounts", key: "x" } } }],
                    },
                ],
            }),
        ],
        [
            "variables come out of the Secret accounts, and a machine's disk keeps variables in clear; mount it as a file",
            workload({ containers: [{ ...container, envFrom: [{ secretRef: { name: "accounts" } }] }] }),
        ],
        ["annotation token looks like a secret", { kind: "Service", metadata: { annotations: { token: "x" } } }],
        ["key file looks like a secret", { kind: "ConfigMap", data: { file: "-----BEGIN EC PRIVATE KEY-----\n" } }],
        ["key identity looks like a secret", { kind: "ConfigMap", data: { identity: "AGE-SECRET-KEY-1X" } }],
        [
            "key own.conf looks like a secret",
            { kind: "ConfigMap", data: { "own.conf": "[global]\nrepo1-cipher-pass=abc\n" } },
        ],
        ["key x.yml looks like a secret", { kind: "ConfigMap", data: { "x.yml": "a:\n  encryption-key: abc\n" } }],
        ["key x.json looks like a secret", { kind: "ConfigMap", data: { "x.json": '{"password": "abc"}' } }],
        [
            "key own.conf looks like a secret",
            { kind: "ConfigMap", binaryData: { "own.conf": Buffer.from("repo1-cipher-pass=abc").toString("base64") } },
        ],
        [
            "argument --repo1-cipher-pass has a literal value",
            workload({ containers: [{ ...container, args: ["backup", "--repo1-cipher-pass=abc"] }] }),
        ],
        [
            "argument --password has a literal value",
            workload({ containers: [{ ...container, args: ["--password", "abc"] }] }),
        ],
        [
            "argument PGPASSWORD has a literal value",
            workload({ containers: [{ ...container, command: ["sh", "-c", "PGPASSWORD=abc psql"] }] }),
        ],
        [
            "variable CONFIG has a literal value",
            workload({ containers: [{ ...container, env: [{ name: "CONFIG", value: "repo1-cipher-pass=abc" }] }] }),
        ],
    ] as const)("refuses a secret in the clear: %s", (wrong, object) => {
        expect(said(object as KubernetesObject)).toEqual([expect.stringMatching(`^no-plain-secrets: ${wrong}`)]);
    });

    it("says where a secret is, and does not take that for one", () => {
        const args = ["--token-file=/etc/token", "--password", "/run/x", "--secret=$(FILE)", "pgpass: /tmp/pgpass"];
        expect(said(workload({ containers: [{ ...container, args }] }))).toEqual([]);
        expect(said({ kind: "ConfigMap", data: { file: "password: /etc/x\nsecret: ${FILE}\n" } })).toEqual([]);
    });

    const bound = (role: string, kind: string, name: string, namespace?: string): KubernetesObject => ({
        kind: "ClusterRoleBinding",
        roleRef: { kind: "ClusterRole", name: role },
        subjects: [{ kind, name, ...(namespace !== undefined && { namespace }) }],
    });

    it.each([
        ["User", "operator@facility.example", undefined],
        ["Group", "host-state:inspectors", undefined],
        ["User", "embassy:operator", undefined],
        ["Group", "system:authenticated", undefined],
        ["Group", "system:host-state-inspector", undefined],
        ["ServiceAccount", "default", "default"],
        ["ServiceAccount", "cert-manager", "cert-manager"],
    ])("refuses rights of the %s %s", (kind, name, namespace) => {
        expect(said(bound("cluster-admin", kind, name, namespace))).toEqual([
            `own-jurisdiction: ${kind} ${name} is none of the embassy's for cluster-admin; ` +
                "whoever is to hold a right is named in infra/cluster/access/plan-holders.ts",
        ]);
    });

    it("lets those have rights who are named for them, and for no others", () => {
        expect(said(bound("embassy-dns", "ServiceAccount", "dns", "dns"))).toEqual([]);
        expect(said(bound("embassy-cert-manager", "ServiceAccount", "dns", "dns"))).toHaveLength(1);
        const member = bound("embassy-database-member", "ServiceAccount", "database", "registry-land");
        const inNamespace = (namespace: string): KubernetesObject => ({
            ...member,
            kind: "RoleBinding",
            metadata: { namespace },
        });
        expect(said(inNamespace("registry-land"))).toEqual([]);
        expect(said(inNamespace("registry-taxes"))).toHaveLength(1);
        expect(said(member)).toHaveLength(1);
    });

    it.each(["pods/exec", "pods/portforward", "pods/*", "*/exec", "nodes/proxy", "*"])(
        "refuses a role that lets in by %s",
        (resource) => {
            const role = (apiGroup: string): string[] =>
                said({
                    kind: "Role",
                    rules: [{ apiGroups: [apiGroup], resources: ["pods", resource], verbs: ["get"] }],
                });
            expect(role("")).toEqual([
                `no-entry: a role has ${resource}; it must name what is needed: no way into a pod, no keys, and no rights to give on`,
            ]);
            expect(role("example.org")).toEqual([]);
        },
    );

    it.each([
        ["", "secrets", "get"],
        ["", "serviceaccounts/token", "create"],
        ["", "pods", "create"],
        ["apps", "deployments", "patch"],
        ["rbac.authorization.k8s.io", "clusterroles", "escalate"],
        ["", "users", "impersonate"],
        ["*", "jobs", "update"],
    ])("refuses a role that gets further by (%s) %s: %s", (apiGroup, resource, verb) => {
        expect(
            said({ kind: "Role", rules: [{ apiGroups: [apiGroup], resources: [resource], verbs: [verb] }] }),
        ).toEqual([expect.stringMatching(/^no-entry: a role has /)]);
    });

    it("lets one role in, of who breaks the glass, and that no further than into pods", () => {
        const role = (name: string, resource: string, kind = "ClusterRole"): string[] =>
            said({
                kind,
                metadata: { name },
                rules: [{ apiGroups: [""], resources: [resource], verbs: ["create"] }],
            });
        expect(role("embassy-break-glass", "pods/exec")).toEqual([]);
        expect(role("embassy-break-glass", "nodes/proxy")).not.toEqual([]);
        expect(role("embassy-break-glass", "*")).not.toEqual([]);
        expect(role("embassy-break-glass", "pods/exec", "Role")).not.toEqual([]);
        expect(role("another", "pods/exec")).not.toEqual([]);
    });

    it("refuses users who log in to a machine", () => {
        const users = [{ name: "operator", sshAuthorizedKeys: ["ssh-ed25519 …"] }];
        const wrong = ["no-entry: a machine has users who log in; it must have none"];
        const controlPlane = { kind: "KubeadmControlPlane", spec: { kubeadmConfigSpec: { users } } };
        const apiVersion = "bootstrap.cluster.x-k8s.io/v1beta2";
        const template = { apiVersion, kind: "KubeadmConfigTemplate", spec: { template: { spec: { users } } } };
        expect([said(controlPlane), said(template)]).toEqual([wrong, wrong]);
    });

    it.each([
        ["registry-taxes", "public-copy", "192.0.2.7/32"],
        ["registry-legislation", "database", "192.0.2.7/32"],
        ["object-store", "object-store", "0.0.0.0/0"],
        ["registry-land", "database", "172.16.0.0/8"],
        ["registry-land", "database", "2001:db8::/32"],
    ])("refuses a way out of the sites from %s, %s to %s", (namespace, name, cidr) => {
        const policy = (...to: string[]): KubernetesObject => ({
            kind: "NetworkPolicy",
            metadata: { namespace },
            spec: {
                podSelector: { matchLabels: { "app.kubernetes.io/name": name } },
                egress: [{ to: to.map((range) => ({ ipBlock: { cidr: range } })), ports: [{ port: 443 }] }],
            },
        });
        const only = "only public-copy in registry-legislation and alertmanager in monitoring reach beyond the sites";
        expect(said(policy(cidr))).toContain(`public-cloud: egress to ${cidr} is outside of the sites; ${only}`);
        expect(said(policy())).toEqual([`public-cloud: egress to 0.0.0.0/0 is outside of the sites; ${only}`]);
        expect(said(policy("10.38.0.11/32"))).toEqual([]);
    });

    it("refuses a way into a whole network, another site's too", () => {
        const policy = (range: string, ...ports: object[]): KubernetesObject => ({
            kind: "NetworkPolicy",
            metadata: { namespace: "registry-taxes" },
            spec: { podSelector: {}, egress: [{ to: [{ ipBlock: { cidr: range } }], ports }] },
        });
        const port = { protocol: "TCP", port: 5432 };
        expect(said(policy("10.36.0.0/14", port))).toEqual([
            "single-addresses: egress to 10.36.0.0/14 is to a whole network; name each address that is called, as ADDRESS/32",
        ]);
        expect(said(policy("10.38.0.34/31", port))).toHaveLength(1);
        expect(said(policy("10.38.0.34/32", port))).toEqual([]);
        for (const ports of [[], [{ protocol: "TCP" }], [port, { ...port, endPort: 6000 }]]) {
            expect(said(policy("10.32.0.1/32", ...ports))).toEqual([
                "single-addresses: egress to 10.32.0.1/32 is to more than single ports; name each port that is called",
            ]);
        }
    });

    it("lets one workload have one folder of its machine, and name one address: who stores the audit log in the other site", () => {
        const shipper = (path: string, ip: string, name = "audit-shipper", kind = "DaemonSet"): KubernetesObject => ({
            ...workload({
                volumes: [{ name: "log", hostPath: { path } }],
                hostAliases: [{ ip, hostnames: ["objects.luxembourg.embassy.internal"] }],
            }),
            kind,
            metadata: { namespace: "kube-system", name },
        });
        const [log, store] = ["/var/log/kubernetes", "10.38.0.11"];
        expect(said(shipper(log, store))).toEqual([]);
        expect(said(shipper("/var/log", store))).toEqual([expect.stringContaining("volume log is hostPath") as string]);
        expect(said(shipper(log, "192.0.2.7"))).toEqual([
            expect.stringContaining("hostAliases lead to 192.0.2.7") as string,
        ]);
        expect(said(shipper(log, store, "another"))).toHaveLength(2);
        expect(said(shipper(log, store, "audit-shipper", "Deployment"))).toHaveLength(2);
    });

    it("lets one workload in monitoring tell receivers, and no other", () => {
        const named = (name: string): KubernetesObject => ({
            ...workload({ hostAliases: [{ ip: "192.0.2.25", hostnames: ["alerts.state.example"] }] }),
            metadata: { namespace: "monitoring", name },
        });
        expect(said(named("alertmanager"))).toEqual([]);
        expect(said(named("prometheus"))).toEqual([
            expect.stringContaining("hostAliases lead to 192.0.2.25") as string,
        ]);
    });

    it("refuses a copy of taxes that names its cloud past the DNS server", () => {
        const job = (namespace: string): KubernetesObject => ({
            ...workload({ hostAliases: [{ ip: "192.0.2.7", hostnames: ["s3.cloud.example"] }] }, "CronJob"),
            metadata: { namespace, name: "public-copy" },
        });
        expect(said(job("registry-taxes"))).toEqual([
            "public-cloud: hostAliases lead to 192.0.2.7, past the site's DNS server; only public-copy in registry-legislation and alertmanager in monitoring reach beyond the sites",
        ]);
        expect(said(job("registry-legislation"))).toEqual([]);
    });

    it("refuses what holds data or keys and has no deletion protection", () => {
        const claims = { volumeClaimTemplates: [{}] };
        const set: KubernetesObject = { ...workload({}, "StatefulSet"), kind: "StatefulSet" };
        const kept = { persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" } };
        expect(said({ kind: "Secret" }, false)).toEqual([
            "deletion-protection: a Secret holds data or keys; it must have the option protect",
        ]);
        expect(said({ ...set, spec: { ...set.spec, ...claims } })).toEqual([
            "deletion-protection: persistentVolumeClaimRetentionPolicy.whenDeleted must be Retain",
            "deletion-protection: persistentVolumeClaimRetentionPolicy.whenScaled must be Retain",
        ]);
        expect(said({ ...set, spec: { ...set.spec, ...claims, ...kept } }, false)).toEqual([
            "deletion-protection: a StatefulSet holds data or keys; it must have the option protect",
        ]);
        expect(said({ ...set, spec: { ...set.spec, ...claims, ...kept } })).toEqual([]);
    });
});
