/** Drift reports what was changed behind the program's back on a live API server, and by which field manager, and writes nothing. */
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { type Report, report as schema } from "../../../preview/report";
import { FORMATS } from "../../../preview/show/formats";
import { type Home, must } from "../../support/home";

const NAMESPACE = "--namespace=registry-land";
const WRITTEN = "q9written-by-hand";
const OPEN = {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "open" },
    spec: { podSelector: {}, policyTypes: ["Ingress"], ingress: [{}] },
};

const patch = (manager: string, object: string, change: object, ...more: string[]): string[] => [
    ...[
        "patch",
        object,
        NAMESPACE,
        `--field-manager=${manager}`,
        "--type=merge",
        "-p",
        JSON.stringify(change),
        ...more,
    ],
];

/** The changes that are made, and what must be reported: object → fields, each with the field manager that wrote it. */
const PLAYED: Readonly<Record<string, readonly [string[], Readonly<Record<string, readonly string[]>>]>> = {
    "a field that an editor changed": [
        patch("kubectl-edit", "statefulset/database", {
            spec: { template: { spec: { terminationGracePeriodSeconds: 7 } } },
        }),
        {
            "update StatefulSet registry-land/database": [
                "spec.replicas: 2 → 3, horizontal-pod-autoscaler (Update of scale)",
                "spec.template.spec.terminationGracePeriodSeconds: 180 → 7, kubectl-edit (Update)",
            ],
        },
    ],
    "a number of members that an autoscaler owns": [
        patch("horizontal-pod-autoscaler", "statefulset/database", { spec: { replicas: 3 } }, "--subresource=scale"),
        {},
    ],
    "a status, which nobody declares": [
        patch(
            "some-controller",
            "statefulset/database",
            { status: { conditions: [{ type: "Played", status: "True" }] } },
            "--subresource=status",
        ),
        {},
    ],
    "a label that was added": [
        ["label", "service/leader", NAMESPACE, "team=x"],
        { "update Service registry-land/leader": ["metadata.labels.team: none → x, kubectl-label (Update)"] },
    ],
    "an object that was deleted": [
        ["delete", "poddisruptionbudget/database", NAMESPACE],
        { "delete PodDisruptionBudget registry-land/database": [] },
    ],
    "a rule in a default-deny": [
        patch("kubectl-patch", "networkpolicy/default-deny", {
            spec: { ingress: [{ from: [{ namespaceSelector: {} }] }] },
        }),
        {
            "update NetworkPolicy registry-land/default-deny": [
                'spec.ingress[0]: none → {"from":[{"namespaceSelector":{}}]}, kubectl-patch (Update)',
            ],
        },
    ],
    "an address in a policy that has one": [
        [
            ...["patch", "networkpolicy/gate", NAMESPACE, "--field-manager=kubectl-patch", "--type=json", "-p"],
            JSON.stringify([
                { op: "add", path: "/spec/egress/-", value: { to: [{ ipBlock: { cidr: "192.0.2.0/24" } }] } },
            ]),
        ],
        {
            "update NetworkPolicy registry-land/gate": [
                'spec.egress[1]: none → {"to":[{"ipBlock":{"cidr":"192.0.2.0/24"}}]}, kubectl-patch (Update)',
            ],
        },
    ],
    "a policy beside the declared ones": [
        ["create", NAMESPACE, "-f", "open.json"],
        {
            "create NetworkPolicy registry-land/open": [
                `spec: none → ${JSON.stringify({ ingress: [{}], podSelector: {}, policyTypes: ["Ingress"] })}, kubectl-create (Update)`,
            ],
        },
    ],
    "a Secret's data": [
        patch("kubectl-patch", "secret/database-repositories", {
            data: { "own.conf": Buffer.from(WRITTEN).toString("base64") },
        }),
        {
            "update Secret registry-land/database-repositories": [
                'data["own.conf"]: [secret] → [secret], kubectl-patch (Update)',
            ],
        },
    ],
    "a ConfigMap's data": [
        patch("kubectl-patch", "configmap/database", { data: { extra: "1" } }),
        { "update ConfigMap registry-land/database": ["data.extra: none → 1, kubectl-patch (Update)"] },
    ],
};

interface Drift {
    readonly code: number | null;
    readonly title: string;
    readonly report: Report;
    /** Report file → its text, for every format. */
    readonly texts: Readonly<Record<string, string>>;
}

