import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NoOperationTraceWriter, convertWorkflowTemplate, parseWorkflow } from "@actions/workflow-parser";
import { repoRoot } from "../../command-line/paths";
import { ACTION, GITLAB, WORKFLOW_FILES, action, jobs, lines, text, workflows } from "./files";

async function problems(name: string, content: string): Promise<string[]> {
    const { context, value } = parseWorkflow({ name, content }, new NoOperationTraceWriter());
    if (value !== undefined) {
        await convertWorkflowTemplate(context, value);
    }
    return context.errors.getErrors().map(String);
}

describe("by the hosts' own schemas", () => {
    it.each(WORKFLOW_FILES)("%s is a workflow", async (file) => {
        expect(await problems(file, text(file))).toEqual([]);
    });

    it("one with a mistake is none", async () => {
        const content = text(WORKFLOW_FILES[0] ?? "");
        expect(await problems("x.yml", content.replace("timeout-minutes:", "time-out:"))).not.toEqual([]);
        expect(await problems("x.yml", content.replace("contents: read", "contents: raed"))).not.toEqual([]);
        expect(await problems("x.yml", content.replace(/if: .*/, "if: github.evnt == ("))).not.toEqual([]);
    });

    it.each([
        ["is a pipeline", "artifacts:", 0, /json schema validated/],
        ["with a mistake is none", "artifact:", 1, /'artifact' property is not expected/],
    ])(".gitlab-ci.yml %s", (_, key, code, says) => {
        const folder = mkdtempSync(join(tmpdir(), "gitlab-"));
        try {
            writeFileSync(join(folder, GITLAB), text(GITLAB).replace("artifacts:", key));
            spawnSync("git", ["init", "--quiet", folder]);
            const { status, stdout, stderr } = spawnSync(
                join(repoRoot, "node_modules", ".bin", "node"),
                [join(repoRoot, "node_modules/gitlab-ci-local/dist/index.js"), "--preview"],
                { cwd: folder, encoding: "utf8", env: { ...process.env, CI_DEFAULT_BRANCH: "main" } },
            );
            expect(stdout + stderr).toMatch(says);
            expect(status).toBe(code);
        } finally {
            rmSync(folder, { recursive: true });
        }
    });
});

it("no workflow takes another's place while that waits: each has a group of its own", () => {
    const groups = workflows.map(([, { concurrency }]) => concurrency?.group.split("-")[0]);
    expect(new Set(groups).size).toBe(WORKFLOW_FILES.length);
    expect(groups).not.toContain(undefined);
});

describe("of what others made", () => {
    it.each([...WORKFLOW_FILES, ACTION])("%s takes nothing but by its digest, with the version for people", (file) => {
        const used = text(file)
            .split("\n")
            .filter((line) => /\buses:/.test(line) && !/uses: \.\//.test(line));
        expect(used.filter((line) => !/uses: [\w-]+\/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([]);
    });

    it("an action has one version everywhere", () => {
        const used = [...WORKFLOW_FILES, ACTION].flatMap((file) => [...text(file).matchAll(/uses: ([\w/-]+)@(\w+)/g)]);
        const versions = new Map(used.map(([, name = "", digest = ""]) => [name, digest]));
        expect(used.filter(([, name = "", digest]) => versions.get(name) !== digest)).toEqual([]);
    });

    it("GitLab's image has a digest, save the one that is the installation's own", () => {
        const images = [...text(GITLAB).matchAll(/image: (.*)/g)].map(([, image]) => image ?? "");
        expect(images.filter((image) => !/@sha256:[0-9a-f]{64}$/.test(image))).toEqual(["$TOOLCHAIN_IMAGE"]);
    });
});

describe("what a pipeline may", () => {
    it("is nothing, save what a job says", () => {
        expect(workflows.filter(([, { permissions }]) => JSON.stringify(permissions) !== "{}")).toEqual([]);
        expect(jobs.filter(({ job }) => job.permissions === undefined)).toEqual([]);
        const writes = jobs.flatMap(({ name, job }) =>
            Object.entries(job.permissions ?? {})
                .filter(([, may]) => may !== "read")
                .map(([what]) => `${name}: ${what}`),
        );
        expect(writes).toEqual(["comment: pull-requests", "comment: security-events", "drift: security-events"]);
    });

    it("where it writes or has a secret, is not what a fork's pull request runs", () => {
        expect(workflows.filter(([, workflow]) => "pull_request_target" in workflow.on)).toEqual([]);
        const ofPulls = jobs.filter(({ workflow }) => "pull_request" in workflow.on);
        expect(ofPulls.length).toBeGreaterThan(1);
        expect(
            ofPulls.flatMap(({ job }) => Object.values(job.permissions ?? {})).filter((may) => may !== "read"),
        ).toEqual([]);
        const own = "github.event.pull_request.head.repo.full_name == github.repository";
        const secret = ofPulls.filter(({ job }) => JSON.stringify(job).includes("secrets."));
        expect(secret.filter(({ job }) => job.if?.includes(own) !== true)).toEqual([]);
        const following = jobs.filter(({ workflow }) => "workflow_run" in workflow.on);
        expect(following.map(({ job }) => JSON.stringify(job)).filter((job) => job.includes("secrets."))).toEqual([]);
        // Such a workflow checks out its own branch, and never the commit of the workflow that it follows.
        const checkouts = following.flatMap(({ job }) =>
            job.steps.filter(({ uses }) => uses?.startsWith("actions/checkout@")),
        );
        expect(checkouts.map(({ with: options }) => options?.["ref"])).toEqual([undefined]);
    });

    it("with a secret, is let in by somebody: its environment has reviewers", () => {
        const secret = jobs.filter(({ job }) => JSON.stringify(job).includes("secrets."));
        expect(secret.map(({ name, job }) => [name, job.environment]).sort()).toEqual([
            ["apply", "production"],
            ["drift", "production"],
            ["plan", "preview"],
        ]);
    });

    it("leaves no token in a clone, and puts what others typed into no script", () => {
        const steps = [...jobs.flatMap(({ job }) => job.steps), ...action.runs.steps];
        const checkouts = steps.filter(({ uses }) => uses?.startsWith("actions/checkout@"));
        expect(checkouts.filter(({ with: options }) => options?.["persist-credentials"] !== false)).toEqual([]);
        expect(lines.filter((line) => line.includes("${{"))).toEqual([]);
    });
});
