import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GitHub } from "../../pipelines/github";
import { gitLab } from "./files";
import { type Host, startHost } from "./host";

const OURS = 1;
const FORK = 2;
const TREE = "5".repeat(40);

interface Made {
    readonly id: number;
    readonly from: number;
    readonly expired?: boolean;
    readonly event?: string;
    readonly path?: string;
}

describe("the plan of a tree, among GitHub's artifacts", () => {
    let host: Host;
    let made: Made[] = [];
    beforeAll(async () => {
        host = await startHost(({ url: { pathname, searchParams } }) => {
            if (pathname === "/repos/ee/embassy/actions/artifacts") {
                const artifacts = made.map(({ id, from, expired = false }) => ({
                    expired,
                    created_at: `2026-01-0${id}T00:00:00Z`,
                    workflow_run: { id, repository_id: OURS, head_repository_id: from },
                }));
                return { artifacts: searchParams.get("name") === `plan-${TREE}` ? artifacts : [] };
            }
            const run = made.find(({ id }) => pathname === `/repos/ee/embassy/actions/runs/${id}`);
            return run && { path: run.path ?? ".github/workflows/preview.yml", event: run.event ?? "pull_request" };
        });
    });
    afterAll(() => host.stop());

    const find = () =>
        new GitHub({ GITHUB_API_URL: host.url, GITHUB_REPOSITORY: "ee/embassy", GITHUB_TOKEN: "token" }).planOf(TREE);

    it("is the newest that this repository's own workflow made", async () => {
        made = [
            { id: 1, from: OURS },
            { id: 2, from: OURS, event: "workflow_dispatch" },
            { id: 3, from: OURS, path: ".github/workflows/other.yml" },
            { id: 4, from: OURS, event: "issue_comment" },
            { id: 5, from: OURS, expired: true },
            { id: 6, from: FORK },
        ];
        expect(await find()).toEqual({ artifact: `plan-${TREE}`, run: 2 });
    });

    it("is not there where only a fork made one, and it is said how to go on", async () => {
        made = [{ id: 6, from: FORK }];
        await expect(find()).rejects.toThrow(
            /No plan of the tree 5+ was reviewed.*Run the workflow preview on this branch/s,
        );
    });
});

describe("the plan of a tree, among GitLab's packages", () => {
    const folder = mkdtempSync(join(tmpdir(), "plans-"));
    const kept = new Map<string, unknown>();
    let host: Host;
    beforeAll(async () => {
        host = await startHost(({ method, url: { pathname }, headers, body }) => {
            if (headers["job-token"] !== "job") {
                return undefined;
            }
            return method === "PUT" ? { message: `${kept.set(pathname, body).size} kept` } : kept.get(pathname);
        });
        mkdirSync(join(folder, ".embassy", "plans"), { recursive: true });
        spawnSync("git", ["init", "--quiet", folder]);
        writeFileSync(join(folder, "file"), "of a tree");
        commit();
    });
    afterAll(async () => {
        rmSync(folder, { recursive: true });
        await host.stop();
    });

    function commit(): void {
        const own = ["-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "commit.gpgSign=false"];
        spawnSync("git", ["-C", folder, "add", "file"]);
        spawnSync("git", ["-C", folder, ...own, "commit", "--quiet", "--allow-empty", "--message", "text"]);
    }

    /** Runs the lines of a job's script before and after those that run the engine. @returns the exit code */
    async function run(job: string): Promise<number> {
        const lines = gitLab[job]?.script?.filter((line) => !line.startsWith("npm run")) ?? [];
        const environment = { ...process.env, CI_API_V4_URL: host.url, CI_PROJECT_ID: "3", CI_JOB_TOKEN: "job" };
        const child = spawn("bash", ["-ec", lines.join("\n")], { cwd: folder, env: environment, stdio: "ignore" });
        return new Promise((resolve) => child.once("close", (code) => resolve(code ?? 1)));
    }

    it("is found again at another commit of it, and at no other tree", async () => {
        const plans = ["tallinn", "luxembourg"].map((stack) => join(folder, ".embassy", "plans", `${stack}.plan`));
        plans.forEach((plan) => writeFileSync(plan, JSON.stringify({ plan })));
        expect(await run("plan")).toBe(0);
        rmSync(join(folder, ".embassy"), { recursive: true });
        commit();
        expect(await run("apply")).toBe(0);
        expect(plans.map((plan) => JSON.parse(readFileSync(plan, "utf8")) as unknown)).toEqual(
            plans.map((plan) => ({ plan })),
        );
        writeFileSync(join(folder, "file"), "of another tree");
        commit();
        expect(await run("apply")).not.toBe(0);
    });
});
