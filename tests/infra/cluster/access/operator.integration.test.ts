/** What two identities of a site's own can do, with their credentials: who runs `pulumi up`, and a member of a registry's database. */
import { setTimeout as sleep } from "node:timers/promises";
import { OPERATOR, operatorObjects } from "../../../../infra/cluster/access/plan-operator";
import { kubectl, settled } from "../../../support/admission";
import type { ApiServer } from "../../../support/apiserver";
import { type GuardedSite, MEMBERS, apply, guardedSite, kindOf, list } from "../../../support/guarded-site";

jest.setTimeout(180_000);

const LAND = "registry-land";
const RBAC = "rbac.authorization.k8s.io";
const WORKLOADS = ["StatefulSet", "Deployment", "CronJob", "Job"];
/** Kinds that Kubernetes itself serves. */
const BUILT_IN = /^kubernetes:(core|apps|batch|networking|policy|rbac|scheduling|storage|admissionregistration)[./]/;
const NODE = "b1-3";
const MEMBER = "database-10";
/** From the registry that images may come from, so that nothing but the rule under test refuses it: of several refusals the server shows any one. */
const OTHER_IMAGE = `registry.embassy.internal:5000/another@sha256:${"0".repeat(64)}`;

let site: GuardedSite;
let administrator: ApiServer;
let operator: ApiServer;

beforeAll(async () => {
    site = await guardedSite("luxembourg");
    administrator = site.as("embassy:administrator", "system:masters");
    operator = site.as(OPERATOR);
    await settled(
        "no-entry",
        by(administrator, ["create", "--dry-run=server", "-f", "-"], role("pods/exec")),
        "refused",
    );
    apply(
        operator,
        site.declared.filter((one) => BUILT_IN.test(one.type) && !WORKLOADS.includes(kindOf(one))),
    );
    apply(
        operator,
        site.declared.filter((one) => WORKLOADS.includes(kindOf(one))),
    );
});
afterAll(() => site.stop());

function by(who: ApiServer, args: readonly string[], object?: object): () => void {
    return () => void kubectl(who, args, object);
}

function role(resource: string, verb = "create", name = "tried"): object {
    const rules = [{ apiGroups: [""], resources: [resource], verbs: [verb] }];
    return { apiVersion: `${RBAC}/v1`, kind: "ClusterRole", metadata: { name }, rules };
}

function binding(kind: "ClusterRoleBinding" | "RoleBinding", to: string, name = "tried"): object {
    return {
        apiVersion: `${RBAC}/v1`,
        kind,
        metadata: { name, ...(kind === "RoleBinding" && { namespace: LAND }) },
        roleRef: { apiGroup: RBAC, kind: "ClusterRole", name: to },
        subjects: [{ apiGroup: RBAC, kind: "User", name: OPERATOR }],
    };
}

const applied = ["apply", "--server-side", "--force-conflicts", "-f", "-"];
const secret = (name: string): object => ({ apiVersion: "v1", kind: "Secret", metadata: { name, namespace: LAND } });

