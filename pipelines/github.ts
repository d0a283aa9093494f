/** GitHub's API: https://docs.github.com/en/rest */
import { readFileSync } from "node:fs";
import { UserError } from "../command-line/command";
import type { Comment, Discussion } from "./comment";
import { Api, setting } from "./http";

/** The user that writes with a workflow's own token. */
const OWN_USER = "github-actions[bot]";
/** Path of the workflow whose plans are accepted, and the event that it ran for. */
const PLANNER = ".github/workflows/preview.yml";
const PLANNED_FOR = new Set(["pull_request", "workflow_dispatch"]);

interface Repository {
    readonly id: number;
    readonly owner: { readonly login: string };
}

interface Run {
    readonly path: string;
    readonly event: string;
    readonly head_sha: string;
    readonly head_branch: string;
    readonly head_repository: Repository;
}

interface Artifact {
    readonly expired: boolean;
    readonly created_at: string;
    readonly workflow_run: { readonly id: number; readonly repository_id: number; readonly head_repository_id: number };
}

export class GitHub {
    private readonly api: Api;
    private readonly repository: string;

    constructor(private readonly environment: NodeJS.ProcessEnv) {
        this.repository = `/repos/${setting(environment, "GITHUB_REPOSITORY")}`;
        this.api = new Api(setting(environment, "GITHUB_API_URL"), {
            Accept: "application/vnd.github+json",
            Authorization: `Bearer ${setting(environment, "GITHUB_TOKEN")}`,
            "X-GitHub-Api-Version": "2022-11-28",
        });
    }

    /**
     * The pull request of the run that this workflow follows. For a fork's run the API does not name it, and what the run made cannot be trusted,
     * so it is the open pull request from that branch whose newest commit is the run's.
     *
     * @returns undefined where it was closed, or has a newer commit, whose run comments
     */
    async pullRequest(): Promise<number | undefined> {
        const event = JSON.parse(readFileSync(setting(this.environment, "GITHUB_EVENT_PATH"), "utf8")) as {
            readonly workflow_run?: Run;
        };
        if (event.workflow_run === undefined) {
            throw new UserError("A comment is written by a workflow that runs on workflow_run, after another one.");
        }
        const { head_repository: from, head_branch: branch, head_sha: commit } = event.workflow_run;
        const head = encodeURIComponent(`${from.owner.login}:${branch}`);
        const pulls = await this.api.list<{ readonly number: number; readonly head: { readonly sha: string } }>(
            `${this.repository}/pulls?state=open&head=${head}`,
        );
        return pulls.find((pull) => pull.head.sha === commit)?.number;
    }

    discussion(pullRequest: number): Discussion {
        const { api, repository } = this;
        return {
            own: async () => {
                const all = await api.list<Comment & { readonly user: { readonly login: string } | null }>(
                    `${repository}/issues/${pullRequest}/comments?`,
                );
                return all.filter(({ user }) => user?.login === OWN_USER);
            },
            create: (body) => api.ask("POST", `${repository}/issues/${pullRequest}/comments`, { body }),
            update: (id, body) => api.ask("PATCH", `${repository}/issues/comments/${id}`, { body }),
            remove: (id) => api.ask("DELETE", `${repository}/issues/comments/${id}`),
        };
    }

    /**
     * Finds the newest plan of a tree. Anybody's fork can make an artifact of that name, so only those count that this repository's own workflow
     * made for its own branches.
     *
     * @param tree git's digest of the tree
     * @throws UserError where there is none
     */
    async planOf(tree: string): Promise<{ readonly artifact: string; readonly run: number }> {
        const artifact = `plan-${tree}`;
        const { artifacts } = await this.api.ask<{ readonly artifacts: readonly Artifact[] }>(
            "GET",
            `${this.repository}/actions/artifacts?per_page=100&name=${artifact}`,
        );
        const own = artifacts
            .filter(({ expired, workflow_run: run }) => !expired && run.head_repository_id === run.repository_id)
            .toSorted((one, other) => other.created_at.localeCompare(one.created_at));
        for (const { workflow_run: made } of own) {
            const { path, event } = await this.api.ask<Run>("GET", `${this.repository}/actions/runs/${made.id}`);
            if (path === PLANNER && PLANNED_FOR.has(event)) {
                return { artifact, run: made.id };
            }
        }
        throw new UserError(
            `No plan of the tree ${tree} was reviewed: another change came in between, or it came from a fork. ` +
                "Run the workflow preview on this branch, look at its plan, and then run apply by hand. Nothing was changed.",
        );
    }
}
