import { registryOf } from "../../infra/registries/config";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { siteInventory } from "../../lab/inventory";
import { SitePaths } from "../../lab/paths";
import { type Environment, TEMPLATE_FILE, environmentOf, templateConfig } from "../../restore/environment";
import { alone, markKept, markUnfinished, presenceOf } from "../../restore/presence";
import { discard, restore } from "../../restore/restore";
import { copyIn } from "../../restore/source";
import { stampStackFile } from "../../restore/stamp";
import { stackConfig } from "../../toolchain/cli/stack-config";
import { stackFolder } from "../../toolchain/cli/stack-file";
import { repoRoot } from "../../command-line/paths";

let home: string;
beforeEach(() => (home = mkdtempSync(join(tmpdir(), "home-"))));
afterEach(() => rmSync(home, { recursive: true }));

/** Writes an environment's stack file, as a restore does. */
function stamp({ site, stackFile }: Environment): void {
    const stamped = { site, from: "luxembourg", at: undefined, registries: ["land"] as const, generations: {} };
    mkdirSync(dirname(stackFile), { recursive: true });
    writeFileSync(stackFile, stampStackFile(readFileSync(TEMPLATE_FILE, "utf8"), stamped));
}

describe("the name of a restore environment", () => {
    it("tells it from the others: site, files and the command that removes it", () => {
        expect(environmentOf("audit", home)).toEqual({
            site: "restore-audit",
            stackFile: join(home, "restore", "Pulumi.restore-audit.yaml"),
            crossStackSecrets: join(home, "restore", "cross-stack-secrets-audit.json"),
            report: join(home, "restore", "report-audit.json"),
            removal: "npm run restore -- --remove --name audit",
        });
    });

    it("need not be given", () => {
        expect(environmentOf(undefined, home)).toEqual({
            site: "restore",
            stackFile: join(home, "restore", "Pulumi.restore.yaml"),
            crossStackSecrets: join(home, "restore", "cross-stack-secrets.json"),
            report: join(home, "restore", "report.json"),
            removal: "npm run restore -- --remove",
        });
    });

    it.each(["a", "2026-03", "a".repeat(24)])("may be %s", (name) => {
        expect(environmentOf(name, home).site).toBe(`restore-${name}`);
    });

    it.each(["", "Audit", "-a", "a-", "a.b", "a_b", "../tallinn", "a\n", "a".repeat(25)])(
        "is refused with what would be right: %j",
        (name) => {
            expect(() => environmentOf(name, home)).toThrow(
                /is no name for a restore environment: give lower-case letters, digits and hyphens, at most 24, .*--name audit$/,
            );
        },
    );

    it("is refused where a socket could not be made below it", () => {
        const room = 107 - Buffer.byteLength(new SitePaths("/", "restore-audit").egressSocket);
        expect(environmentOf("audit", "/".padEnd(room, "h")).site).toBe("restore-audit");
        expect(() => environmentOf("audit", "/".padEnd(room + 1, "h"))).toThrow(
            /restore-audit would have a socket .*egress\.sock, and the path of one has at most 107 bytes: give a shorter/,
        );
    });
});

