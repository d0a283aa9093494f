/** What a Job does that stores versions: its script, run by sh with a pgBackRest that answers as it is told. */
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parseConfig } from "../../../infra/config";
import { planDatabase } from "../../../infra/plan/database";
import { configuration } from "../../../infra/plan/pgbackrest";
import { registryNamespace } from "../../../infra/plan/names";
import { storing } from "../../../infra/registries/stored-versions";
import { renderStack } from "../../support/render";
import { stackValues } from "../../support/stacks";

const NAME = "land";
const database = planDatabase(NAME, registryNamespace(NAME), parseConfig("tallinn", stackValues("tallinn")));

/** @param answers exit codes of backups, by `<use> <type>`, in turn; the last one stays */
function run(
    kind: "full" | "diff",
    answers: Readonly<Record<string, readonly number[]>>,
): { code: number; asked: string[] } {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "stored-versions-"));
    const write = (name: string, ...lines: string[]): void =>
        fs.writeFileSync(path.join(folder, name), ["#!/bin/sh", ...lines, ""].join("\n"), { mode: 0o755 });
    for (const [which, codes] of Object.entries(answers)) {
        fs.writeFileSync(path.join(folder, which), codes.join("\n") + "\n");
    }
    write(
        "pgbackrest",
        'case "$*" in *" backup "*) ;; *) exit 0 ;; esac',
        "use=${1##*/}; use=${use%.conf}",
        "for word; do case $word in --type=*) type=${word#--type=} ;; esac; done",
        `echo "$use $type" >> ${folder}/asked`,
        `answers="${folder}/$use $type"`,
        '[ -e "$answers" ] || exit 0',
        'read -r code < "$answers"',
        'if [ "$(wc -l < "$answers")" -gt 1 ]; then sed -i 1d "$answers"; fi',
        "exit $code",
    );
    write("python3", `echo pause >> ${folder}/asked`);
    try {
        const env = { PATH: `${folder}:${process.env["PATH"] ?? ""}` };
        let code = 0;
        try {
            execFileSync("sh", ["-c", storing({ name: NAME, database }, ["own", "partner"], kind, "once")], { env });
        } catch (error) {
            code = (error as { status: number }).status;
        }
        return { code, asked: fs.readFileSync(path.join(folder, "asked"), "utf8").trim().split("\n") };
    } finally {
        fs.rmSync(folder, { recursive: true });
    }
}

describe("a Job that stores versions", () => {
    it("stores one in each store", () => {
        expect(run("diff", {})).toEqual({ code: 0, asked: ["own diff", "partner diff"] });
    });

    it("stores a full where an interrupted one is in the way of a differential", () => {
        expect(run("diff", { "own diff": [106] })).toEqual({
            code: 0,
            asked: ["own diff", "own full", "partner diff"],
        });
    });

    it("tries again while somebody else has the lock, and stores nothing twice", () => {
        expect(run("full", { "partner full": [50, 50, 0] })).toEqual({
            code: 0,
            asked: ["own full", "partner full", "pause", "partner full", "pause", "partner full"],
        });
    });

    it("fails where one of the stores never takes it, after a full was tried", () => {
        const { code, asked } = run("diff", { "own diff": [103], "own full": [103] });
        expect(code).toBe(1);
        expect(asked.slice(-2)).toEqual(["own full", "partner diff"]);
    });

    it("gives its member up, as the member does, sooner than its tries end", () => {
        const options = new Map(
            configuration(database, "secret", "own")
                .split("\n")
                .map((line) => line.split("=") as [string, string]),
        );
        const seconds = (key: string): number => Number(options.get(key));
        expect(seconds("protocol-timeout")).toBeGreaterThan(seconds("db-timeout"));
        const script = storing({ name: NAME, database }, ["own"], "full", "once");
        const pauses = (/^set -- (.*)$/m.exec(script)?.[1] ?? "").split(" ").map(Number);
        expect(pauses.reduce((sum, each) => sum + each, 0)).toBeGreaterThan(seconds("protocol-timeout"));
        const silence =
            seconds("tcp-keep-alive-idle") + seconds("tcp-keep-alive-interval") * seconds("tcp-keep-alive-count");
        expect(silence).toBeLessThan((pauses[0] ?? 0) + (pauses[1] ?? 0) + (pauses[2] ?? 0));
    });

    it("is ended before it is in the way of the next, and a drain takes no try from it", async () => {
        const jobs = (await renderStack("tallinn")).filter(({ type }) => type.endsWith(":CronJob"));
        const stored = jobs.filter(({ name }) => name.startsWith(`${NAME}-stored`));
        expect(stored).toHaveLength(3);
        for (const { inputs } of stored) {
            expect(inputs).toMatchObject({
                spec: {
                    startingDeadlineSeconds: expect.any(Number) as number,
                    jobTemplate: {
                        spec: {
                            activeDeadlineSeconds: expect.any(Number) as number,
                            podReplacementPolicy: "Failed",
                            podFailurePolicy: { rules: [{ action: "Ignore" }] },
                        },
                    },
                },
            });
        }
    });
});
