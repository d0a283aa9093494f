/** Runs the script of backup Jobs with sh, and with a fake pgBackRest that answers as each test says. */
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parseConfig } from "../../../../infra/site/config";
import { planDatabase } from "../../../../infra/registries/plan-database";
import { configuration } from "../../../../infra/registries/backups/pgbackrest";
import { registryNamespace } from "../../../../infra/conventions/names";
import { backupScript } from "../../../../infra/registries/backups/backup-jobs";
import { renderStack } from "../../../support/render";
import { stackValues } from "../../../support/stacks";

interface Scheduled {
    readonly jobTemplate: { readonly spec: object };
}

const NAME = "land";
const database = planDatabase(NAME, registryNamespace(NAME), parseConfig("tallinn", stackValues("tallinn")));

/** @param answers exit codes in turn, by `<use> <type>` for backups and by `<use> expire`; the last code is repeated */
function run(
    kind: "full" | "diff",
    answers: Readonly<Record<string, readonly number[]>>,
): { code: number; asked: string[] } {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "backup-jobs-"));
    const write = (name: string, ...lines: string[]): void =>
        fs.writeFileSync(path.join(folder, name), ["#!/bin/sh", ...lines, ""].join("\n"), { mode: 0o755 });
    for (const [which, codes] of Object.entries(answers)) {
        fs.writeFileSync(path.join(folder, which), codes.join("\n") + "\n");
    }
    write(
        "pgbackrest",
        "use=${1##*/}; use=${use%.conf}; type=",
        "for word; do case $word in --type=*) type=${word#--type=} ;; expire) type=expire ;; esac; done",
        '[ -n "$type" ] || exit 0',
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
            execFileSync("sh", ["-c", backupScript({ name: NAME, database }, ["own", "partner"], kind)], { env });
        } catch (error) {
            code = (error as { status: number }).status;
        }
        return { code, asked: fs.readFileSync(path.join(folder, "asked"), "utf8").trim().split("\n") };
    } finally {
        fs.rmSync(folder, { recursive: true });
    }
}

describe("a Job that stores versions", () => {
    it("stores one in each store, and removes there what is too old", () => {
        expect(run("diff", {})).toEqual({
            code: 0,
            asked: ["own diff", "partner diff", "own expire", "partner expire"],
        });
    });

    it("stores a full where an interrupted one is in the way of a differential", () => {
        expect(run("diff", { "own diff": [106] }).asked.slice(0, 3)).toEqual(["own diff", "own full", "partner diff"]);
    });

    it("tries again while somebody else has the lock, and stores nothing twice", () => {
        const tried = ["partner full", "pause", "partner full", "pause", "partner full"];
        expect(run("full", { "partner full": [56, 50, 0] })).toEqual({
            code: 0,
            asked: ["own full", ...tried, "own expire", "partner expire"],
        });
    });

    it.each(["own", "partner"])(
        "stores at once in the other one where a store does not answer for long: not the %s",
        (away) => {
            const there = away === "own" ? "partner" : "own";
            const { code, asked } = run("diff", { [`${away} diff`]: [...Array<number>(20).fill(103), 0] });
            expect(code).toBe(0);
            expect(asked.slice(0, 2).sort()).toEqual(["own diff", "partner diff"]);
            expect(asked.filter((each) => each === `${there} diff`)).toHaveLength(1);
            expect(asked.filter((each) => each === `${away} diff`)).toHaveLength(21);
            expect(asked.slice(-2)).toEqual(["own expire", "partner expire"]);
        },
    );

    it("fails where one of the stores never takes it, after a full was tried, and stores in the other", () => {
        const { code, asked } = run("diff", { "own diff": [103], "own full": [103] });
        expect(code).toBe(1);
        expect(asked.slice(0, 2)).toEqual(["own diff", "partner diff"]);
        expect(asked.slice(-2)).toEqual(["own full", "partner expire"]);
    });

    it("fails where what is too old cannot be removed, and stores nothing again for it", () => {
        const { code, asked } = run("full", { "own expire": [1] });
        expect(code).toBe(1);
        expect(asked.filter((each) => / full$/.test(each))).toEqual(["own full", "partner full"]);
        expect(asked.filter((each) => each === "partner expire")).toHaveLength(1);
    });

    it("has a store within five minutes that a vanished one had, and outlasts it", () => {
        const options = new Map(
            configuration(database, "secret", "own")
                .split("\n")
                .map((line) => line.split("=") as [string, string]),
        );
        const seconds = (key: string): number => Number(options.get(key));
        const script = backupScript({ name: NAME, database }, ["own"], "full");
        const pause = Number(/time\.sleep\((\d+)\)/.exec(script)?.[1]);
        const tries = Number(/tries=(\d+)/.exec(script)?.[1]);
        const silence =
            seconds("tcp-keep-alive-idle") + seconds("tcp-keep-alive-interval") * seconds("tcp-keep-alive-count");
        expect(seconds("protocol-timeout")).toBeGreaterThan(seconds("db-timeout"));
        expect(seconds("protocol-timeout")).toBeGreaterThan(seconds("archive-timeout"));
        expect(silence).toBeLessThan(seconds("protocol-timeout"));
        // The wait ends in time whatever the other end did when it vanished. The rest of the five minutes is for the backup itself.
        expect(seconds("protocol-timeout") + pause).toBeLessThan(200);
        expect(tries * pause).toBeGreaterThan(seconds("protocol-timeout"));
    });

    it("is ended at some time, is made anew elsewhere though its machine is gone, and is not in the way of the next", async () => {
        const all = await renderStack("tallinn");
        const jobs = all.filter(({ name }) => name.startsWith(`${NAME}-stored`));
        const schedules = jobs
            .filter(({ type }) => type.endsWith(":CronJob"))
            .map(({ inputs }) => inputs["spec"] as Scheduled);
        const firsts = jobs.filter(({ type }) => type.endsWith(":Job")).map(({ inputs }) => inputs["spec"] as object);
        expect([schedules.length, firsts.length]).toEqual([3, 2]);
        for (const schedule of schedules) {
            expect(schedule).toMatchObject({ startingDeadlineSeconds: 86_400 });
        }
        // A Job ends only once its last pod has ended. With "Forbid" a lost machine would therefore stop its schedule.
        const policies = all
            .filter(({ type }) => type.endsWith(":CronJob"))
            .map(({ inputs }) => inputs["spec"] as object);
        policies.forEach((spec) => expect(spec).toMatchObject({ concurrencyPolicy: "Replace" }));
        for (const spec of [...firsts, ...schedules.map(({ jobTemplate }) => jobTemplate.spec)]) {
            // With a policy for failed pods Kubernetes would wait for the end of pods that never report it.
            expect(spec).not.toHaveProperty("podFailurePolicy");
            expect(spec).toMatchObject({
                activeDeadlineSeconds: expect.any(Number) as number,
                podReplacementPolicy: "TerminatingOrFailed",
                template: {
                    spec: {
                        tolerations: [
                            { key: "node.kubernetes.io/not-ready", effect: "NoExecute", tolerationSeconds: 30 },
                            { key: "node.kubernetes.io/unreachable", effect: "NoExecute", tolerationSeconds: 30 },
                        ],
                    },
                },
            });
        }
    });
});
