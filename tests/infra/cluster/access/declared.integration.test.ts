/** An administrator can run in a site only what the program declares, whatever way is tried. */
import { OPERATOR } from "../../../../infra/cluster/access/plan-operator";
import { type Rendered } from "../../../support/render";
import { kubectl, outcome, settled } from "../../../support/admission";
import type { ApiServer } from "../../../support/apiserver";
import { type GuardedSite, apply, guardedSite, kindOf } from "../../../support/guarded-site";

jest.setTimeout(240_000);

const WORKLOADS = ["StatefulSet", "Deployment", "CronJob", "Job"];

let site: GuardedSite;
/** The API server, with a certificate of system:masters. */
let administrator: ApiServer;
let workloads: Rendered[];

beforeAll(async () => {
    site = await guardedSite("luxembourg");
    administrator = site.as("embassy:administrator", "system:masters");
    workloads = site.declared.filter((one) => WORKLOADS.includes(kindOf(one)));
    for (const policy of ["declared-pods", "declared-workloads", "no-way-in"]) {
        await settled(policy, attempts[policy] ?? fails, "refused");
    }
    apply(site.as(OPERATOR), workloads);
});
afterAll(async () => {
    await site.stop();
});

function fails(): void {
    throw new Error("no attempt");
}

function create(object: object, ...options: string[]): () => void {
    return () => void kubectl(administrator, ["create", "-f", "-", ...options], object);
}

const IMAGE = `registry.embassy.internal:5000/postgres@sha256:${"0".repeat(64)}`;
const restricted = {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
};
const shell = {
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, runAsUser: 10100, seccompProfile: { type: "RuntimeDefault" } },
    containers: [{ name: "sh", image: IMAGE, command: ["sh", "-c", "id"], securityContext: restricted }],
};
const host = {
    hostPID: true,
    hostNetwork: true,
    containers: [{ ...shell.containers[0], securityContext: { privileged: true } }],
};

function pod(spec: object, namespace: string, metadata: object = {}): object {
    return { apiVersion: "v1", kind: "Pod", metadata: { name: "tried", namespace, ...metadata }, spec };
}

function workload(kind: string, namespace: string, spec: object = shell): object {
    const template = {
        metadata: { labels: { app: "tried" } },
        spec: { restartPolicy: /Job/.test(kind) ? "Never" : "Always", ...spec },
    };
    const selector = { matchLabels: { app: "tried" } };
    const apiVersion = /Job/.test(kind) ? "batch/v1" : kind === "ReplicationController" ? "v1" : "apps/v1";
    const specs: Readonly<Record<string, object>> = {
        Job: { template },
        CronJob: { schedule: "* * * * *", jobTemplate: { spec: { template } } },
        StatefulSet: { serviceName: "tried", selector, template },
        ReplicationController: { selector: selector.matchLabels, template },
    };
    return { apiVersion, kind, metadata: { name: "tried", namespace }, spec: specs[kind] ?? { selector, template } };
}

const attempts: Readonly<Record<string, () => void>> = {
    "declared-pods": create(pod(shell, "kube-system"), "--dry-run=server"),
    "declared-workloads": create(workload("Deployment", "registry-land"), "--dry-run=server"),
    "no-way-in": create({ apiVersion: "v1", kind: "Node", metadata: { name: "another" } }, "--dry-run=server"),
};
const NAMESPACES = ["default", "kube-public", "kube-node-lease", "kube-system", "registry-land", "cert-manager"];
const NOT_DECLARED = /is not declared, and nothing runs here that is not/;

