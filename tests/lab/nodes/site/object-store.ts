/** The declared object store on real nodes starts, locks, passes the self-test, and comes back. */
import { plan } from "../../../../infra/site/plan";
import { parseConfig } from "../../../../infra/site/config";
import { issueAuthority, issueLeaf, pemBlock } from "../../../../credentials/certificates";
import { Client, type OnNodes, declared } from "../fixture";
import { stackValues } from "../../../support/stacks";

const NAMESPACE = "object-store";
const IN_STORE = `--namespace=${NAMESPACE}`;
const CRON_JOB = "write-once-self-test";

interface Declared {
    readonly kind: string;
    readonly metadata: { readonly name: string };
}

/** @param on a site of which nothing of the object store is declared yet */
export function describeObjectStore(on: () => OnNodes): void {
    describe("a site's object store on real nodes", () => {
        let site: Client;

        /** Test values for the Secrets that the program's own authority and generator would fill. */
        async function secrets(): Promise<Record<string, Record<string, string>>> {
            const { dnsNames } = plan(parseConfig(on().site, stackValues(on().site))).objectStore;
            const authority = await issueAuthority({ commonName: "test" }, 1);
            const leaf = await issueLeaf(authority, { commonName: NAMESPACE, names: dnsNames }, 1);
            const users = {
                inspector: { secret: "inspectors-secret", right: "inspect" },
                purger: { secret: "purgers-secret", right: "purge" },
                "self-test": { secret: "testers-secret", right: "backup", bucket: "self-test" },
                "self-test-viewer": { secret: "readers-secret", right: "read", bucket: "self-test" },
            };
            return {
                tls: {
                    "tls.key": pemBlock(leaf, "PRIVATE KEY"),
                    "tls.crt": pemBlock(leaf, "CERTIFICATE"),
                    "ca.crt": pemBlock(authority, "CERTIFICATE"),
                },
                accounts: Object.fromEntries(Object.entries(users).map(([user, { secret }]) => [user, secret])),
                users: { "users.json": JSON.stringify(users) },
            };
        }

        beforeAll(async () => {
            const { home, site: name } = on();
            site = new Client(home, name, NAMESPACE);
            const made = await secrets();
            const objects = await declared(home, name, "object-store-", "dns-", "embassy-");
            await site.apply(
                ...(objects as Declared[]).map((object) =>
                    object.kind === "Secret" ? { ...object, stringData: made[object.metadata.name] } : object,
                ),
            );
            await site.run("rollout", "status", "statefulset/object-store", IN_STORE, "--timeout=240s");
        }, 900_000);

        /** Runs the self-test under this name with changed variables. @returns how the container ended */
        async function selfTest(
            name: string,
            variables: Readonly<Record<string, string>> = {},
        ): Promise<{ exitCode: number; message?: string }> {
            const create = [
                "create",
                "job",
                name,
                `--from=cronjob/${CRON_JOB}`,
                IN_STORE,
                "--dry-run=client",
                "-o",
                "json",
            ];
            const job = JSON.parse(await site.run(...create)) as {
                spec: { template: { spec: { containers: { env: { name: string; value: string }[] }[] } } };
            };
            for (const variable of job.spec.template.spec.containers[0]?.env ?? []) {
                variable.value = variables[variable.name] ?? variable.value;
            }
            await site.apply(job);
            const pod = `--selector=job-name=${name}`;
            for (;;) {
                const state = "jsonpath={.items[0].status.containerStatuses[0].state.terminated}";
                const ended = await site.run("get", "pods", IN_STORE, pod, "-o", state).catch(() => "");
                if (ended !== "") {
                    return JSON.parse(ended) as { exitCode: number; message?: string };
                }
                await new Promise((resolve) => setTimeout(resolve, 500));
            }
        }

        it("keeps what is locked, whoever wants it gone, also after its pod is gone", async () => {
            await expect(selfTest("first")).resolves.toMatchObject({ exitCode: 0 });
            await site.run("delete", "pod", "object-store-0", IN_STORE);
            await site.run("rollout", "status", "statefulset/object-store", IN_STORE, "--timeout=240s");
            await expect(selfTest("second")).resolves.toMatchObject({ exitCode: 0 });
        });

        it("says on the pod itself what is broken", async () => {
            // The self-test expects more days than the store was configured with.
            const end = await selfTest("third", { OBJECT_LOCK_DAYS: "60", PATIENCE_SECONDS: "5" });
            expect(end.exitCode).toBe(1);
            expect(end.message).toContain("A version in self-test was acknowledged before it was locked");
        });
    });
}
