/** `npm run pipelines -- …` runs what the pipelines need from GitHub and GitLab, their host. See docs/pipelines.md. */
import { spawnSync } from "node:child_process";
import { appendFileSync, readFileSync } from "node:fs";
import { Command } from "commander";
import { UserError, runCommand } from "../command-line/command";
import { repoRoot } from "../command-line/paths";
import { runProgram } from "../command-line/program";
import { keepComment } from "./comment";
import { GitHub } from "./github";
import { gitLabDiscussion } from "./gitlab";

function program(): Command {
    const command = new Command("npm run pipelines --").exitOverride().description("asks the host of a pipeline");
    command
        .command("comment")
        .description("keeps one comment on the pull request or merge request")
        .requiredOption("--file <file>", "a report in Markdown")
        .action(({ file }: { readonly file: string }) => comment(file, process.env));
    command
        .command("find-plan")
        .description("finds the plan that was made of this tree, among GitHub's artifacts")
        .action(async () => {
            const { artifact, run } = await new GitHub(process.env).planOf(treeHere());
            tell({ artifact, run: String(run) });
        });
    return command;
}

async function comment(file: string, environment: NodeJS.ProcessEnv): Promise<void> {
    const report = read(file);
    if (environment["GITLAB_CI"] !== undefined) {
        process.stdout.write(`The comment is ${await keepComment(gitLabDiscussion(environment), report)}.\n`);
        return;
    }
    const host = new GitHub(environment);
    const pullRequest = await host.pullRequest();
    if (pullRequest === undefined) {
        process.stdout.write("The pull request was closed or has gone on, so there is no comment.\n");
        return;
    }
    process.stdout.write(`The comment is ${await keepComment(host.discussion(pullRequest), report)}.\n`);
    tell({ "pull-request": String(pullRequest) });
}

/** Passes values on to later steps of the job. */
function tell(outputs: Readonly<Record<string, string>>): void {
    const lines = Object.entries(outputs).map(([name, value]) => `${name}=${value}\n`);
    const { GITHUB_OUTPUT: file } = process.env;
    if (file !== undefined) {
        appendFileSync(file, lines.join(""));
    }
    process.stdout.write(lines.join(""));
}

function read(file: string): string {
    try {
        return readFileSync(file, "utf8");
    } catch (error) {
        throw new UserError(`The report ${file} cannot be read: ${(error as Error).message}`);
    }
}

function treeHere(): string {
    const { status, stdout, stderr } = spawnSync("git", ["rev-parse", "HEAD^{tree}"], {
        cwd: repoRoot,
        encoding: "utf8",
    });
    if (status !== 0) {
        throw new UserError(`git rev-parse says: ${stderr.trim()}`);
    }
    return stdout.trim();
}

runCommand(() => runProgram(program, process.argv.slice(2)));
