/** What an API server writes down is soon in the other site's store, and nobody of its own site gets it out of there again. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { AUDIT_SHIPPER, auditBucket } from "../../../infra/conventions/audit";
import { objectStoreName, planNetwork } from "../../../infra/networking/addresses";
import { OBJECT_STORE, OBJECT_STORE_REGION } from "../../../infra/storage/plan-object-store";
import { repoRoot } from "../../../command-line/paths";
import { stackConfig } from "../../../toolchain/cli/stack-config";
import { processesIn } from "../../lab/nodes/fixture";
import { type Home, must } from "../../support/home";
import type { Answer, Asking } from "../../support/in-store";
import { TYPESCRIPT } from "../../../command-line/typescript";

const WAIT_MS = 120_000;

/** @param started both sites, which write */
export function describeAuditLog(started: () => Home): void {
    describe("the audit log", () => {
        const inKubernetes = "--namespace=kube-system";
        /** Nobody has a ConfigMap of this name, so that only the log knows it. */
        const asked = `asked-${Date.now()}`;

        function secret(site: string, namespace: string, name: string, key: string): string {
            const args = ["get", "secret", name, `--namespace=${namespace}`, "-o", "json"];
            const { data } = JSON.parse(must(started().kubectl(site, ...args)).stdout) as {
                data: Record<string, string>;
            };
            return Buffer.from(data[key] ?? "", "base64").toString();
        }

        /** Asks Luxembourg's store from where Tallinn's audit shipper is, which is let in there. */
        function ask(requests: Asking["requests"]): Answer[] {
            const { objectStore: address = "" } = planNetwork(stackConfig("tallinn")).peers["luxembourg"] ?? {};
            const id = must(
                started().kubectl(
                    "tallinn",
                    "get",
                    "pods",
                    inKubernetes,
                    `--selector=app.kubernetes.io/name=${AUDIT_SHIPPER}`,
                    "-o",
                    "jsonpath={.items[0].status.containerStatuses[0].containerID}",
                ),
            ).stdout;
            const asking: Asking = {
                address,
                host: objectStoreName("luxembourg"),
                authority: secret("tallinn", "kube-system", AUDIT_SHIPPER, "authority.crt"),
                region: OBJECT_STORE_REGION,
                requests,
            };
            const program = [...TYPESCRIPT, join(repoRoot, "tests", "support", "in-store.ts")];
            const { status, stdout, stderr } = spawnSync(
                "nsenter",
                [`--net=/proc/${processesIn(id)[0]}/ns/net`, process.execPath, ...program],
                { cwd: repoRoot, input: JSON.stringify(asking), encoding: "utf8" },
            );
            if (status !== 0) {
                throw new Error(stderr);
            }
            return JSON.parse(stdout) as Answer[];
        }

        it("has who read what, and is in the other site's store soon, where it is read back", async () => {
            const home = started();
            expect(home.kubectl("tallinn", "get", "configmap", asked).code).toBe(1);
            // It looks at its start, too.
            must(
                home.kubectl(
                    "tallinn",
                    "rollout",
                    "status",
                    `daemonset/${AUDIT_SHIPPER}`,
                    inKubernetes,
                    "--timeout=120s",
                ),
            );
            must(
                home.kubectl(
                    "tallinn",
                    "delete",
                    "pod",
                    inKubernetes,
                    `--selector=app.kubernetes.io/name=${AUDIT_SHIPPER}`,
                ),
            );
            const since = ["--since", new Date(Date.now() - WAIT_MS).toISOString()];
            let [code, records]: [number | null, string[]] = [null, []];
            for (const deadline = Date.now() + WAIT_MS; Date.now() < deadline && records.length === 0;) {
                await sleep(1_000);
                const read = home.lab("audit", "tallinn", ...since);
                code = read.code;
                records = read.stdout.split("\n").filter((line) => line.includes(asked));
            }
            expect(code).toBe(0);
            const [record = "{}"] = records;
            expect(JSON.parse(record)).toMatchObject({
                verb: "get",
                user: { groups: expect.arrayContaining(["system:masters"]) as string[] },
                objectRef: { resource: "configmaps", name: asked },
            });
        });

        it("is locked there, and neither removed, shortened nor read with the key that the site's own administrator can have", () => {
            const Bucket = auditBucket("tallinn");
            const inspector = {
                user: "inspector",
                secret: secret("luxembourg", OBJECT_STORE, "accounts", "inspector"),
            };
            const [listed] = ask([{ ...inspector, command: "ListObjectVersions", input: { Bucket } }]);
            const { Versions: [{ Key, VersionId } = { Key: "", VersionId: "" }] = [] } = (
                listed as { answered: { Versions?: { Key: string; VersionId: string }[] } }
            ).answered;
            const version = { Bucket, Key, VersionId };
            const [held] = ask([{ ...inspector, command: "GetObjectRetention", input: version }]);
            const { Retention } = (held as { answered: { Retention: { Mode: string; RetainUntilDate: string } } })
                .answered;
            const days = (Date.parse(Retention.RetainUntilDate) - Date.now()) / 86_400_000;
            expect([Retention.Mode, Math.round(days)]).toEqual([
                "COMPLIANCE",
                stackConfig("luxembourg").storage.objectLockDays,
            ]);

            const own = {
                user: `${AUDIT_SHIPPER}-tallinn`,
                secret: secret("tallinn", "kube-system", AUDIT_SHIPPER, "secret"),
            };
            const answers = ask([
                { ...own, command: "DeleteObject", input: version },
                { ...own, command: "DeleteObject", input: { Bucket, Key } },
                { ...own, command: "GetObject", input: { Bucket, Key } },
                { ...own, command: "ListObjectsV2", input: { Bucket } },
                { ...own, command: "PutObject", input: { Bucket: "registry-land", Key: "x", Body: "x" } },
                { ...own, command: "PutObjectLegalHold", input: { ...version, LegalHold: { Status: "OFF" } } },
                { ...own, command: "PutObjectRetention", input: { ...version, Retention: { Mode: "GOVERNANCE" } } },
            ]);
            expect(answers.map((answer) => ("refused" in answer ? answer.refused : answer))).toEqual(
                answers.map(() => expect.stringMatching(/^(AccessDenied|NotImplemented|MethodNotAllowed)$/) as string),
            );
        });
    });
}
