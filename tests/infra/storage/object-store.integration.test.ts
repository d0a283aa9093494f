/** The object store as the program declares it, on real nodes: it starts, locks, withstands the self-test, and comes back. */
import * as fs from "node:fs";
import { plan } from "../../../infra/site/plan";
import { parseConfig } from "../../../infra/site/config";
import * as lab from "../../../lab/lab";
import { issueAuthority, issueLeaf, pemBlock } from "../../../credentials/certificates";
import { Client, declared, describeNodes, makeHome, why } from "../../lab/nodes/fixture";
import type { Status } from "../../../agents/retention-agent/statistics";
import { stackValues } from "../../support/stacks";

jest.setTimeout(300_000);

const SITE = "tallinn";
const NAMESPACE = "object-store";
const IN_STORE = `--namespace=${NAMESPACE}`;
const CRON_JOB = "write-once-self-test";

interface Declared {
    readonly kind: string;
    readonly metadata: { readonly name: string };
}

describeNodes(`a site's object store on real nodes${why}`, () => {
    let home: string;
    let site: Client;

    /** In the place of what the program's own authority and generator would have made. */
    async function secrets(): Promise<Record<string, Record<string, string>>> {
        const { dnsNames } = plan(parseConfig(SITE, stackValues(SITE))).objectStore;
        const authority = await issueAuthority({ commonName: "test" }, 1);
        const leaf = await issueLeaf(authority, { commonName: NAMESPACE, names: dnsNames }, 1);
        const users = {
            "retention-agent": { secret: "retention-secret", right: "retain" },
            "self-test": { secret: "testers-secret", right: "backup", bucket: "self-test" },
        };
        return {
            tls: {
                "tls.key": pemBlock(leaf, "PRIVATE KEY"),
                "tls.crt": pemBlock(leaf, "CERTIFICATE"),
                "ca.crt": pemBlock(authority, "CERTIFICATE"),
            },
            accounts: {
                administrator: "administrators-secret",
                "retention-agent": users["retention-agent"].secret,
                "self-test": users["self-test"].secret,
            },
            users: { "users.json": JSON.stringify(users) },
        };
    }

    beforeAll(async () => {
        home = makeHome();
        site = new Client(home, SITE, NAMESPACE);
        await lab.up([SITE], { home, nodes: "real" });
        const made = await secrets();
        const objects = await declared(home, SITE, "object-store-", "dns-", "embassy-");
        await site.apply(
            ...(objects as Declared[]).map((object) =>
                object.kind === "Secret" ? { ...object, stringData: made[object.metadata.name] } : object,
            ),
        );
        await site.run("rollout", "status", "statefulset/object-store", IN_STORE, "--timeout=240s");
    }, 900_000);

    afterAll(async () => {
        await lab.down([SITE], { home, deleteData: true });
        fs.rmSync(home, { recursive: true, force: true });
    });

    async function retention(): Promise<Status> {
        const said = await site.inside("object-store-0", "retention-agent", "node", "/usr/lib/agents/status.cjs");
        return JSON.parse(said) as Status;
    }

    /** The first sweep that began after now, or a later one. */
    async function nextSweep(): Promise<NonNullable<Status["lastSweep"]>> {
        const before = (await retention()).lastSweep?.at;
        for (;;) {
            const { lastSweep } = await retention();
            if (lastSweep !== undefined && lastSweep.at !== before) {
                return lastSweep;
            }
            await new Promise((resolve) => setTimeout(resolve, 500));
        }
    }

    /** Runs the self-test under this name, with the variables changed. @returns the container's end */
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

    it("keeps what is locked, whoever wants it gone", async () => {
        await expect(selfTest("first")).resolves.toMatchObject({ exitCode: 0 });
        expect((await retention()).locked).toBeGreaterThan(0);
    });

    it("has everything again after its pod is gone, and goes on locking", async () => {
        const before = await nextSweep();
        await site.run("delete", "pod", "object-store-0", IN_STORE);
        await site.run("rollout", "status", "statefulset/object-store", IN_STORE, "--timeout=240s");
        const after = await nextSweep();
        expect(after.versions).toBe(before.versions);
        await expect(selfTest("second")).resolves.toMatchObject({ exitCode: 0 });
        expect((await nextSweep()).versions).toBeGreaterThan(before.versions);
        expect(after.failures).toEqual([]);
    });

    it("says on the pod itself what is broken", async () => {
        // As if the retention agent had been told of a shorter time.
        const end = await selfTest("third", { OBJECT_LOCK_DAYS: "60", PATIENCE_SECONDS: "5" });
        expect(end.exitCode).toBe(1);
        expect(end.message).toContain("A version in self-test was not locked within 5 seconds.");
    });
});