describe("a restore environment", () => {
    it("is known to the lab and to the CLI by its stamped stack file, in its own home alone", () => {
        const audit = environmentOf("audit", home);
        stamp(audit);
        const folder = stackFolder(audit.site, home);
        expect(stackConfig(audit.site, folder).site.context).toBe("restore-audit");
        expect(stackFolder(audit.site, join(home, "another"))).toBe(repoRoot);
        const inventory = siteInventory(audit.site, "real", home);
        expect(inventory).toEqual({ ...siteInventory("restore", "real", home), name: "restore-audit" });
    });

    it("has the stamped file for its own where it has the template's name, and leaves the template alone", () => {
        stamp(environmentOf(undefined, home));
        const stamped = stackConfig("restore", stackFolder("restore", home));
        expect(["land", "taxes"].map((name) => registryOf(stamped, name).running)).toEqual([true, false]);
        expect(registryOf(templateConfig(), "taxes").running).toBe(true);
    });

    it("is not made a second time, and who wants it is told how to look, to remove and to have another", async () => {
        const audit = environmentOf("audit", home);
        const { directory, foundation } = new SitePaths(home, audit.site);
        mkdirSync(directory, { recursive: true });
        writeFileSync(foundation, "{}");
        const request = {
            from: "luxembourg",
            copy: undefined,
            at: undefined,
            registries: ["land"],
            expected: undefined,
        } as const;
        const how = { keysFile: undefined, toolchain: "modules", home, onPhase: () => undefined } as const;
        await expect(restore({ ...request, ...how, environment: audit })).rejects.toThrow(
            "There is a site restore-audit already, and a restore never writes into one. Look at it with " +
                "npm run data -- count --site restore-audit, remove it (npm run restore -- --remove --name audit), " +
                "or make another beside it: --name NAME",
        );
    });

    it("is of one registry where it comes out of a copy, and of a folder that is one", async () => {
        const request = { from: "luxembourg", copy: home, at: undefined, expected: undefined };
        const how = { keysFile: undefined, toolchain: "modules", home, onPhase: () => undefined } as const;
        const environment = environmentOf("cloud", home);
        await expect(restore({ ...request, ...how, environment, registries: ["land", "taxes"] })).rejects.toThrow(
            "A copy is of one registry, not of land, taxes: name it with --registry.",
        );
        await expect(copyIn(home, home).bucket("land")).rejects.toThrow(
            `${home} holds no backups of land: give the folder that archive/land and backup/land are in`,
        );
    });

    it("is made or removed by one process at a time, and a second is told by which, and what to do", async () => {
        const audit = environmentOf("audit", home);
        await alone(audit, home, async () => {
            await expect(alone(audit, home, () => Promise.resolve())).rejects.toThrow(
                new RegExp(
                    `^restore-audit is being made or removed by process ${process.pid}\\. Wait until .*--name NAME.*kill ${process.pid}.*` +
                        "npm run restore -- --remove --name audit$",
                ),
            );
            await alone(environmentOf("other", home), home, () => Promise.resolve());
        });
    });

    it("is not held by a process that is gone", async () => {
        const audit = environmentOf("audit", home);
        const lock = join(home, "lab", ".locks", "restore-audit.restore");
        mkdirSync(dirname(lock), { recursive: true });
        writeFileSync(lock, `${process.pid} a process of that number that began at another time`);
        await expect(alone(audit, home, () => Promise.resolve("done"))).resolves.toBe("done");
    });

    it("is unfinished until something answers, and while it is being removed", async () => {
        const audit = environmentOf("audit", home);
        const { directory, foundation } = new SitePaths(home, audit.site);
        expect(presenceOf(audit, home)).toBe("nothing");
        await markUnfinished(audit);
        expect(presenceOf(audit, home)).toBe("unfinished");
        mkdirSync(directory, { recursive: true });
        writeFileSync(foundation, "{}");
        expect(presenceOf(audit, home)).toBe("unfinished");
        markKept(audit);
        expect(presenceOf(audit, home)).toBe("whole");
        // A killed removal has deleted the cluster, but not yet the stack file.
        rmSync(directory, { recursive: true });
        stamp(audit);
        expect(presenceOf(audit, home)).toBe("unfinished");
        await discard(audit, home);
        expect(presenceOf(audit, home)).toBe("nothing");
    });

    it("leaves nothing but its report, and the others as they are", async () => {
        const [audit, other] = [environmentOf("audit", home), environmentOf(undefined, home)];
        [audit, other].forEach(stamp);
        [audit.report, audit.crossStackSecrets, other.crossStackSecrets].forEach((file) => writeFileSync(file, "{}"));
        await discard(audit, home);
        expect([audit.stackFile, audit.crossStackSecrets, audit.report].filter(existsSync)).toEqual([audit.report]);
        expect([other.stackFile, other.crossStackSecrets].every(existsSync)).toBe(true);
    });
});