describe("what the program declares", () => {
    it("runs: every workload is as it was written down, and Kubernetes makes pods of it", async () => {
        expect(workloads.length).toBeGreaterThan(40);
        const made = await until(() => {
            const names = kubectl(administrator, ["get", "pods", "-A", "-o", "name"]);
            return /database-10/.test(names) && /dns-/.test(names) && /object-store-0/.test(names) ? names : undefined;
        });
        expect(made).toContain("pod/gate-standby");
    });

    it("may be previewed as something else, and tried by nobody but the program", () => {
        const [database] = workloads.filter(({ name }) => name === "land-database-members");
        const changed = JSON.parse(
            JSON.stringify(database?.inputs).replaceAll("/usr/bin/pgbackrest", "/usr/bin/another"),
        ) as object;
        const tried = (manager: string, ...options: string[]) => {
            const args = [
                "apply",
                "--server-side",
                "--force-conflicts",
                `--field-manager=${manager}`,
                ...options,
                "-f",
                "-",
            ];
            return outcome("declared-workloads", () => void kubectl(administrator, args, changed));
        };
        expect(tried("data-embassy", "--dry-run=server")).toBe("let through");
        expect(tried("kubectl", "--dry-run=server")).toBe("refused");
        expect(tried("data-embassy")).toBe("refused");
    });

    it("goes on: it is counted anew, restarted, and run at once by who asks for it", () => {
        const land = "--namespace=registry-land";
        kubectl(administrator, ["scale", "statefulset", "database", "--replicas=3", land]);
        kubectl(administrator, ["rollout", "restart", "deployment", "dns", "--namespace=dns"]);
        kubectl(administrator, ["create", "job", "now", "--from=cronjob/store-full", land]);
        expect(kubectl(administrator, ["get", "job", "now", land, "-o", "name"])).toContain("now");
    });
});

describe.each(NAMESPACES)("an administrator, in %s,", (namespace) => {
    it.each([
        ["with host access", host],
        ["of the restricted profile", shell],
        ["with a volume of its host", { ...shell, volumes: [{ name: "h", hostPath: { path: "/" } }] }],
    ])("makes no pod %s", (_what, spec) => {
        for (const name of ["tried", "etcd-b1-3"]) {
            expect(create(pod(spec, namespace, { name }))).toThrow(
                /nobody makes pods here|violates PodSecurity "restricted/,
            );
        }
    });

    it.each(["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob", "ReplicationController"])(
        "makes no %s",
        (kind) => {
            expect(create(workload(kind, namespace))).toThrow(NOT_DECLARED);
        },
    );
});

