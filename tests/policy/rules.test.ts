import { existsSync } from "node:fs";
import { join } from "node:path";
import { RULES } from "../../policy/rules";
import type { KubernetesObject } from "../../policy/rules/rule";
import { unseen } from "../../policy/rules/seen";
import { renderStack } from "../support/render";
import { STACKS } from "../support/stacks";

/** What the rules say to an object, each sentence after the name of its rule. */
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
            "volume host is hostPath; it must be one of configMap, csi, downwardAPI, emptyDir, ephemeral, persistentVolumeClaim, projected, secret",
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
    ])("refuses a pod that is not hardened: %j", (spec, wrong) => {
        expect(said(workload(spec))).toEqual([`hardened-pods: ${wrong}`]);
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
        ["annotation token looks like a secret", { kind: "Service", metadata: { annotations: { token: "x" } } }],
        ["key file looks like a secret", { kind: "ConfigMap", data: { file: "-----BEGIN EC PRIVATE KEY-----\n" } }],
        ["key identity looks like a secret", { kind: "ConfigMap", data: { identity: "AGE-SECRET-KEY-1X" } }],
    ] as const)("refuses a secret in the clear: %s", (wrong, object) => {
        expect(said(object as KubernetesObject)).toEqual([expect.stringMatching(`^no-plain-secrets: ${wrong}`)]);
    });

    it.each([
        ["User", "operator@facility.example"],
        ["Group", "host-state:inspectors"],
        ["User", "not-embassy:somebody"],
    ])("refuses rights of the %s %s", (kind, name) => {
        expect(said({ kind: "RoleBinding", subjects: [{ kind, name }] })).toEqual([
            `own-jurisdiction: ${kind} ${name} is none of the embassy's; a name must begin with embassy:, as those of its own issuer do`,
        ]);
    });

    it("lets the embassy's own have rights, and Kubernetes'", () => {
        const subjects = [
            { kind: "User", name: "embassy:operator" },
            { kind: "Group", name: "system:nodes" },
            { kind: "ServiceAccount", name: "database", namespace: "registry-land" },
        ];
        expect(said({ kind: "ClusterRoleBinding", subjects })).toEqual([]);
    });

    it.each(["pods/exec", "pods/portforward", "pods/*", "*/exec", "nodes/proxy", "*"])(
        "refuses a role that lets in by %s",
        (resource) => {
            const role = (apiGroup: string): string[] =>
                said({
                    kind: "Role",
                    rules: [{ apiGroups: [apiGroup], resources: ["pods", resource], verbs: ["create"] }],
                });
            expect(role("")).toEqual([
                `no-entry: a role has ${resource}; it must name what is needed, and no way into a pod`,
            ]);
            expect(role("apps")).toEqual([]);
        },
    );

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
                egress: [{ to: to.map((range) => ({ ipBlock: { cidr: range } })) }],
            },
        });
        const only = "only public-copy in registry-legislation reaches beyond the sites";
        expect(said(policy(cidr))).toEqual([`public-cloud: egress to ${cidr} is outside of the sites; ${only}`]);
        expect(said(policy())).toEqual([`public-cloud: egress to 0.0.0.0/0 is outside of the sites; ${only}`]);
        expect(said(policy("10.36.0.0/14"))).toEqual([]);
    });

    it("refuses a copy of taxes that names its cloud past the DNS server", () => {
        const job = (namespace: string): KubernetesObject => ({
            ...workload({ hostAliases: [{ ip: "192.0.2.7", hostnames: ["s3.cloud.example"] }] }, "CronJob"),
            metadata: { namespace, name: "public-copy" },
        });
        expect(said(job("registry-taxes"))).toEqual([
            "public-cloud: hostAliases lead to 192.0.2.7, past the site's DNS server; only public-copy in registry-legislation reaches beyond the sites",
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