describe("the operator", () => {
    it("declares everything that the program does, and does it again", () => {
        const all = site.declared.filter(({ type }) => BUILT_IN.test(type));
        expect(all.length).toBeGreaterThan(200);
        expect(apply(operator, all).trim().split("\n")).toHaveLength(all.length);
        const secrets = all.filter((one) => kindOf(one) === "Secret");
        const read = kubectl(operator, ["get", "-f", "-", "-o", "name"], list(secrets.map(({ inputs }) => inputs)));
        expect(read.trim().split("\n")).toHaveLength(secrets.length);
    });

    it("gets its rights from an administrator, and cannot have more", () => {
        const [own] = operatorObjects();
        const more = { apiGroups: [""], resources: ["pods/exec"], verbs: ["create"] };
        const grown = { ...own, rules: [...(own?.["rules"] as object[]), more] };
        expect(by(operator, applied, grown)).toThrow(/embassy-operator.* is forbidden: .*cannot patch resource/);
        expect(by(administrator, applied, own)).not.toThrow();
    });

    it.each([
        ["somebody else", ["get", "pods", "-A", "--as=system:admin", "--as-group=system:masters"]],
        ["a controller", ["get", "pods", "-A", "--as=system:serviceaccount:kube-system:daemon-set-controller"]],
        ["an administrator, by a binding", ["create", "-f", "-"], binding("ClusterRoleBinding", "cluster-admin")],
        ["the same, applied", applied, binding("ClusterRoleBinding", "cluster-admin")],
        ["the same, by a binding's name", applied, binding("ClusterRoleBinding", "cluster-admin", "embassy-dns")],
        ["the same, in a namespace", ["create", "-f", "-"], binding("RoleBinding", "cluster-admin")],
        ["who may enter, by a role of its own", applied, role("pods/exec")],
        ["a controller, by its token", ["create", "token", "daemon-set-controller", "-n", "kube-system"]],
        ["a member, by its token", ["create", "token", "database", "-n", LAND]],
        ["a machine", ["get", "--raw", `/api/v1/nodes/${NODE}/proxy/pods`]],
        ["who approves certificates", ["certificate", "approve", "tried"]],
        ["a shell in a pod", ["exec", MEMBER, "-n", LAND, "--", "id"]],
        ["a process in a pod", ["attach", MEMBER, "-n", LAND]],
        ["a client of a pod", ["get", "--raw", `/api/v1/namespaces/${LAND}/pods/${MEMBER}/proxy/`]],
        [
            "a pod",
            ["create", "-f", "-"],
            { apiVersion: "v1", kind: "Pod", metadata: { name: "tried", namespace: LAND } },
        ],
        ["a pod's image", ["set", "image", `pod/${MEMBER}`, "-n", LAND, `database=${OTHER_IMAGE}`]],
        ["a reader of all keys", ["get", "secrets", "-A"]],
        ["a reader of a namespace's keys", ["get", "secrets", "-n", LAND]],
        ["a reader of another key", ["get", "secret", "machine-key", "-n", "machines"]],
        ["a writer of another key", applied, secret("another")],
        ["a guard's remover", ["delete", "validatingadmissionpolicy", "another"]],
    ])("is not %s", (...tried: readonly [string, readonly string[], object?]) => {
        const [, args, object] = tried;
        expect(by(operator, args, object)).toThrow(/Forbidden|forbidden/);
    });

    it("gives rights on to the holders that are declared, and no others", () => {
        const foreign = { ...binding("ClusterRoleBinding", "embassy-dns", "embassy-dns") };
        expect(by(operator, applied, foreign)).toThrow(`and not by ${OPERATOR}`);
        expect(by(operator, applied, role("nodes/proxy", "get", "embassy-break-glass"))).toThrow(
            /no role lets anybody/,
        );
    });

    it("leaves its name in the audit log, with what it tried", () => {
        expect(() => kubectl(operator, ["get", "secret", "tried-by-the-operator", "-n", "kube-system"])).toThrow();
        const lines = site.audited().split("\n");
        const tried = lines.find((line) => line.includes("tried-by-the-operator"));
        expect(JSON.parse(tried ?? "{}")).toMatchObject({
            user: { username: OPERATOR, groups: ["system:authenticated"] },
            responseStatus: { code: 403 },
        });
    });
});

/** A token of the member's pod, as its machine's kubelet asks for it. */
function tokenOf(pod: string): string {
    const where = ["-n", LAND];
    const target = { apiVersion: "v1", kind: "Node", name: NODE };
    kubectl(administrator, ["create", "-f", "-"], { apiVersion: "v1", kind: "Node", metadata: { name: NODE } });
    kubectl(
        site.as("system:kube-scheduler"),
        ["create", "--raw", `/api/v1/namespaces/${LAND}/pods/${pod}/binding`, "-f", "-"],
        {
            apiVersion: "v1",
            kind: "Binding",
            metadata: { name: pod, namespace: LAND },
            target,
        },
    );
    const uid = kubectl(administrator, ["get", "pod", pod, ...where, "-o", "jsonpath={.metadata.uid}"]);
    const bound = ["--bound-object-kind=Pod", `--bound-object-name=${pod}`, `--bound-object-uid=${uid}`];
    const node = site.as(`system:node:${NODE}`, "system:nodes");
    return kubectl(node, ["create", "token", "database", ...where, "--duration=1h", ...bound]).trim();
}