/** @param started the site as it is declared, to which these tests also restore it */
export function describeDrift(started: () => Home): void {
    describe("drift", () => {
        /** Runs the command, and reads its reports in every format. */
        function drift(): Drift {
            const reports = mkdtempSync(join(started().path, "reports-"));
            const { code, stdout } = started().drift("--stack", "tallinn", "--reports", reports);
            const texts = Object.fromEntries(
                readdirSync(reports).map((file) => [file, readFileSync(join(reports, file), "utf8")]),
            );
            const report = schema.parse(JSON.parse(texts["report.json"] ?? ""));
            return { code, title: stdout.trim(), report, texts };
        }

        /** Digests of the state's files, and the resource version of each object that could be written. */
        function written(): string[] {
            const folder = join(started().path, "state");
            const files = readdirSync(folder, { recursive: true, withFileTypes: true, encoding: "utf8" })
                .filter((entry) => entry.isFile())
                .map(({ parentPath, name }) => join(parentPath, name))
                .map((file) => `${file} ${createHash("sha256").update(readFileSync(file)).digest("hex")}`);
            const kinds = ["namespaces", "services", "statefulsets", "configmaps", "secrets", "networkpolicies"];
            const more = ["roles", "rolebindings", "poddisruptionbudgets", "serviceaccounts", "clusterroles"];
            const columns = "custom-columns=K:.kind,S:.metadata.namespace,N:.metadata.name,V:.metadata.resourceVersion";
            const { stdout } = must(
                started().kubectl("tallinn", "get", [...kinds, ...more].join(), "--all-namespaces", "-o", columns),
            );
            return [...files, ...stdout.split("\n")].sort();
        }

        /** What {@link written} returns once controllers have nothing more to write about what was changed. */
        async function settled(): Promise<string[]> {
            for (let before = written(); ;) {
                await sleep(3_000);
                const now = written();
                if (isDeepStrictEqual(now, before)) {
                    return now;
                }
                before = now;
            }
        }

        it("is none where nobody has changed anything, in every format", () => {
            const { code, title, report, texts } = drift();
            expect([code, title, report.stacks[0]?.objects]).toEqual([0, "no drift", []]);
            expect(Object.keys(texts).sort()).toEqual(
                Object.values(FORMATS)
                    .map(({ file }) => file)
                    .sort(),
            );
        });

        it("is told object by object with who wrote what, in every format; nothing is written, and no secret shown", async () => {
            const open = join(started().path, "open.json");
            writeFileSync(open, JSON.stringify(OPEN));
            for (const [args] of Object.values(PLAYED)) {
                must(started().kubectl("tallinn", ...args.map((one) => (one === "open.json" ? open : one))));
            }
            const before = await settled();
            const { code, title, report, texts } = drift();
            expect(written()).toEqual(before);

            expect(code).toBe(2);
            const [stack] = report.stacks;
            const told = (stack?.objects ?? []).map(({ operation, kind, name, changes }) => [
                `${operation} ${kind} ${name}`,
                changes.map(({ path, before: was = "none", after: is = "none", writers = [] }) =>
                    [`${path}: ${was} → ${is}`, ...writers.map((who) => who.replace(/, \d[^)]*Z\)$/, ")"))].join(", "),
                ),
            ]);
            expect(Object.fromEntries(told)).toEqual(Object.assign({}, ...Object.values(PLAYED).map(([, one]) => one)));
            expect(stack?.flows.opened).toEqual(
                expect.arrayContaining([
                    "anywhere → all of registry-land : any port",
                    "all of the cluster → all of registry-land : any port",
                ]),
            );
            expect(title).toMatch(/^drift in tallinn: 1 deleted, 6 changed, 1 created, \d flows opened/);
            for (const [file, text] of Object.entries(texts)) {
                expect({ file, names: /drift|open/.test(text), shows: text.includes(WRITTEN) }).toEqual({
                    file,
                    names: true,
                    shows: false,
                });
                expect(text).not.toContain(Buffer.from(WRITTEN).toString("base64"));
            }
        });

        it("is taken back by an update, save for what was added, and is none then", () => {
            must(started().pulumi("up", "--stack", "tallinn", "--yes", "--skip-preview", "--refresh"));
            const { code, title } = drift();
            expect([code, title]).toEqual([2, expect.stringMatching(/^drift in tallinn: 1 created, 1 flow opened/)]);
            must(started().kubectl("tallinn", "delete", "networkpolicy/open", NAMESPACE));
            expect(drift()).toMatchObject({ code: 0, title: "no drift" });
        });
    });
}
