/** One registry on real nodes is stored, again and again and with other keys, and restored as it was at an instant. */
import { cpSync, existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { parseInstant } from "../../../infra/conventions/instant";
import { PROJECT } from "../../../infra/conventions/names";
import { type RegistryKeys, registryKeys } from "../../../infra/keys/registry-keys";
import { SitePaths } from "../../../lab/paths";
import { runningCommands } from "../../../lab/processes/identity";
import type { Comparison } from "../../../restore/compare";
import { backupsOf } from "../../../restore/look";
import { type Source, storeOf } from "../../../restore/source";
import { describeNodes, why } from "../../lab/nodes/fixture";
import { type Home, must } from "../../support/home";
import { type Lost, type Moment, OneRegistry, SITES } from "./one-registry";
import { foundOnDisks } from "./disk";

const MINUTES = 60_000;
jest.setTimeout(20 * MINUTES);

interface Report {
    readonly site: string;
    readonly asExpected: boolean;
    readonly digests: { readonly population: Readonly<Record<string, string>> };
}

describeNodes(`the population registry${why}`, () => {
    /** Luxembourg comes first, because its store must know the users of new keys before Tallinn uses them. */
    const PARTNER_FIRST = SITES.toReversed();
    let registry: OneRegistry;
    let home: Home;
    /** Before the keys were rotated, and after that, when a table was empty and nobody wrote any more. */
    let before: Moment;
    let end: Moment;
    /** The last instant that Luxembourg's store has. */
    let last: string;

    beforeAll(() => {
        registry = new OneRegistry("population");
        ({ home } = registry);
        registry.start();
    });
    afterAll(() => registry.remove());

    function luxembourg(): Source {
        return storeOf(new SitePaths(home.path, "luxembourg"));
    }

    it("is stored in both sites' stores", () => {
        ["own", "partner"].forEach((use) => registry.complete(`store-first-${use}`));
        expect(SITES.map((site) => home.restore("--from", site, "--at", "2000-01-01T00:00:00Z").output)).toEqual(
            SITES.map(() => expect.stringMatching(/is before the first backup of population: there are/) as string),
        );
    });

    it("is stored with other keys from then on, without a pause for who writes", async () => {
        before = registry.moment("before");
        const journal = join(home.path, "rotation.jsonl");
        const journaled = ["--journal", journal];
        // It writes until all is done, and then is ended as a user ends it.
        const writer = home.startData("write", "--site", "tallinn", "--rate", "20", "--for", "10m", ...journaled);
        const written = once(writer, "exit");
        PARTNER_FIRST.forEach((site) => home.declare(site, { generations: "{population: [1, 2]}" }));
        ["own", "partner"].forEach((use) => registry.complete(`store-first-${use}-2`));
        PARTNER_FIRST.forEach((site) => home.declare(site, { generations: "{population: [2]}" }));
        const { size } = statSync(journal);
        expect(await registry.until(() => statSync(journal).size > size)).toBe(true);
        writer.kill("SIGTERM");
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
        const { file } = registry.moment("waited");
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
        expect(await registry.until(() => home.data("digest", "--site", "restore", "--json").code === 0)).toBe(true);
        expect(JSON.parse(registry.digests("restore"))).toEqual(JSON.parse(readFileSync(file, "utf8")));
        must(home.restore("--remove"));
        expect(await traces("restore")).toEqual([]);
    });

    it("comes back at the first instant of the range that is printed, with every site stopped, and is told from what it was not", async () => {
        await registry.sql("TRUNCATE population.marriage CASCADE");
        end = registry.moment("end");
        const segment = await registry.sql("SELECT pg_walfile_name(pg_switch_wal())");
        // A segment counts as archived once it is stored in both sites.
        const deadline = Date.now() + 3 * MINUTES;
        while (
            (await registry.sql("SELECT last_archived_wal FROM pg_stat_archiver")) < segment &&
            Date.now() < deadline
        ) {
            await registry.sql("SELECT pg_sleep(1)");
        }
        must(home.lab("down", ...SITES));

        const { output } = home.restore("--from", "luxembourg", "--at", "2000-01-01T00:00:00Z");
        const [, ...bounds] = /there are instants from (\S+) to (\S+Z)\./.exec(output) ?? [];
        expect(bounds.length).toBe(2);
        const [first = ""] = bounds;
        [, last = ""] = bounds;

        const asked = ["--name", "first", "--from", "luxembourg", "--at", first, "--expect", end.file];
        const wrong = home.restore(...asked);
        expect(wrong.output).toContain(`restore-first holds what luxembourg had stored by ${first}.`);
        expect(wrong.output).toContain("NOT every digest is the expected one.");
        expect(wrong.output).not.toContain("NOT verified");
        expect(wrong.code).toBe(1);
        must(home.restore("--remove", "--name", "first"));
    });

    it("comes back as it was at the last instant, off a store's disk, and beside it before the keys were rotated and a table was emptied, out of a copy", async () => {
        // The copy has the objects' names and content, but not the store's metadata, as if it came from a bucket.
        const copy = join(home.path, "copy");
        cpSync(await luxembourg().bucket("population"), copy, { recursive: true });

        const environments = [
            { site: "restore", named: [], at: last, file: end.file },
            { site: "restore-audit", named: ["--name", "audit", "--copy", copy], ...before },
        ];
        const marriages = new Set<string | undefined>();
        for (const { site, named, at, file } of environments) {
            const args = [...named, "--from", "luxembourg", "--at", at, "--expect", file, "--json"];
            const report = JSON.parse(must(home.restore(...args)).stdout) as Report;
            expect(report).toMatchObject({ site, at: parseInstant(at), asExpected: true, problems: [] });
            expect(report.digests.population).toHaveProperty("marriage");
            marriages.add(report.digests.population["marriage"]);
            expect(home.restore(...args).output).toContain(`There is a site ${site} already`);
        }
        expect(marriages.size).toBe(2);
        for (const { site, file } of environments) {
            expect(JSON.parse(registry.digests(site))).toEqual(JSON.parse(readFileSync(file, "utf8")));
        }
        expect(await traces("restore-audit")).not.toEqual([]);
        must(home.restore("--remove", "--name", "audit"));
        expect(await traces("restore-audit")).toEqual([]);
        rmSync(copy, { recursive: true });
        expect(JSON.parse(registry.digests("restore"))).toEqual(JSON.parse(readFileSync(end.file, "utf8")));
    });

    it("leaves no secret of a stack on the disks of a stopped site, whose own keys are where the threat model says", () => {
        must(home.lab("down", ...SITES));
        expect(foundOnDisks(home, "luxembourg", SITES)).toEqual({
            ofStacks: [],
            own: [
                "config/*",
                "encryption.yaml",
                "kubeconfig",
                ...["cilium.kubeconfig", "kubelet.kubeconfig", "kubelet.pem"].map((file) => `machines/*/etc/${file}`),
                "operator.kubeconfig",
                "pki/*",
            ],
        });
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
});
