/** One registry on real nodes is followed abroad, stored whatever is interrupted, and written there once home is cut off. */
import type { ChildProcess } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Visit } from "../../../start/edge";
import type { SiteAnswer } from "../../../monitoring/ask";
import { describeNodes, why } from "../../lab/nodes/fixture";
import { type Home, must } from "../../support/home";
import { type Lost, OneRegistry, SITES } from "./one-registry";
import { BackupJobs } from "./backup-jobs";
import { describeAuditLog } from "../site/audit-log";

const MINUTES = 60_000;
jest.setTimeout(20 * MINUTES);

describeNodes(`the population registry in two sites${why}`, () => {
    let registry: OneRegistry;
    let home: Home;
    let opened: ChildProcess | undefined;

    beforeAll(() => {
        registry = new OneRegistry("two-sites", true);
        ({ home } = registry);
        registry.start();
    });
    afterAll(() => {
        opened?.kill();
        registry.remove();
    });

    it("is the same in Luxembourg as in Tallinn, row for row", () => {
        must(home.data("lag", "--site", "luxembourg"));
        expect(JSON.parse(registry.digests("luxembourg"))).toEqual(JSON.parse(registry.digests("tallinn")));
    });

    it("is watched in both sites, and nothing is wrong in it", async () => {
        const well = (): boolean => alerts().every(({ firing, silent }) => firing?.length === 0 && silent.length === 0);
        expect((await registry.until(well)) || alerts()).toBe(true);
    });

    it("shows that on a page, which the lab opens for a browser", async () => {
        opened = home.startLab("open", ...SITES);
        for (const site of SITES) {
            const green = async (): Promise<boolean> => (await page(site)).includes("Nothing is wrong");
            expect((await registry.until(green)) || (await page(site))).toBe(true);
        }
    });

    /** The status page of a site, or why it cannot be read. */
    async function page(site: string): Promise<string> {
        const url = new RegExp(`${site}, status page: (\\S+)`).exec(home.said())?.[1];
        return url === undefined ? home.said() : fetch(`${url}en`).then((answer) => answer.text(), String);
    }

    it("is entered by nobody, an administrator neither, who is told how", () => {
        const [leader = ""] = registry
            .kubectl("get", "pods", registry.namespace, "--selector=role=primary", "-o", "name")
            .split("\n");
        const { code, output } = home.kubectl(
            "tallinn",
            "exec",
            registry.namespace,
            leader,
            "--container=database",
            "--",
            "id",
        );
        expect([code, output]).toEqual([1, expect.stringMatching(/nobody works here: .* npm run keys -- break-glass/)]);
        const elsewhere = { EMBASSY_KUBECONFIG: join(home.path, "lab", "tallinn", "kubeconfig") };
        const refused = home.with(elsewhere).data("count", "--site", "tallinn");
        expect([refused.code, refused.output]).toEqual([
            1,
            expect.stringMatching(/nobody works here: .* name its kubeconfig with EMBASSY_KUBECONFIG/),
        ]);
    });

    it("is answered about at Luxembourg's edge: to an ally, and to none whose certificate is revoked, or who has none", () => {
        const visits = JSON.parse(
            must(home.lab("edge", "luxembourg", "--registry", "population", "--json")).stdout,
        ) as Visit[];
        expect(visits.map(({ who, asked, asExpected }) => [who, asked, asExpected])).toEqual([
            ["FI-1", "population", true],
            ["LV-1, revoked", "edge", true],
            ["no certificate", "edge", true],
        ]);
    });

    /** What those who watch the sites say. */
    function alerts(): SiteAnswer[] {
        return JSON.parse(home.alerts("--json", "--site", ...SITES).stdout) as SiteAnswer[];
    }

    /** `site alert` of each that fires. */
    function fires(): string[] {
        return alerts().flatMap(({ site, firing = [] }) => firing.map(({ alert }) => `${site} ${alert}`));
    }

    describeAuditLog(() => home);

    it("is stored at the next try where its store goes away in the middle, which the first one says", async () => {
        const says = async (job: string, words: RegExp): Promise<void> => {
            // The output is empty until the Job's pod has started.
            const log = (): string =>
                home.kubectl("tallinn", "logs", registry.namespace, `--selector=job-name=${job}`, "--tail=-1").stdout;
            for (const deadline = Date.now() + 3 * MINUTES; Date.now() < deadline && !words.test(log());) {
                await sleep(200);
            }
            expect(log()).toMatch(words);
        };
        const scale = ["scale", "--namespace=object-store", "statefulset/object-store"];

        // A member lets one backup of it be made at a time, and the first ones begin by themselves.
        ["own", "partner"].forEach((use) => registry.complete(`store-first-${use}`));
        registry.kubectl("create", "job", "interrupted", registry.namespace, "--from=cronjob/store-full");
        await says("interrupted", /backup command begin/);
        registry.kubectl(...scale, "--replicas=0");
        const now = ["--grace-period=0", "--force", "--ignore-not-found"];
        registry.kubectl("delete", "pod", "object-store-0", "--namespace=object-store", ...now);
        await says("interrupted", /unable to connect to 'objects\.tallinn\.embassy\.internal:443/);
        registry.kubectl(...scale, "--replicas=1");
        registry.complete("interrupted");

        registry.kubectl("create", "job", "verified", registry.namespace, "--from=cronjob/store-verify");
        registry.complete("verified");
        await says("verified", /status: ok/);
    });

    it("is stored at once where a Job was killed, and status names a purge that failed until one ends well", async () => {
        const jobs = new BackupJobs(home, "tallinn", "population");
        const store = "--namespace=object-store";
        jobs.begin("store-full", "killed");
        await jobs.until(() => jobs.runs("killed"));
        process.kill(jobs.processOf(jobs.pod("killed")), "SIGKILL");
        jobs.begin("store-diff", "at-once");
        jobs.beginFor(1, "purge", "cut-short", store);
        expect(jobs.status()).toMatchObject({
            code: 1,
            output: expect.stringMatching(/object store, purge: Job cut-short failed: DeadlineExceeded/) as string,
        });
        ["killed", "at-once"].forEach((job) => jobs.complete(job));
        // The verification must not take the remains of the killed Job for damage.
        jobs.begin("store-verify", "whole");
        jobs.begin("purge", "again", store);
        jobs.complete("whole");
        jobs.complete("again", store);
        await jobs.until(() => jobs.status().code === 0);
    });

    describe("whose home is cut off, in the middle of writing", () => {
        const RATE = 50;
        const journal = (primary: string): string => join(home.path, `${primary}.jsonl`);

        const hasAcknowledged = (primary: string): boolean =>
            existsSync(journal(primary)) && readFileSync(journal(primary), "utf8").includes('"acknowledged"');

        /** Cuts off the primary while it writes, lets it write for as long as it can, and then promotes the standby. */
        async function cutOff(
            primary: string,
            standby: string,
            options: readonly string[] = [],
            before: () => Promise<void> = () => Promise.resolve(),
        ): Promise<Lost> {
            const journaled = ["--journal", journal(primary)];
            const writer = home.startData(
                "write",
                "--site",
                primary,
                "--rate",
                String(RATE),
                "--for",
                "120s",
                ...journaled,
            );
            const ended = once(writer, "exit");
            expect((await registry.until(() => hasAcknowledged(primary))) || home.said()).toBe(true);
            await sleep(10_000);
            must(home.lab("cut"));
            await sleep(15_000);
            writer.kill();
            await ended;
            await before();
            home.declare(standby, { role: "primary" }, ...options);
            return JSON.parse(home.data("lost", "--site", standby, ...journaled, "--json").stdout) as Lost;
        }

        it("has all that was acknowledged in the other site, where that was waited for, and writes there", async () => {
            must(home.lab("up", ...SITES));
            // The site has a synchronous standby within itself, as every site has that has been up for a while.
            const synchronous = ["configmap/population-sync", "-o", "jsonpath={.metadata.annotations.sync_standby}"];
            expect(
                await registry.until(
                    () => home.kubectl("tallinn", "get", registry.namespace, ...synchronous).stdout !== "",
                ),
            ).toBe(true);
            SITES.forEach((site) => home.declare(site, { acrossSites: "sync" }));
            must(home.data("lag", "--site", "luxembourg"));
            const waitedFor = async (): Promise<boolean> =>
                (await registry.sql("SHOW synchronous_standby_names")) === "ANY 2 (*)";
            expect(await registry.until(waitedFor)).toBe(true);
            const { acknowledged, lost } = await cutOff("tallinn", "luxembourg", [], async () => {
                const told = [
                    "tallinn LeaseEnded",
                    "luxembourg PrimarySilent",
                    "tallinn OtherSiteSilent",
                    "luxembourg OtherSiteSilent",
                ];
                const all = (): boolean => told.every((one) => fires().includes(one));
                expect((await registry.until(all, 3 * MINUTES)) || fires()).toBe(true);
                // Each of the two who watch has a page, and judges at its own time.
                const red = async (): Promise<boolean> => /Act now[^]*PrimarySilent/.test(await page("luxembourg"));
                expect((await registry.until(red)) || (await page("luxembourg"))).toBe(true);
            });
            expect(acknowledged).toBeGreaterThan(0);
            expect(lost).toEqual([]);
            // `up` ends once the members have the new configuration; the leader is promoted some seconds later.
            const writes = (): boolean =>
                home.data("write", "--site", "luxembourg", "--rate", "10", "--for", "1s").code === 0;
            expect(await registry.until(writes)).toBe(true);
        });

        it("follows the other site once they are linked again", async () => {
            must(home.lab("heal"));
            home.declare("tallinn", { role: "standby" });
            const written = registry.digests("luxembourg");
            const deadline = Date.now() + MINUTES;
            while (home.data("digest", "--site", "tallinn", "--json").stdout !== written && Date.now() < deadline) {
                await sleep(1_000);
            }
            expect(JSON.parse(registry.digests("tallinn"))).toEqual(JSON.parse(written));
            const ended = (): boolean => !fires().some((one) => /LeaseEnded|PrimarySilent|OtherSiteSilent/.test(one));
            expect((await registry.until(ended)) || fires()).toBe(true);
        });

        it("has all but less than a second's in the other site, where that is waited for only when it is late", async () => {
            const { acknowledged, lost } = await cutOff("luxembourg", "tallinn", ["--accept-loss"]);
            expect(acknowledged).toBeGreaterThan(0);
            expect(lost.length).toBeLessThanOrEqual(RATE);
        });
    });
});
