import { GitHub } from "../../pipelines/github";
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
