/** Ways to reach pods and their content without creating or entering one. Each is tried as an administrator, and by impersonation. */
import { webcrypto } from "node:crypto";
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { holders } from "../../../../infra/cluster/access/plan-holders";
import { type Rbac, rightsOf, rightsTable } from "../../../../infra/site/rights";
import { kubectl, settled } from "../../../support/admission";
import type { ApiServer } from "../../../support/apiserver";
import { type GuardedSite, guardedSite } from "../../../support/guarded-site";
import { declaredRights } from "../../../support/rights";

jest.setTimeout(180_000);

let site: GuardedSite;
/** The API server, with a certificate of system:masters. */
let administrator: ApiServer;

beforeAll(async () => {
    site = await guardedSite("luxembourg");
    administrator = site.as("embassy:administrator", "system:masters");
    await settled("no-way-in", made(node("another")), "refused");
    await settled("declared-secrets", made(token()), "refused");
    await settled("own-jurisdiction", made(binding("view", "User", "stranger")), "refused");
    await settled("no-entry", made(role("pods/exec")), "refused");
});
afterAll(async () => {
    await site.stop();
});

/** Creates an object as a dry run, so that nothing changes if it is let through. */
function made(object: object, ...options: string[]): () => void {
    return () => void kubectl(administrator, ["create", "--dry-run=server", "-f", "-", ...options], object);
}

function changed(kind: string, name: string, patch: object, ...options: string[]): () => void {
    const args = [
        "patch",
        kind,
        name,
        "--type=merge",
        `--patch=${JSON.stringify(patch)}`,
        "--dry-run=server",
        ...options,
    ];
    return () => void kubectl(administrator, args);
}

function object(apiVersion: string, kind: string, rest: object = {}, name = "tried"): object {
    return { apiVersion, kind, metadata: { name }, ...rest };
}

const node = (name: string): object => object("v1", "Node", {}, name);
const token = (type = "kubernetes.io/service-account-token"): object => ({
    apiVersion: "v1",
    kind: "Secret",
    type,
    metadata: {
        name: "tried",
        namespace: "kube-system",
        annotations: { "kubernetes.io/service-account.name": "clusterrole-aggregation-controller" },
    },
});

const RBAC = "rbac.authorization.k8s.io";
function binding(role: string, kind: string, name: string, namespace?: string): object {
    const apiGroup = kind === "ServiceAccount" ? "" : RBAC;
    return object(`${RBAC}/v1`, "ClusterRoleBinding", {
        roleRef: { apiGroup: RBAC, kind: "ClusterRole", name: role },
        subjects: [{ kind, name, apiGroup, ...(namespace !== undefined && { namespace }) }],
    });
}
function role(resource: string, verb = "create", group = ""): object {
    return object(`${RBAC}/v1`, "ClusterRole", {
        rules: [{ apiGroups: [group], resources: [resource], verbs: [verb] }],
    });
}

const clientConfig = { url: "https://attacker.example/" };
const webhook = {
    webhooks: [
        {
            name: "tried.attacker.example",
            clientConfig,
            sideEffects: "None",
            admissionReviewVersions: ["v1"],
            rules: [{ apiGroups: [""], apiVersions: ["v1"], resources: ["secrets"], operations: ["*"] }],
        },
    ],
};
const volume = (source: object, storageClassName = "embassy-local"): object =>
    object("v1", "PersistentVolume", {
        spec: { capacity: { storage: "1Gi" }, accessModes: ["ReadWriteOnce"], storageClassName, ...source },
    });
const local = (path: string): object => ({
    local: { path },
    nodeAffinity: {
        required: {
            nodeSelectorTerms: [
                { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: ["a1-1"] }] },
            ],
        },
    },
});
const service = (spec: object): object => object("v1", "Service", { spec: { ports: [{ port: 80 }], ...spec } });
const definition = {
    spec: {
        group: "example.org",
        scope: "Namespaced",
        names: { kind: "Tried", plural: "trieds", singular: "tried", listKind: "TriedList" },
        versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } }],
        conversion: { strategy: "Webhook", webhook: { clientConfig, conversionReviewVersions: ["v1"] } },
    },
};
const DISKS = /persistentvolumes: a volume is a machine's own disk/;
const DEVICES = /the embassy's volumes are its machines' own disks/;
const SHOWN = /is shown to no webhook/;
const SERVICES = /services: a Service is reached inside of the site alone/;
const RUN = "pod-security.kubernetes.io/enforce";

