import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MARKER } from "../../pipelines/comment";
import { repoRoot } from "../../command-line/paths";
import { type Asked, Comments, type Host, startHost } from "./host";
import { TYPESCRIPT } from "../../command-line/typescript";

const TOKEN = "ghs_0123456789abcdef";
const folder = mkdtempSync(join(tmpdir(), "comment-"));
const [event, report, output] = ["event.json", "report.md", "output"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
];
let host: Host;
afterEach(() => host.stop());
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs `npm run pipelines -- …` as a pipeline does. */
async function pipelines(environment: NodeJS.ProcessEnv, ...args: string[]): Promise<{ code: number; said: string }> {
    const child = spawn(process.execPath, [...TYPESCRIPT, "pipelines/main.ts", ...args], {
        cwd: repoRoot,
        env: { PATH: process.env["PATH"], ...environment },
    });
    let said = "";
    [child.stdout, child.stderr].forEach((stream) =>
        stream.setEncoding("utf8").on("data", (text: string) => (said += text)),
    );
    const code = await new Promise<number>((resolve) => child.once("close", (status) => resolve(status ?? 1)));
    expect(said).not.toContain(TOKEN);
    return { code, said };
}

function write(text: string): void {
    writeFileSync(report, text);
    writeFileSync(output, "");
}

describe("on GitHub", () => {
    const comments = new Comments();
    const pull = (number: number, sha: string) => ({ number, head: { sha } });
    let pulls = [pull(7, "old"), pull(8, "head")];

    beforeEach(async () => {
        host = await startHost((asked) => {
            const { pathname, searchParams } = asked.url;
            if (asked.headers.authorization !== `Bearer ${TOKEN}`) {
                return undefined;
            }
            if (pathname === "/repos/ee/embassy/pulls") {
                return searchParams.get("head") === "fork:feature/ä&b" && searchParams.get("state") === "open"
                    ? pulls
                    : [];
            }
            return /^\/repos\/ee\/embassy\/issues\/(8\/comments|comments\/\d+)$/.test(pathname)
                ? comments.answer(asked, "github-actions[bot]", ({ id, body, by }) => ({
                      id,
                      body,
                      user: { login: by },
                  }))
                : undefined;
        });
        const run = { head_sha: "head", head_branch: "feature/ä&b", head_repository: { owner: { login: "fork" } } };
        writeFileSync(event, JSON.stringify({ workflow_run: run }));
    });

    const comment = (more: NodeJS.ProcessEnv = {}) =>
        pipelines(
            {
                GITHUB_API_URL: host.url,
                GITHUB_REPOSITORY: "ee/embassy",
                GITHUB_TOKEN: TOKEN,
                GITHUB_EVENT_PATH: event,
                GITHUB_OUTPUT: output,
                ...more,
            },
            "comment",
            "--file",
            report,
        );

    it("one comment is written, then updated, and left alone where nothing is new", async () => {
        for (let index = 0; index < 150; index++) {
            comments.add("somebody", index === 3 ? `${MARKER}\nI say so.` : "a remark");
        }
        write("first");
        expect(await comment()).toMatchObject({ code: 0, said: "The comment is written.\npull-request=8\n" });
        expect(readFileSync(output, "utf8")).toBe("pull-request=8\n");
        write("second");
        expect((await comment()).said).toMatch(/^The comment is updated/);
        expect((await comment()).said).toMatch(/^The comment is as it was/);
        expect(comments.all.filter(({ by }) => by !== "somebody").map(({ body }) => body)).toEqual([
            `${MARKER}\nsecond`,
        ]);
        expect(comments.all.at(3)?.body).toBe(`${MARKER}\nI say so.`);
    });

    it("of two, as two runs at once leave them, one stays", async () => {
        comments.add("github-actions[bot]", `${MARKER}\nsecond`);
        write("third");
        await comment();
        expect(comments.all.filter(({ by }) => by !== "somebody").map(({ body }) => body)).toEqual([
            `${MARKER}\nthird`,
        ]);
    });

    it("there is none where the pull request is at another commit by now", async () => {
        pulls = [pull(8, "newer")];
        write("late");
        const before = comments.all.length;
        expect(await comment()).toMatchObject({
            code: 0,
            said: expect.stringMatching(/closed or has gone on/) as string,
        });
        expect(comments.all).toHaveLength(before);
        expect(readFileSync(output, "utf8")).toBe("");
        pulls = [pull(8, "head")];
    });

    it.each([
        ["a report too long", {}, "x".repeat(65_537), /has 65537 characters/],
        ["an empty report", {}, "\n", /takes from 1 to/],
        ["a token that is not let in", { GITHUB_TOKEN: "other" }, "text", /was answered with 404: Not Found/],
        ["no token", { GITHUB_TOKEN: "" }, "text", /GITHUB_TOKEN is not set: this command runs in a pipeline/],
    ])("%s ends in a sentence, and nothing is written", async (_, more, text, why) => {
        write(text);
        const before = comments.all.length;
        const { code, said } = await comment(more);
        expect({ code, lines: said.trim().split("\n").length }).toEqual({ code: 1, lines: 1 });
        expect(said).toMatch(why);
        expect(comments.all).toHaveLength(before);
    });

    it("a host that is not there, or sends elsewhere, too", async () => {
        write("text");
        const gone = await startHost(() => ({}));
        await gone.stop();
        expect((await comment({ GITHUB_API_URL: gone.url })).said).toMatch(/was not answered: .*ECONNREFUSED/);
        const sends = await startHost((_: Asked, response) => {
            response.statusCode = 302;
            response.setHeader("Location", host.url);
            return {};
        });
        expect((await comment({ GITHUB_API_URL: sends.url })).said).toMatch(/was not answered: unexpected redirect/);
        expect(host.asked).toEqual([]);
        await sends.stop();
    });
});

describe("on GitLab", () => {
    const comments = new Comments();

    beforeEach(async () => {
        host = await startHost((asked) => {
            const { pathname } = asked.url;
            if (asked.headers["private-token"] !== TOKEN) {
                return undefined;
            }
            if (pathname === "/user") {
                return { id: 5 };
            }
            return /^\/projects\/3\/merge_requests\/9\/notes(\/\d+)?$/.test(pathname)
                ? comments.answer(asked, "5", ({ id, body, by }) => ({ id, body, author: { id: Number(by) } }))
                : undefined;
        });
    });

    it("one comment is written, and then updated", async () => {
        comments.add("6", `${MARKER}\nI say so.`);
        const environment = {
            GITLAB_CI: "true",
            GITLAB_TOKEN: TOKEN,
            CI_API_V4_URL: host.url,
            CI_PROJECT_ID: "3",
            CI_MERGE_REQUEST_IID: "9",
        };
        write("first");
        expect(await pipelines(environment, "comment", "--file", report)).toEqual({
            code: 0,
            said: "The comment is written.\n",
        });
        write("second");
        expect((await pipelines(environment, "comment", "--file", report)).said).toBe("The comment is updated.\n");
        expect(comments.all.map(({ body }) => body)).toEqual([`${MARKER}\nI say so.`, `${MARKER}\nsecond`]);
    });
});
