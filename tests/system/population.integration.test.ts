/** One registry from end to end, on real nodes: it is written at home, followed abroad, and restored as it was at an instant. */
import { cpSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { PROJECT } from "../../infra/conventions/names";
import { POSTGRES_PROGRAMS } from "../../infra/conventions/postgres";
import { type RegistryKeys, registryKeys } from "../../infra/keys/registry-keys";
import type { Visit } from "../../start/edge";
import { SitePaths } from "../../lab/paths";
import { runningCommands } from "../../lab/processes/identity";
import type { Comparison } from "../../restore/compare";
import { backupsOf } from "../../restore/look";
import { type Source, storeOf } from "../../restore/source";
import { describeNodes, inContainer, why } from "../lab/nodes/fixture";
import { Home, must } from "../support/home";
import { BackupJobs } from "./backup-jobs";

const MINUTES = 60_000;
jest.setTimeout(20 * MINUTES);

interface Report {
    readonly site: string;
    readonly asExpected: boolean;
    readonly digests: { readonly population: Readonly<Record<string, string>> };
}

interface Moment {
    readonly at: string;
    /** The path of a file with the digests of all tables. */
    readonly file: string;
}

interface Lost {
    readonly acknowledged: number;
    /** Sequence numbers. */
    readonly lost: readonly number[];
}

describeNodes(`the population registry${why}`, () => {
    const SITES = ["tallinn", "luxembourg"];
    /** Luxembourg comes first, because its store must know the users of new keys before Tallinn uses them. */
    const PARTNER_FIRST = SITES.toReversed();
    const ROTATED = { generations: "{population: [2]}" };
    const namespace = "--namespace=registry-population";
    let home: Home;
    /** An instant before the keys were rotated. */
    let before: Moment;

    beforeAll(() => {
        home = new Home("population", "cache", "images").only("population");
        must(home.lab("up", ...SITES, "--nodes", "real"));
        SITES.forEach((site) => home.up(site));
        must(home.data("load", "--site", "tallinn", "--people", "3000"));
    });
    afterAll(() => {
        home.restore("--remove");
        home.remove();
    });

    function digests(site: string): string {
        return must(home.data("digest", "--site", site, "--json")).stdout;
    }

    /** Writes, and records the registry's digests and an instant between the last commit and the next one. */
    function moment(name: string): Moment {
        must(home.data("write", "--site", "tallinn", "--rate", "20", "--for", "2s"));
        const file = join(home.path, `${name}.json`);
        writeFileSync(file, digests("tallinn"));
        return { at: new Date().toISOString(), file };
    }

    function luxembourg(): Source {
        return storeOf(new SitePaths(home.path, "luxembourg"));
    }

    /** Runs kubectl in Tallinn. @returns its output */
    function kubectl(...args: string[]): string {
        return must(home.kubectl("tallinn", ...args)).stdout.trim();
    }

    function complete(job: string): void {
        kubectl("wait", namespace, `job/${job}`, "--for=condition=complete", "--timeout=300s");
    }

    /** Runs SQL as the superuser in the leader's pod, which is possible only with access to the machine. */
    async function sql(statement: string): Promise<string> {
        const leader = ["get", "pods", namespace, "--selector=role=primary", "-o"];
        const psql = [`${POSTGRES_PROGRAMS}/psql`, "--host=/run/postgresql", "--dbname=population", "-Atc", statement];
        return inContainer(
            kubectl(...leader, 'jsonpath={..containerStatuses[?(@.name=="database")].containerID}'),
            psql,
        );
    }

    /** Waits for up to a minute. @returns whether the condition holds */
    async function until(holds: () => boolean | Promise<boolean>): Promise<boolean> {
        const deadline = Date.now() + MINUTES;
        while (Date.now() < deadline) {
            if (await holds()) {
                return true;
            }
            await sleep(1_000);
        }
        return false;
    }

    it("is the same in Luxembourg as in Tallinn, row for row", () => {
        must(home.data("lag", "--site", "luxembourg"));
        expect(JSON.parse(digests("luxembourg"))).toEqual(JSON.parse(digests("tallinn")));
    });

    it("is entered by nobody, an administrator neither, who is told how", () => {
        const [leader = ""] = kubectl("get", "pods", namespace, "--selector=role=primary", "-o", "name").split("\n");
        const { code, output } = home.kubectl("tallinn", "exec", namespace, leader, "--container=database", "--", "id");
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

    it("is stored in both sites' stores", () => {
        ["own", "partner"].forEach((use) => complete(`store-first-${use}`));
        expect(SITES.map((site) => home.restore("--from", site, "--at", "2000-01-01T00:00:00Z").output)).toEqual(
            SITES.map(() => expect.stringMatching(/is before the first backup of population: there are/) as string),
        );
    });

    it("is stored at the next try where its store goes away in the middle, which the first one says", async () => {
        const says = async (job: string, words: RegExp): Promise<void> => {
            // The output is empty until the Job's pod has started.
            const log = (): string =>
                home.kubectl("tallinn", "logs", namespace, `--selector=job-name=${job}`, "--tail=-1").stdout;
            for (const deadline = Date.now() + 3 * MINUTES; Date.now() < deadline && !words.test(log());) {
                await sleep(200);
            }
            expect(log()).toMatch(words);
        };
        const scale = ["scale", "--namespace=object-store", "statefulset/object-store"];

        kubectl("create", "job", "interrupted", namespace, "--from=cronjob/store-full");
        await says("interrupted", /backup command begin/);
        kubectl(...scale, "--replicas=0");
        kubectl("delete", "pod", "object-store-0", "--namespace=object-store", "--grace-period=0", "--force");
        await says("interrupted", /unable to connect to 'objects\.tallinn\.embassy\.internal:443'/);
        kubectl(...scale, "--replicas=1");
        complete("interrupted");

        kubectl("create", "job", "verified", namespace, "--from=cronjob/store-verify");
        complete("verified");
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

    it("is stored with other keys from then on, without a pause for who writes", async () => {
        before = moment("before");
        const journaled = ["--journal", join(home.path, "rotation.jsonl")];
        const writing = ["--rate", "20", "--for", "120s", ...journaled];
        const written = once(home.startData("write", "--site", "tallinn", ...writing), "exit");
        PARTNER_FIRST.forEach((site) => home.declare(site, { generations: "{population: [1, 2]}" }));
        ["own", "partner"].forEach((use) => complete(`store-first-${use}-2`));
        PARTNER_FIRST.forEach((site) => home.declare(site, ROTATED));
        expect(await written).toEqual([0, null]);
        const { lost } = JSON.parse(
            must(home.data("lost", "--site", "tallinn", ...journaled, "--json")).stdout,
        ) as Lost;
        expect(lost).toEqual([]);
    });

    /** The folders, files and processes that have the name of a site. */
    async function traces(site: string): Promise<string[]> {
        const folders = ["lab", "restore", "stacks", join("state", ".pulumi", "stacks", PROJECT)];
        const files = folders.flatMap((folder) => readdirSync(join(home.path, folder)));
        const { directory } = new SitePaths(home.path, site);
        const commands = (await runningCommands()).map(({ argv }) => argv.join(" "));
        return [
            ...files.filter((file) => file.includes(site)),
            ...commands.filter((command) => command.includes(`${directory}/`)),
        ];
    }

    it("comes back at an instant that was not stored yet, after a restore of it was killed half way; once it answers, a kill leaves it", async () => {
        const { file } = moment("waited");
        // Nobody writes before this instant, so everything that is stored until then ends before it.
        const at = new Date(Date.now() + 30_000).toISOString();
        const args = ["--from", "luxembourg", "--at", at, "--expect", file];
        const refused = home.restore(...args, "--wait", "1s");
        const [, due = ""] = /stores what follows by (\S+),.*--wait/.exec(refused.output) ?? [];
        expect([refused.code, Date.parse(due) > Date.parse(at)]).toEqual([1, true]);

        /** Kills the restore once `isThen` holds. The Pulumi CLI that it started goes on. */
        const killedOnce = async (isThen: () => boolean): Promise<void> => {
            const restoring = home.startRestore(...args, "--wait", "5m");
            const ended = once(restoring, "exit");
            for (
                const deadline = Date.now() + 8 * MINUTES;
                Date.now() < deadline && restoring.exitCode === null && !isThen();
            ) {
                await sleep(50);
            }
            restoring.kill("SIGKILL");
            expect(await ended).toEqual([null, "SIGKILL"]);
        };
        const inHome = (...names: string[]): boolean => existsSync(join(home.path, ...names));
        const isHalf = (): boolean => inHome("state", "journals", PROJECT, "restore.jsonl");
        await killedOnce(isHalf);
        expect(inHome("restore", "restore.unfinished")).toBe(true);
        let [isGone, isAgain] = [false, false];
        await killedOnce(() => {
            isGone ||= home.said().includes("what a run left that was killed is taken down") && !isHalf();
            isAgain ||= isGone && isHalf();
            // The marker file stays until the restored site answers.
            return isAgain && !inHome("restore", "restore.unfinished");
        });
        const again = home.restore(...args, "--wait", "5m");
        expect([again.code, again.output]).toEqual([1, expect.stringContaining("There is a site restore already")]);
        expect(await until(() => home.data("digest", "--site", "restore", "--json").code === 0)).toBe(true);
        expect(JSON.parse(digests("restore"))).toEqual(JSON.parse(readFileSync(file, "utf8")));
        must(home.restore("--remove"));
        expect(await traces("restore")).toEqual([]);
    });

    it("comes back at both ends of the range that is printed", () => {
        const { output } = home.restore("--from", "luxembourg", "--at", "2000-01-01T00:00:00Z");
        const [, ...bounds] = /there are instants from (\S+) to (\S+Z)\./.exec(output) ?? [];
        const named = bounds.map((at, index) => ({ at, name: index === 0 ? "first" : "last" }));
        expect(named.length).toBe(2);
        for (const { at, name } of named) {
            const report = JSON.parse(
                must(home.restore("--name", name, "--from", "luxembourg", "--at", at, "--json")).stdout,
            ) as Report;
            expect(report).toMatchObject({ site: `restore-${name}`, at, problems: [] });
            must(home.restore("--remove", "--name", name));
        }
    });

    it("comes back as it was before and after that, off a store's disk and beside it out of a copy, with every site stopped, and is told from what it was not", async () => {
        const after = moment("after");
        await sql("DROP TABLE population.marriage CASCADE");
        const segment = await sql("SELECT pg_walfile_name(pg_switch_wal())");
        // A segment counts as archived once it is stored in both sites.
        const deadline = Date.now() + 3 * MINUTES;
        while ((await sql("SELECT last_archived_wal FROM pg_stat_archiver")) < segment && Date.now() < deadline) {
            await sql("SELECT pg_sleep(1)");
        }
        must(home.lab("down", ...SITES));
        // The copy has the objects' names and content, but not the store's metadata, as if it came from a bucket.
        const copy = join(home.path, "copy");
        cpSync(await luxembourg().bucket("population"), copy, { recursive: true });

        const environments = [
            { site: "restore", named: [], ...before },
            { site: "restore-audit", named: ["--name", "audit", "--copy", copy], ...after },
        ];
        for (const { site, named, at, file } of environments) {
            const args = [...named, "--from", "luxembourg", "--at", at, "--expect", file, "--json"];
            const report = JSON.parse(must(home.restore(...args)).stdout) as Report;
            expect(report).toMatchObject({ site, asExpected: true });
            expect(report.digests.population).toHaveProperty("marriage");
            expect(home.restore(...args).output).toContain(`There is a site ${site} already`);
        }
        for (const { site, file } of environments) {
            expect(JSON.parse(digests(site))).toEqual(JSON.parse(readFileSync(file, "utf8")));
        }
        expect(await traces("restore-audit")).not.toEqual([]);
        must(home.restore("--remove", "--name", "audit"));
        expect(await traces("restore-audit")).toEqual([]);
        rmSync(copy, { recursive: true });
        expect(JSON.parse(digests("restore"))).toEqual(JSON.parse(readFileSync(before.file, "utf8")));
        must(home.restore("--remove"));
        const wrong = home.restore("--from", "luxembourg", "--at", after.at, "--expect", before.file);
        expect(wrong.output).toContain("NOT every digest is the expected one.");
        expect(wrong.code).toBe(1);
    });

    it("comes back in an environment that is Luxembourg's, object for object, save for the declared fields", () => {
        must(home.lab("up", "luxembourg"));
        const compared = JSON.parse(must(home.restore("--compare", "luxembourg", "--json")).stdout) as Comparison;
        expect(compared.objects.environment).toBeGreaterThan(0);
        expect(compared.undeclared).toEqual([]);
        must(home.restore("--remove"));
    });

    describe("of which a backup is damaged", () => {
        const isSegment = /^archive\/.*\/[0-9A-F]{24}-[^/]*$/;
        const isBackup = /^backup\/.*\/bundle\/[^/]*$/;

        function flip(file: string): void {
            const bytes = readFileSync(file);
            bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
            writeFileSync(file, bytes);
        }

        it.each([
            ["a byte of the log", isSegment, flip, /invalid/],
            ["a segment of the log", isSegment, rmSync, /missing/],
            ["a byte of a backup", isBackup, flip, /invalid/],
            ["a file of a backup", isBackup, rmSync, /missing/],
        ])("is not restored at all, and what is damaged is named: %s", async (_, which, damage, found) => {
            const bucket = await luxembourg().bucket("population");
            const folder = join(bucket, "generation-2");
            const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => which.test(file));
            // It is not the newest segment: without that the log would be intact, and only end earlier.
            const name = files.sort().at(-2) ?? files.at(-1) ?? "";
            const whole = join(home.path, "whole");
            cpSync(join(folder, name), whole, { preserveTimestamps: true });
            damage(join(folder, name));
            const { code, output } = home.restore("--from", "luxembourg");
            cpSync(whole, join(folder, name), { preserveTimestamps: true });

            const [kind, , ...path] = name.split("/");
            expect(output).toContain(kind === "archive" ? basename(name).slice(0, 24) : path[0]);
            expect(output).toMatch(found);
            expect(code).toBe(1);
            expect(existsSync(join(home.path, "lab", "restore"))).toBe(false);
        });

        it("does not open with another key", async () => {
            const keysOf = (): RegistryKeys => registryKeys("population", "not the secret");
            await expect(backupsOf(luxembourg(), "population", keysOf)).rejects.toThrow(/do not open with the key/);
        });
    });

    describe("whose home is cut off, in the middle of writing", () => {
        const RATE = 50;
        const journal = (primary: string): string => join(home.path, `${primary}.jsonl`);

        /** Cuts off the primary while it writes, lets it write for as long as it can, and then promotes the standby. */
        async function cutOff(primary: string, standby: string, ...options: string[]): Promise<Lost> {
            const journaled = ["--journal", journal(primary)];
            const forSeconds = ["--rate", String(RATE), "--for", "25s"];
            const ended = once(home.startData("write", "--site", primary, ...forSeconds, ...journaled), "exit");
            await sleep(10_000);
            must(home.lab("cut"));
            await ended;
            home.declare(standby, { ...ROTATED, role: "primary" }, ...options);
            return JSON.parse(home.data("lost", "--site", standby, ...journaled, "--json").stdout) as Lost;
        }

        it("has all that was acknowledged in the other site, where that was waited for, and writes there", async () => {
            must(home.lab("up", ...SITES));
            // The site has a synchronous standby within itself, as every site has that has been up for a while.
            const synchronous = ["configmap/population-sync", "-o", "jsonpath={.metadata.annotations.sync_standby}"];
            expect(await until(() => home.kubectl("tallinn", "get", namespace, ...synchronous).stdout !== "")).toBe(
                true,
            );
            SITES.forEach((site) => home.declare(site, { ...ROTATED, acrossSites: "sync" }));
            must(home.data("lag", "--site", "luxembourg"));
            const waitedFor = async (): Promise<boolean> =>
                (await sql("SHOW synchronous_standby_names")) === "ANY 2 (*)";
            expect(await until(waitedFor)).toBe(true);
            const { acknowledged, lost } = await cutOff("tallinn", "luxembourg");
            expect(acknowledged).toBeGreaterThan(0);
            expect(lost).toEqual([]);
            // `up` ends once the members have the new configuration; the leader is promoted some seconds later.
            const writes = (): boolean =>
                home.data("write", "--site", "luxembourg", "--rate", "10", "--for", "1s").code === 0;
            expect(await until(writes)).toBe(true);
        });

        it("follows the other site once they are linked again", async () => {
            must(home.lab("heal"));
            home.declare("tallinn", { ...ROTATED, role: "standby" });
            const written = digests("luxembourg");
            const deadline = Date.now() + MINUTES;
            while (home.data("digest", "--site", "tallinn", "--json").stdout !== written && Date.now() < deadline) {
                await sleep(1_000);
            }
            expect(JSON.parse(digests("tallinn"))).toEqual(JSON.parse(written));
        });

        it("has all but less than a second's in the other site, where that is waited for only when it is late", async () => {
            const { acknowledged, lost } = await cutOff("luxembourg", "tallinn", "--accept-loss");
            expect(acknowledged).toBeGreaterThan(0);
            expect(lost.length).toBeLessThanOrEqual(RATE);
        });
    });
});