describe("an administrator", () => {
    it.each<[string, object, RegExp]>([
        ["a volume of a host's folder", volume({ hostPath: { path: "/" } }), DISKS],
        ["a volume of another folder of a host", volume(local("/var/lib/kubelet")), DISKS],
        ["a volume of another class", volume(local("/var/lib/embassy/another/0")), DISKS],
        ["a volume of another system", volume({ csi: { driver: "x", volumeHandle: "x" } }), DISKS],
        ["a volume over the network", volume({ nfs: { server: "192.0.2.1", path: "/" } }), DISKS],
        ["a class of volumes", object("storage.k8s.io/v1", "StorageClass", { provisioner: "x" }), DEVICES],
        ["a driver of volumes", object("storage.k8s.io/v1", "CSIDriver", { spec: {} }), DEVICES],
        [
            "an attachment of a volume",
            object("storage.k8s.io/v1", "VolumeAttachment", {
                spec: { attacher: "x", nodeName: "a1-1", source: { persistentVolumeName: "x" } },
            }),
            DEVICES,
        ],
        ["a class of devices", object("resource.k8s.io/v1", "DeviceClass", { spec: {} }), DEVICES],
        [
            "another runtime",
            object("node.k8s.io/v1", "RuntimeClass", { handler: "x" }),
            /runtimeclasses: every pod runs in the one/,
        ],
        [
            "a validating webhook",
            object("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", webhook),
            SHOWN,
        ],
        [
            "a mutating webhook",
            object("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", webhook),
            SHOWN,
        ],
        [
            "a converting webhook",
            object("apiextensions.k8s.io/v1", "CustomResourceDefinition", definition, "trieds.example.org"),
            SHOWN,
        ],
        [
            "an API server of his own",
            object(
                "apiregistration.k8s.io/v1",
                "APIService",
                {
                    spec: {
                        group: "example.org",
                        version: "v1",
                        groupPriorityMinimum: 1,
                        versionPriority: 1,
                        insecureSkipTLSVerify: true,
                        service: { namespace: "default", name: "x" },
                    },
                },
                "v1.example.org",
            ),
            /apiservices: the API is served by the site's API servers alone/,
        ],
        ["a Service at every host", service({ type: "NodePort" }), SERVICES],
        [
            "a Service that is somebody else",
            service({ type: "ExternalName", externalName: "attacker.example" }),
            SERVICES,
        ],
        ["a Service at a foreign address", service({ externalIPs: ["192.0.2.1"] }), SERVICES],
        ["a node", node("another"), /nodes: a node is one of the hosts that are declared/],
        [
            "a namespace without the restricted profile",
            { apiVersion: "v1", kind: "Namespace", metadata: { name: "tried", labels: { [RUN]: "privileged" } } },
            /every namespace is restricted/,
        ],
        [
            "a namespace with an old profile",
            {
                apiVersion: "v1",
                kind: "Namespace",
                metadata: { name: "tried", labels: { [RUN]: "restricted", [`${RUN}-version`]: "v1.0" } },
            },
            /every namespace is restricted/,
        ],
        ["a token that does not end", token(), /no Secret is a token/],
        ["a token to bring a machine in", token("bootstrap.kubernetes.io/token"), /no Secret is a token/],
    ])("makes no %s", (_what, tried, says) => {
        expect(made(tried)).toThrow(says);
    });

    it.each(["default", "kube-system", "registry-land"])("lowers no profile: of %s neither", (namespace) => {
        for (const level of ["privileged", "baseline"]) {
            expect(changed("namespace", namespace, { metadata: { labels: { [RUN]: level } } })).toThrow(
                /every namespace is restricted/,
            );
        }
    });

    it.each(["app.kubernetes.io/part-of", "data-embassy/registry"])("takes no namespace its label %s", (label) => {
        expect(changed("namespace", "registry-land", { metadata: { labels: { [label]: null } } })).toThrow(
            /a namespace keeps its labels/,
        );
    });

    it("hands out no token, also under another name", () => {
        const asked = ["create", "token", "clusterrole-aggregation-controller", "-n", "kube-system"];
        const says = /tokens are given to machines, for the pods on them/;
        expect(() => kubectl(administrator, asked)).toThrow(says);
        expect(() =>
            kubectl(administrator, [...asked, "--as=system:kube-controller-manager", "--as-group=system:masters"]),
        ).toThrow(says);
    });

    it("says of no pod where it runs", () => {
        const bound = {
            apiVersion: "v1",
            kind: "Binding",
            metadata: { name: "x", namespace: "default" },
            target: { apiVersion: "v1", kind: "Node", name: "a1-1" },
        };
        expect(made(bound)).toThrow(/where a pod runs is the scheduler's to say/);
    });

    it("becomes no machine, and approves no certificate", async () => {
        const keys = await webcrypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, [
            "sign",
            "verify",
        ]);
        const request = await x509.Pkcs10CertificateRequestGenerator.create({
            name: "O=system:nodes,CN=system:node:a1-1",
            keys,
            signingAlgorithm: { name: "ECDSA", hash: "SHA-256" },
        });
        const asked = (signerName: string, name: string): object =>
            object(
                "certificates.k8s.io/v1",
                "CertificateSigningRequest",
                {
                    spec: {
                        request: Buffer.from(request.toString("pem")).toString("base64"),
                        signerName,
                        usages: ["digital signature", signerName.endsWith("serving") ? "server auth" : "client auth"],
                    },
                },
                name,
            );
        for (const signer of ["kubernetes.io/kube-apiserver-client-kubelet", "kubernetes.io/kubelet-serving"]) {
            expect(made(asked(signer, "tried"))).toThrow(/a machine asks for its certificate itself/);
            expect(
                made(
                    asked(signer, "tried"),
                    "--as=system:node:a1-1",
                    "--as-group=system:nodes",
                    "--as-group=system:masters",
                ),
            ).toThrow(/a machine asks for its certificate itself/);
        }
        kubectl(administrator, ["create", "-f", "-"], asked("example.org/other", "other"));
        expect(() => kubectl(administrator, ["certificate", "approve", "other"])).toThrow(
            /approved by the rule for machines/,
        );
    });

    it.each([
        ["cluster-admin", "Group", "system:authenticated", undefined],
        ["cluster-admin", "Group", "system:unauthenticated", undefined],
        ["cluster-admin", "Group", "system:host-state-inspector", undefined],
        ["cluster-admin", "Group", "system:serviceaccounts", undefined],
        ["cluster-admin", "ServiceAccount", "default", "default"],
        ["cluster-admin", "ServiceAccount", "cert-manager", "cert-manager"],
        ["cluster-admin", "User", "embassy:operator", undefined],
        ["embassy-break-glass", "Group", "embassy:break-glass:tallinn", undefined],
        ["embassy-cert-manager", "ServiceAccount", "cert-manager", "default"],
        ["view", "Group", "system:nodes", undefined],
    ] as const)("binds %s to no %s %s", (to, kind, name, namespace) => {
        expect(made(binding(to, kind, name, namespace))).toThrow(
            `rights are held by the embassy's own alone, and not by ${name}`,
        );
    });

    it.each([
        ["secrets", "list", ""],
        ["serviceaccounts/token", "create", ""],
        ["pods", "create", ""],
        ["deployments", "patch", "apps"],
        ["cronjobs", "update", "batch"],
        ["clusterrolebindings", "create", RBAC],
        ["clusterroles", "escalate", RBAC],
        ["roles", "bind", RBAC],
        ["users", "impersonate", ""],
        ["signers", "approve", "certificates.k8s.io"],
        ["validatingadmissionpolicies", "delete", "admissionregistration.k8s.io"],
        ["things", "*", "example.org"],
        ["deployments", "create", "*"],
    ])("makes no role with %s (%s)", (resource, verb, group) => {
        expect(made(role(resource, verb, group))).toThrow("no role lets anybody into a pod");
    });

    it("is in the audit log, with what was refused", () => {
        expect(made(node("audited"))).toThrow();
        const [line = "{}"] = site
            .audited()
            .split("\n")
            .filter((entry) => entry.includes("embassy:administrator") && entry.includes("audited"));
        expect(JSON.parse(line)).toMatchObject({ verb: "create", responseStatus: { code: 403 } });
    });
});