describe("a workload that is declared", () => {
    const patch = (kind: string, name: string, change: object[]): (() => void) => {
        const args = [
            "patch",
            kind,
            name,
            "--namespace=registry-land",
            "--type=json",
            `--patch=${JSON.stringify(change)}`,
        ];
        return () => void kubectl(administrator, args);
    };
    const container = "/spec/template/spec/containers/0";
    const exec = { exec: { command: ["sh", "-c", "id"] } };

    it.each([
        [
            "an exec probe",
            [
                { op: "add", path: `${container}/startupProbe/exec`, value: exec.exec },
                { op: "remove", path: `${container}/startupProbe/httpGet` },
            ],
        ],
        ["another hook", [{ op: "add", path: `${container}/lifecycle/postStart`, value: exec }]],
        ["other hooks", [{ op: "add", path: `${container}/lifecycle`, value: { postStart: exec } }]],
        ["another command of a hook", [{ op: "replace", path: `${container}/lifecycle/preStop`, value: exec }]],
        [
            "a hook that runs nothing",
            [{ op: "replace", path: `${container}/lifecycle/preStop`, value: { sleep: { seconds: 1 } } }],
        ],
        ["no hook", [{ op: "remove", path: `${container}/lifecycle` }]],
        ["another image", [{ op: "replace", path: `${container}/image`, value: IMAGE }]],
        ["another command", [{ op: "replace", path: `${container}/command`, value: ["sh"] }]],
        ["other arguments", [{ op: "add", path: `${container}/args/-`, value: "--another" }]],
        [
            "another variable",
            [{ op: "add", path: `${container}/env/-`, value: { name: "LD_PRELOAD", value: "/tmp/x" } }],
        ],
        [
            "another value",
            [{ op: "replace", path: `${container}/env/0`, value: { name: "EMBASSY_DATA", value: "/tmp/x" } }],
        ],
        [
            "another container",
            [{ op: "add", path: "/spec/template/spec/containers/-", value: { ...shell.containers[0] } }],
        ],
        ["another volume", [{ op: "add", path: "/spec/template/spec/volumes/-", value: { name: "x", emptyDir: {} } }]],
        [
            "another name for a host",
            [{ op: "add", path: "/spec/template/spec/hostAliases", value: [{ ip: "192.0.2.1", hostnames: ["x"] }] }],
        ],
        [
            "another label",
            [{ op: "add", path: "/spec/template/metadata/labels/app.kubernetes.io~1component", value: "x" }],
        ],
        ["a part less", [{ op: "remove", path: "/spec/template/spec/containers/2" }]],
    ])("takes no %s", (_what, change) => {
        expect(patch("statefulset", "database", change)).toThrow(
            /registry-land\.StatefulSet\.database is not as it is declared: change the program/,
        );
    });

    it("has no pods but of its controller: not by taking a name on, nor by saying whose they are", () => {
        const uid = kubectl(administrator, [
            "get",
            "statefulset",
            "database",
            "-n",
            "registry-land",
            "-o",
            "jsonpath={.metadata.uid}",
        ]);
        const ownerReferences = [
            { apiVersion: "apps/v1", kind: "StatefulSet", name: "database", uid, controller: true },
        ];
        const owned = pod(shell, "registry-land", { ownerReferences });
        expect(create(owned)).toThrow(/nobody makes pods here/);
        expect(
            create(owned, "--as=system:serviceaccount:kube-system:statefulset-controller", "--as-group=system:masters"),
        ).toThrow(/nobody makes pods here/);
    });

    it("has pods that keep their images and the labels by which policies know them", () => {
        const where = ["database-10", "--namespace=registry-land"];
        const label =
            (...labels: string[]) =>
            (): void =>
                void kubectl(administrator, ["label", "--overwrite", "pod", ...where, ...labels]);
        expect(label("app.kubernetes.io/name=public-copy")).toThrow(/a pod keeps the labels/);
        expect(label("app.kubernetes.io/component=x")).toThrow(/a pod keeps the labels/);
        label("role=primary")();
        const set = ["set", "image", "pod/database-10", "--namespace=registry-land", `database=${IMAGE}`];
        expect(() => kubectl(administrator, set)).toThrow(/a pod keeps the images/);
    });

    it("has revisions that nobody writes but its controller", () => {
        expect(
            create({
                apiVersion: "apps/v1",
                kind: "ControllerRevision",
                metadata: { name: "tried", namespace: "registry-land" },
                revision: 9,
                data: {},
            }),
        ).toThrow(NOT_DECLARED);
    });
});

describe("a machine", () => {
    const mirror = (name: string): object =>
        pod({ ...host, nodeName: "b1-3", containers: [{ name: "main", image: "x" }] }, "kube-system", {
            name,
            annotations: { "kubernetes.io/config.mirror": "x" },
            ownerReferences: [{ apiVersion: "v1", kind: "Node", name: "b1-3", uid: nodeUid(), controller: true }],
        });
    const nodeUid = (): string => kubectl(administrator, ["get", "node", "b1-3", "-o", "jsonpath={.metadata.uid}"]);
    const made = (by: ApiServer, object: object): (() => void) => {
        return () => void kubectl(by, ["create", "--validate=false", "-f", "-"], object);
    };

    beforeAll(() => {
        kubectl(administrator, ["create", "-f", "-"], { apiVersion: "v1", kind: "Node", metadata: { name: "b1-3" } });
    });

    it("of the control plane shows its own parts, which are of their machine, and no others", () => {
        const node = site.as("system:node:b1-3", "system:nodes");
        expect(made(administrator, mirror("etcd-b1-3"))).toThrow(/nobody makes pods here/);
        expect(made(node, mirror("another-b1-3"))).toThrow(/nobody makes pods here/);
        expect(made(node, mirror("etcd-a1-3"))).toThrow(/nobody makes pods here|forbidden/);
        made(node, mirror("etcd-b1-3"))();
    });
});

async function until<T>(look: () => T | undefined): Promise<T> {
    for (let tries = 0; tries < 300; tries++) {
        const found = look();
        if (found !== undefined) {
            return found;
        }
        await new Promise((resolve) => setTimeout(resolve, 200));
    }
    throw new Error("it did not come to that");
}
