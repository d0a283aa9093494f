import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EmbassyConfig, parseConfig } from "../../../infra/site/config";
import { parseInstant } from "../../../infra/conventions/instant";
import { REGISTRIES } from "../../../infra/conventions/registries";
import { type DatabasePlan, PATHS, planDatabase } from "../../../infra/registries/plan-database";
import { registryKeys } from "../../../infra/keys/registry-keys";
import { dynamicConfiguration, localConfiguration, setupFile } from "../../../infra/registries/postgres/patroni";
import { commandLine, configuration, remoteMembers, usesOf } from "../../../infra/registries/backups/pgbackrest";
import { registryNamespace } from "../../../infra/conventions/names";
import { setupScript } from "../../../infra/registries/roles";
import { STACKS, stackValues } from "../../support/stacks";

const SECRET = "s".repeat(43);

function planOf(stack: string, change: (config: EmbassyConfig) => object = () => ({})): DatabasePlan {
    const config = parseConfig(stack, stackValues(stack));
    return planDatabase("population", "registry-population", { ...config, ...change(config) });
}

describe("a database's members", () => {
    it("have names that no other site's have: a primary names those for which it waits", () => {
        const names = STACKS.map((stack) => planOf(stack)).flatMap(({ firstMember, members }) =>
            Array.from({ length: members }, (_, index) => firstMember + index),
        );
        expect(new Set(names).size).toBe(names.length);
        expect(names.length).toBeGreaterThan(STACKS.length);
    });

    it("copy a leader at once, and do not wait for its next checkpoint", () => {
        const { postgresql } = localConfiguration(planOf("tallinn")) as { postgresql: { basebackup: object[] } };
        expect(postgresql.basebackup).toEqual([{ checkpoint: "fast" }]);
    });

    it("let nobody in from outside the pod but by certificate, over TLS, into one database", () => {
        const { postgresql } = localConfiguration(planOf("tallinn")) as { postgresql: { pg_hba: string[] } };
        const [local, itself, ...outside] = postgresql.pg_hba;
        expect([local, itself]).toEqual(["local all all peer map=pod", "local replication replicator peer map=pod"]);
        expect(outside.at(-1)).toBe("host all all all reject");
        expect(outside.slice(0, -1).every((line) => /^hostssl \S+ \S+ all cert map=/.test(line))).toBe(true);
    });

    it("let the public's page in where the registry is public, and nowhere else", () => {
        const config = parseConfig("tallinn", stackValues("tallinn"));
        const letIn = REGISTRIES.filter((registry) => {
            const members = planDatabase(registry, registryNamespace(registry), config);
            return /gazette/.test(JSON.stringify(localConfiguration(members)) + setupScript(members));
        });
        expect(letIn).toEqual(["legislation"]);
    });

    it("have a role and a database of their own, made once", () => {
        expect(setupScript(planOf("tallinn"))).toMatch(/CREATE ROLE population LOGIN' WHERE NOT EXISTS/);
    });

    describe("have what is declared of roles also where an earlier release made the database", () => {
        let folder: string;
        beforeEach(() => {
            folder = mkdtempSync(join(tmpdir(), "setup-"));
            // The first call fails, because a member learns that it leads before it accepts writes.
            const psql = `#!/bin/sh\necho "$@" >> ${folder}/calls\n[ $(wc -l < ${folder}/calls) -ge 2 ]\n`;
            writeFileSync(join(folder, "psql"), psql, { mode: 0o755 });
            writeFileSync(join(folder, "setup.sh"), setupFile());
        });
        afterEach(() => rmSync(folder, { recursive: true }));

        function called(...args: string[]): string[] {
            const env = { PATH: `${folder}:${process.env["PATH"] ?? ""}` };
            expect(spawnSync("sh", [join(folder, "setup.sh"), ...args], { env }).status).toBe(0);
            const calls = join(folder, "calls");
            return existsSync(calls) ? readFileSync(calls, "utf8").trim().split("\n") : [];
        }

        it("with each new leader", () => {
            const call = expect.stringContaining("--file=/etc/embassy/patroni/setup.sql") as string;
            expect(called("on_role_change", "primary", "population")).toEqual([call, call]);
        });

        it.each(["replica", "standby_leader"])("and nowhere else: %s", (role) => {
            expect(called("on_start", role, "population")).toEqual([]);
        });

        it("as Patroni calls it", () => {
            const { postgresql } = localConfiguration(planOf("tallinn")) as { postgresql: { callbacks: object } };
            const again = "sh /etc/embassy/patroni/setup.sh";
            expect(postgresql.callbacks).toEqual({ on_start: again, on_role_change: again });
        });
    });
});

describe("a site's role", () => {
    it("decides whom its database follows", () => {
        expect(dynamicConfiguration(planOf("tallinn"))).not.toHaveProperty("standby_cluster");
        expect(dynamicConfiguration(planOf("luxembourg"))).toMatchObject({
            standby_cluster: { host: "population.tallinn.embassy.internal", port: 5432 },
            synchronous_mode: false,
        });
        const promoted = planOf("luxembourg", ({ site }) => ({ site: { ...site, role: "primary" } }));
        expect(dynamicConfiguration(promoted)).toEqual(dynamicConfiguration(planOf("tallinn")));
    });

    it("changes nothing that a member reads at its start: a promotion restarts none", () => {
        const promoted = planOf("luxembourg", ({ site }) => ({ site: { ...site, role: "primary" } }));
        expect(localConfiguration(promoted)).toEqual(localConfiguration(planOf("luxembourg")));
    });

    it("of a restore has it begin with what is stored, up to an instant", () => {
        const at = parseInstant("2026-03-01T14:00:00.927040+02:00");
        const restored = planOf("restore", () => ({ restore: { from: "luxembourg", at } }));
        expect(localConfiguration(restored)).toMatchObject({
            bootstrap: {
                method: "stored",
                stored: { command: expect.stringContaining('"--target=2026-03-01 12:00:00.927040+00"') as string },
            },
        });
    });
});

describe("a standby that cannot follow its primary", () => {
    /** @returns the stores that are asked if the own one has nothing and the other one accepts connections or not */
    function asked(connects: boolean): string[] {
        const folder = mkdtempSync(join(tmpdir(), "fetched-"));
        try {
            const { standby_cluster: standby } = dynamicConfiguration(planOf("luxembourg")) as {
                standby_cluster: { restore_command: string };
            };
            writeFileSync(join(folder, "pgbackrest"), "#!/bin/sh\necho $1\nexit 1\n", { mode: 0o755 });
            writeFileSync(join(folder, "python3"), `#!/bin/sh\nexit ${connects ? 0 : 1}\n`, { mode: 0o755 });
            const { stdout } = spawnSync("/bin/sh", ["-c", standby.restore_command], {
                encoding: "utf8",
                env: { PATH: folder },
            });
            return stdout
                .trim()
                .split("\n")
                .map((line) => line.replace(/.*\/(\w+)\.conf$/, "$1"));
        } finally {
            rmSync(folder, { recursive: true });
        }
    }

    it("asks the other site's store after its own, and not where that takes no connection: a promotion would wait for it", () => {
        expect(asked(true)).toEqual(["own", "partner"]);
        expect(asked(false)).toEqual(["own"]);
    });
});

describe("backups", () => {
    describe("are handed on by Postgres", () => {
        /** How many segments of 1 MiB fit into a quarter of the disk. */
        const segments = (100 * 1024) / 4;
        const oldest = "000000010000000000000001";
        const newest = "0000000100000000000000FF";
        let folder: string;
        let waiting: string;

        beforeEach(() => {
            folder = mkdtempSync(join(tmpdir(), "archive-"));
            waiting = join(folder, "pg_wal", "archive_status");
            mkdirSync(waiting, { recursive: true });
            [oldest, newest].forEach((segment) => writeFileSync(join(waiting, `${segment}.ready`), ""));
            writeFileSync(join(waiting, "000000010000000000000000.done"), "");
        });
        afterEach(() => {
            rmSync(folder, { recursive: true });
        });

        /** Runs the archive command while some stores do not answer. @returns the calls of pgBackRest, and the exit code */
        function archived(stack: string, ...silent: string[]): [string[], number | null] {
            const plan = planOf(stack);
            const { postgresql } = dynamicConfiguration(plan) as {
                postgresql: { parameters: { archive_command: string } };
            };
            // This fake pgBackRest prints how it is called.
            const program = `#!/bin/sh\necho "$1 $4"\ncase $1 in ${["none", ...silent].map((store) => `*/${store}.conf`).join("|")}) exit 1; esac\n`;
            writeFileSync(join(folder, "pgbackrest"), program, { mode: 0o755 });
            // Postgres replaces %p and %% like this: https://www.postgresql.org/docs/17/runtime-config-wal.html#GUC-ARCHIVE-COMMAND
            usesOf(plan).forEach((use) => writeFileSync(join(folder, `${use}.conf`), ""));
            const command = postgresql.parameters.archive_command
                .replaceAll(PATHS.repositories, folder)
                .replaceAll("%p", `pg_wal/${oldest}`)
                .replaceAll("%%", "%");
            const { stdout, status } = spawnSync("/bin/sh", ["-c", command], {
                cwd: folder,
                encoding: "utf8",
                env: { PATH: folder },
            });
            const asked = stdout.trim().split("\n");
            return [asked.map((line) => line.replace(/.*\/(\w+)\.conf pg_wal\//, "$1 ")), status];
        }

        it("into both sites' stores, and from a restore environment into its own", () => {
            expect(archived("restore")).toEqual([[`own ${oldest}`], 0]);
            expect(archived("luxembourg")).toEqual([[`own ${oldest}`, `partner ${oldest}`], 0]);
        });

        it.each(["own", "partner"])(
            "up to the newest into the other store where the %s one does not answer",
            (silent) => {
                const other = silent === "own" ? "partner" : "own";
                expect(archived("luxembourg", silent)).toEqual([
                    [`own ${oldest}`, `partner ${oldest}`, `${other} ${newest}`],
                    1,
                ]);
                expect(archived("luxembourg", "own", "partner")).toEqual([[`own ${oldest}`, `partner ${oldest}`], 1]);
            },
        );

        it("and has a Postgres that stops not wait for a store that does not answer", () => {
            const status = (text: string): void =>
                writeFileSync(join(folder, "postmaster.pid"), `26\n${PATHS.data}\n${text}\n`);
            for (const running of ["starting", "ready   ", "standby "]) {
                status(running);
                expect(archived("restore", "own")).toEqual([[`own ${oldest}`], 1]);
            }
            status("stopping");
            expect(archived("restore", "own")).toEqual([[`own ${oldest}`], 255]);
            expect(archived("luxembourg", "partner")[1]).toBe(255);
            expect(archived("luxembourg")[1]).toBe(0);
        });

        describe.each([
            ["1 MiB", 4096, segments],
            ["16 MiB, as Postgres makes them by itself,", 256, segments / 16],
        ])("where segments of %s wait", (_, inLog, most) => {
            const hex = (value: number): string => value.toString(16).toUpperCase().padStart(8, "0");
            const wait = (segment: number): void =>
                writeFileSync(
                    join(waiting, `00000001${hex(Math.floor(segment / inLog))}${hex(segment % inLog)}.ready`),
                    "",
                );
            beforeEach(() => {
                Array.from({ length: most - 2 }, (__, index) => index + 2)
                    .filter((segment) => segment !== 255)
                    .forEach(wait);
                wait(most);
            });

            it("into both, up to a quarter of the disk", () => {
                expect(archived("luxembourg", "partner")).toMatchObject([{ length: 3 }, 1]);
                expect(archived("luxembourg", "own")).toMatchObject([{ length: 3 }, 1]);
            });

            it("into either alone beyond that, and never into none", () => {
                wait(most + 1);
                expect(archived("restore", "own")).toEqual([[`own ${oldest}`], 1]);
                expect(archived("luxembourg")).toEqual([[`own ${oldest}`], 0]);
                expect(archived("luxembourg", "partner")).toEqual([[`own ${oldest}`], 0]);
                expect(archived("luxembourg", "own")).toEqual([[`own ${oldest}`, `partner ${oldest}`], 0]);
                expect(archived("luxembourg", "own", "partner")).toEqual([[`own ${oldest}`, `partner ${oldest}`], 1]);
            });
        });
    });

    it("go to the stores of a pair, encrypted, each with a spool of its own, and from a restore environment to its own alone", () => {
        expect(usesOf(planOf("tallinn"))).toEqual(["own", "partner"]);
        (["own", "partner"] as const).forEach((use, index) => {
            const file = configuration(planOf("tallinn"), SECRET, use);
            expect(file).toContain(
                `repo1-s3-endpoint=objects.${["tallinn", "luxembourg"][index] ?? ""}.embassy.internal\n`,
            );
            expect(file).toContain("repo1-cipher-type=aes-256-cbc\n");
            // pgBackRest takes the second only with the first.
            expect(file).toMatch(/^repo1-bundle=y\nrepo1-block=y$/m);
            expect(file).toContain(`spool-path=/var/lib/postgresql/spool/${use}\n`);
        });

        const restored = planOf("restore");
        expect(usesOf(restored)).toEqual(["own", "source"]);
        expect(configuration(restored, SECRET, "own")).not.toContain("luxembourg");
    });

    it("are read by a restore with a key that cannot write", () => {
        const source = configuration(planOf("restore"), SECRET, "source");
        expect(source).toContain("repo1-s3-key=population-read\n");
        expect(source).not.toContain(registryKeys("population", SECRET).backup.secret);
    });

    describe("while keys are rotated", () => {
        const options = (text: string): Record<string, string> =>
            Object.fromEntries(text.split("\n").map((line) => line.split("=") as [string, string]));
        const rotating = (stack: string, ...generations: number[]): DatabasePlan =>
            planOf(stack, (config) => ({
                keys: { ...config.keys, generations: { population: generations } },
                ...("restore" in config && { restore: { ...config.restore, generations: { population: 1 } } }),
            }));
        const [first, second] = [1, 2].map((generation) => registryKeys("population", SECRET, generation));

        it("have the newest keys first in each store, and for WAL those before them too, each in a folder of its own", () => {
            const sites = { own: "tallinn", partner: "luxembourg" } as const;
            for (const use of ["own", "partner"] as const) {
                const stored = options(configuration(rotating("tallinn", 1, 2), SECRET, use));
                [second, first].forEach((keys, index) => {
                    const repository = `repo${index + 1}`;
                    expect(stored).toMatchObject({
                        [`${repository}-s3-endpoint`]: `objects.${sites[use]}.embassy.internal`,
                        [`${repository}-path`]: keys?.folder,
                        [`${repository}-cipher-pass`]: keys?.cipher,
                        [`${repository}-s3-key`]: keys?.backup.id,
                    });
                });
            }
            expect(configuration(rotating("tallinn", 2), SECRET, "own")).not.toContain(first?.cipher);
        });

        it("are read with the keys that open them, as a user that the store still knows", () => {
            const source = options(configuration(rotating("restore", 2), SECRET, "source"));
            expect(source).toMatchObject({
                "repo1-path": "/",
                "repo1-cipher-pass": first?.cipher,
                "repo1-s3-key": second?.read.id,
            });
        });
    });

    it("are made by Jobs that reach every member by its own name", () => {
        const options = remoteMembers(planOf("luxembourg"));
        expect(options).toContain("--pg1-host=database-10.database.registry-population.svc");
        expect(options).toContain("--pg2-host=database-11.database.registry-population.svc");
        expect(commandLine("population", "own", "backup", "--type=full")).toBe(
            "pgbackrest --config=/etc/embassy/repositories/own.conf --stanza=population backup --type=full",
        );
    });
});