describe("what there is", () => {
    it("is made: a disk, a declared host, a Service", () => {
        for (const good of [volume(local("/var/lib/embassy/embassy-local/0")), node("a1-1"), service({})]) {
            expect(made(good)).not.toThrow();
        }
    });

    it("is Kubernetes' own, whose bindings are all among the holders", () => {
        interface Bound {
            readonly metadata: { readonly name: string; readonly namespace?: string };
        }
        const { items } = JSON.parse(
            kubectl(administrator, ["get", "clusterrolebindings,rolebindings", "-A", "-o", "json"]),
        ) as { items: Bound[] };
        expect(items.length).toBeGreaterThan(50);
        const touched = (bound: Bound): string[] => {
            const { name, namespace } = bound.metadata;
            const where =
                namespace === undefined ? ["clusterrolebinding", name] : ["rolebinding", name, "-n", namespace];
            return ["annotate", ...where, "tried=true", "--dry-run=server"];
        };
        const refused = items.filter((bound) => {
            try {
                kubectl(administrator, touched(bound));
                return false;
            } catch {
                return true;
            }
        });
        expect(refused.map(({ metadata }) => metadata.name)).toEqual([]);
    });
});

describe("the rights of every identity", () => {
    it("come to what docs/rights.md says, and nobody else has any but Kubernetes itself", () => {
        const { items } = JSON.parse(
            kubectl(administrator, ["get", "clusterroles,roles,clusterrolebindings,rolebindings", "-A", "-o", "json"]),
        ) as { items: Rbac[] };
        const known = [...rightsOf(declaredRights("luxembourg")).keys()];
        const own = (identity: string): boolean => known.includes(identity);
        expect(rightsTable(items, own)).toBe(rightsTable(declaredRights("luxembourg")));
        const named = holders("luxembourg").map((holding) => holding.split(" ")[1]);
        expect([...rightsOf(items).keys()].filter((identity) => !own(identity) && !named.includes(identity))).toEqual(
            [],
        );
    });
});

describe("tokens", () => {
    /** For how many seconds a token is valid if it is requested for `expirationSeconds`. */
    function lasts(api: ApiServer, expirationSeconds: number): number {
        const answer = kubectl(
            api,
            ["create", "--raw", "/api/v1/namespaces/registry-land/serviceaccounts/database/token", "-f", "-"],
            {
                apiVersion: "authentication.k8s.io/v1",
                kind: "TokenRequest",
                spec: { expirationSeconds, audiences: ["https://kubernetes.default.svc"] },
            },
        );
        const { status } = JSON.parse(answer) as { status: { token: string } };
        const [, claims = ""] = status.token.split(".");
        const { iat, exp } = JSON.parse(Buffer.from(claims, "base64url").toString()) as { iat: number; exp: number };
        return exp - iat;
    }

    it.each([3600, 3607, 315_360_000])("are good for an hour, also where %d seconds are asked for", (seconds) => {
        expect(lasts(site.as("system:kube-controller-manager"), seconds)).toBe(3600);
    });

    it("are given to a machine for the pods on it alone", () => {
        expect(() => lasts(site.as("system:node:b1-3", "system:nodes"), 3600)).toThrow(
            /node requested token|forbidden/,
        );
    });
});
