/** The base of a comparison is a separate tree, in a repository that the tests create. */
import { execFileSync } from "node:child_process";
import {
    existsSync,
    mkdirSync,
    mkdtempSync,
    readFileSync,
    readdirSync,
    rmSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Place, withBase } from "../../preview/base";
import { exitCode } from "../../preview/exit-code";
import { preview } from "../../preview/preview";
import { renderStacks } from "../../preview/render";
import { repoRoot } from "../../command-line/paths";

let top: string;
let place: Place;

function git(...args: string[]): string {
    const identity = ["-c", "user.name=test", "-c", "user.email=test@example.org"];
    return execFileSync("git", [...identity, ...args], { cwd: place.repo, encoding: "utf8", stdio: "pipe" });
}

beforeEach(() => {
    top = mkdtempSync(join(tmpdir(), "base-"));
    place = { repo: join(top, "repo"), folder: join(top, "home", "preview") };
    mkdirSync(place.repo);
    git("init", "--quiet");
    for (const text of ["first", "second"]) {
        writeFileSync(join(place.repo, "file"), text);
        git("add", "file");
        git("commit", "--quiet", "--message", text);
    }
});

afterEach(() => rmSync(top, { recursive: true }));

test("is what was committed, runs no hook, and is gone afterwards", async () => {
    const hook = join(place.repo, ".git", "hooks", "post-checkout");
    mkdirSync(join(hook, ".."), { recursive: true });
    writeFileSync(hook, `#!/bin/sh\ntouch ${join(top, "hooked")}\n`, { mode: 0o755 });
    const read = await withBase(place, "HEAD~1", ({ root }) =>
        Promise.resolve(readFileSync(join(root, "file"), "utf8")),
    );
    expect(read).toBe("first");
    expect(existsSync(join(top, "hooked"))).toBe(false);
    expect(readdirSync(place.folder)).toEqual([]);
    expect(git("worktree", "list").trim().split("\n")).toHaveLength(1);
});

test("is gone after a failure, and what a killed run left is removed by the next", async () => {
    await expect(withBase(place, "HEAD", () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
    expect(readdirSync(place.folder)).toEqual([]);
    git("worktree", "add", "--quiet", "--detach", join(place.folder, "base"), "HEAD");
    mkdirSync(join(place.folder, "half"));
    const read = await withBase(place, "HEAD~1", ({ root }) =>
        Promise.resolve(readFileSync(join(root, "file"), "utf8")),
    );
    expect(read).toBe("first");
    expect(readdirSync(place.folder)).toEqual([]);
});

test("that does not exist is refused, with what to do", async () => {
    const work = (): Promise<void> => Promise.resolve();
    await expect(withBase(place, "nowhere", work)).rejects.toThrow("There is no commit nowhere: name a branch");
    await expect(withBase(place, "--help", work)).rejects.toThrow("There is no commit --help");
});

test("that a shallow clone leaves out is refused, with how to fetch it", async () => {
    const shallow = join(top, "shallow");
    git("clone", "--quiet", "--depth", "1", `file://${place.repo}`, shallow);
    await expect(withBase({ ...place, repo: shallow }, "HEAD~1", () => Promise.resolve())).rejects.toThrow(
        "git fetch --unshallow",
    );
});

test("that has no program says so, for each stack", async () => {
    const found = await withBase(place, "HEAD", ({ root }) => renderStacks(root, ["tallinn"]));
    expect(found.get("tallinn")).toEqual({ stack: "tallinn", problem: "there is no program: no infra/index.ts" });
});

describe("a base with another schema of the stack file", () => {
    /** Commits a tree with this program and this configuration. */
    function commit(program: string, config: string, more: Readonly<Record<string, string>> = {}): void {
        const files = {
            "Pulumi.yaml": "name: data-embassy\nmain: infra\nruntime: nodejs\n",
            "Pulumi.test.yaml": `config:\n  ${config}\n`,
            "infra/index.ts": `import * as pulumi from "@pulumi/pulumi";\nimport { RandomPassword } from "@pulumi/random";\n${program}\n`,
            ...more,
        };
        for (const [name, text] of Object.entries(files)) {
            mkdirSync(join(place.repo, name, ".."), { recursive: true });
            writeFileSync(join(place.repo, name), text);
        }
        git("add", ...Object.keys(files));
        git("commit", "--quiet", "--message", config);
    }

    /** A program that accepts only its own key, so that base and change refuse each other's stack file. */
    const reads = (key: string, made: string): string => `
        const config = new pulumi.Config("data-embassy");
        if (Object.keys(pulumi.runtime.allConfig()).join() !== "data-embassy:${key}") {
            throw new Error("data-embassy:${key} must be there, and nothing else");
        }
        new RandomPassword("${made}", { length: config.requireNumber("${key}") });`;

    beforeEach(() => symlinkSync(join(repoRoot, "node_modules"), join(place.repo, "node_modules")));

    test("is rendered with its own code", async () => {
        commit(reads("former", "kept"), "data-embassy:former: 8");
        commit(`${reads("today", "kept")}\nnew RandomPassword("new", { length: 9 });`, "data-embassy:today: 8");
        const report = await preview(place, "HEAD~1", []);
        expect(report.stacks[0]?.problems).toEqual([]);
        expect(report.title).toBe("test: 1 created");
        expect(report.stacks[0]?.settings.map(({ key }) => key).sort()).toEqual([
            "data-embassy:former",
            "data-embassy:today",
        ]);
    });

    test("names what is outside of its cluster with its own code, whose plan may have another shape", async () => {
        commit(reads("former", "kept"), "data-embassy:former: 8", {
            "infra/site/config.ts": "export const parseConfig = () => ({});",
            "infra/networking/addresses.ts": 'export const planNetwork = () => ({ former: "10.9.0.0/16" });',
            "infra/site/outside.ts": 'export const outsideOf = ({ former }) => ({ [former]: "site narva" });',
        });
        const found = await renderStacks(place.repo, ["test"]);
        expect(found.get("test")).toMatchObject({ outside: { "10.9.0.0/16": "site narva" } });
    });

    test("whose code does not run here is said to be so, with why, and is no error of the working tree", async () => {
        commit('import "a-package-of-then";', "data-embassy:former: 8");
        commit(reads("today", "kept"), "data-embassy:today: 8");
        const report = await preview(place, "HEAD~1", []);
        expect(report.title).toBe("test: 1 base not rendered");
        expect(report.stacks[0]?.problems).toEqual([
            { tree: "base", message: "Cannot find module 'a-package-of-then'", file: "Pulumi.test.yaml" },
        ]);
        expect([exitCode(report, false), exitCode(report, true)]).toEqual([0, 2]);
        const other = await preview(place, "HEAD", []);
        expect(other.title).toBe("nothing changes");
    });
});
