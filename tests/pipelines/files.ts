/** The pipelines' files of GitHub and GitLab, as data. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { repoRoot } from "../../command-line/paths";

export interface Step {
    readonly id?: string;
    readonly if?: string;
    readonly run?: string;
    readonly uses?: string;
    readonly with?: Readonly<Record<string, unknown>>;
    readonly env?: Readonly<Record<string, string>>;
}

export interface Job {
    readonly if?: string;
    readonly environment?: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly permissions?: Readonly<Record<string, string>>;
    readonly steps: readonly Step[];
}

export interface Workflow {
    readonly name: string;
    readonly on: Readonly<Record<string, unknown>>;
    readonly permissions?: object;
    readonly concurrency?: { readonly group: string };
    readonly jobs: Readonly<Record<string, Job>>;
}

export function text(file: string): string {
    return readFileSync(join(repoRoot, file), "utf8");
}

const FOLDER = ".github/workflows";
export const ACTION = ".github/actions/prepare/action.yml";
export const GITLAB = ".gitlab-ci.yml";
export const WORKFLOW_FILES = readdirSync(join(repoRoot, FOLDER)).map((name) => `${FOLDER}/${name}`);

export const workflows: readonly (readonly [string, Workflow])[] = WORKFLOW_FILES.map((file) => [
    file,
    parse(text(file)) as Workflow,
]);

export const jobs = workflows.flatMap(([file, workflow]) =>
    Object.entries(workflow.jobs).map(([name, job]) => ({ file, workflow, name, job })),
);

export const action = parse(text(ACTION)) as { readonly runs: { readonly steps: readonly Step[] } };

interface GitLabJob {
    readonly script?: readonly string[];
    readonly after_script?: readonly string[];
    readonly before_script?: readonly string[];
}

export const gitLab = parse(text(GITLAB)) as Readonly<Record<string, GitLabJob>>;

/** Every line that a pipeline of either host runs. */
export const lines: readonly string[] = [
    ...[...jobs.flatMap(({ job }) => job.steps), ...action.runs.steps].flatMap(({ run = "" }) => run.split("\n")),
    ...Object.values(gitLab).flatMap(({ script = [], after_script: after = [], before_script: before = [] }) => [
        ...before,
        ...script,
        ...after,
    ]),
].filter((line) => line !== "");