describe("a member of a registry's database, with the token of its pod,", () => {
    let member: ApiServer;
    beforeAll(async () => {
        await until(() => kubectl(administrator, ["get", "pods", "-n", LAND, "-o", "name"]).includes(MEMBER));
        member = site.withToken(tokenOf(MEMBER));
    });

    const patched = (change: object, pod = MEMBER, ...more: string[]): (() => void) =>
        by(member, ["patch", "pod", pod, "-n", LAND, `--patch=${JSON.stringify(change)}`, ...more]);
    const image = (name: string): object => ({ spec: { containers: [{ name, image: OTHER_IMAGE }] } });

    it("marks who leads, as Patroni does, and keeps its status in annotations", () => {
        const change = { metadata: { labels: { role: "primary" }, annotations: { status: "{}" } } };
        expect(patched(change)).not.toThrow();
        expect(kubectl(member, ["get", "pod", MEMBER, "-n", LAND, "-o", "jsonpath={.metadata.labels.role}"])).toBe(
            "primary",
        );
    });

    it.each(["database", "lease-agent"])("gives its pod no other image: that of %s", (container) => {
        expect(patched(image(container))).toThrow(/declared-pods.*a pod keeps the images with which it was made/s);
    });

    it("gives another member, or another pod of its namespace, no other image", () => {
        expect(patched(image("database"), "database-11")).toThrow(/a pod keeps the images/);
        const [gate = ""] = kubectl(administrator, ["get", "pods", "-n", LAND, "-o", "name"])
            .split("\n")
            .filter((name) => name.startsWith("pod/gate"))
            .map((name) => name.replace("pod/", ""));
        const [container = ""] = kubectl(administrator, [
            "get",
            "pod",
            gate,
            "-n",
            LAND,
            "-o",
            "jsonpath={.spec.containers[*].name}",
        ]).split(" ");
        expect(patched(image(container), gate)).toThrow(/a pod keeps the images/);
    });

    it.each<readonly [string, readonly string[]]>([
        ["by way of its StatefulSet", ["set", "image", "statefulset/database", "-n", LAND, `database=${OTHER_IMAGE}`]],
        ["by a debugging container", ["debug", MEMBER, "-n", LAND, `--image=${OTHER_IMAGE}`, "--profile=restricted"]],
        ["of another registry", ["set", "image", `pod/${MEMBER}`, "-n", "registry-taxes", `database=${OTHER_IMAGE}`]],
        ["by making a pod anew", ["delete", "pod", MEMBER, "-n", LAND]],
    ])("gives no pod another image %s", (_how, args) => {
        expect(by(member, args)).toThrow(/Forbidden|forbidden/);
    });

    it("takes on no label by which network policies know another pod", () => {
        expect(patched({ metadata: { labels: { "app.kubernetes.io/name": "gate" } } })).toThrow(
            /a pod keeps the labels/,
        );
    });

    it("leaves its name in the audit log, with what it was refused", () => {
        expect(patched(image("database"))).toThrow();
        const refused = site
            .audited()
            .split("\n")
            .filter((line) => line.includes(`"username":"${MEMBERS}"`) && line.includes(`pods/${MEMBER}`))
            .filter((line) => line.includes('"code":403') || line.includes('"code":422'));
        expect(JSON.parse(refused.at(-1) ?? "{}")).toMatchObject({
            verb: "patch",
            objectRef: { resource: "pods", name: MEMBER },
        });
    });
});

async function until(holds: () => boolean): Promise<void> {
    for (let tries = 0; tries < 300 && !holds(); tries++) {
        await sleep(200);
    }
}
