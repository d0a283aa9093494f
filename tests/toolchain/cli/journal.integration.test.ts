/** What happens to an update's state wherever its journal is killed. Requests of the test play the CLI's part. */
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { appendFileSync, existsSync, mkdtempSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { PROJECT } from "../../../infra/conventions/names";
import { stateFile } from "../../../toolchain/cli/states";
import { Home, must } from "../../support/home";

const STACK = "tallinn";
const URN = `urn:pulumi:${STACK}::${PROJECT}::random:index/randomPet:RandomPet::pet`;

let home: Home;
let journal: ChildProcess & { stdin: NonNullable<ChildProcess["stdin"]> };
let url: string;
let token: string;
beforeEach(async () => {
    home = new Home("journal");
    must(home.pulumi("stack", "init", STACK, "--no-select"));
    await serve();
});
afterEach(() => {
    journal.kill("SIGKILL");
    home.remove();
});

async function serve(): Promise<void> {
    const credentials = mkdtempSync(join(home.path, "credentials-"));
    const program = join(home.path, "bin", "pulumi-journal");
    const child = spawn(program, ["serve", join(home.path, "state"), credentials], {
        stdio: ["pipe", "pipe", "inherit"],
    });
    journal = child;
    url = ((await once(createInterface(child.stdout), "line")) as [string])[0];
    const file = join(credentials, "credentials.json");
    token =
        (JSON.parse(readFileSync(file, "utf8")) as { accessTokens: Record<string, string> }).accessTokens[url] ?? "";
    expect(statSync(file).mode & 0o077).toBe(0);
}

async function ask(
    method: string,
    path: string,
    body?: unknown,
    query = "",
): Promise<{ status: number; answer: unknown }> {
    const response = await fetch(`${url}/api/stacks/organization/${PROJECT}/${STACK}${path && `/${path}`}${query}`, {
        method,
        headers: { Authorization: `token ${token}` },
        ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, answer: await response.json() };
}

/** Announces and starts an update. @returns its path */
async function begin(): Promise<string> {
    const { answer } = await ask("POST", "update", { name: PROJECT, metadata: { message: "a test" }, options: {} });
    const path = `update/${(answer as { updateID: string }).updateID}`;
    expect(await ask("POST", path, { journalVersion: 1 })).toMatchObject({
        status: 200,
        answer: { journalVersion: 1 },
    });
    return path;
}

/** Records the creation of a resource in the journal, with or without its end. */
async function create(update: string, isDone = true): Promise<void> {
    const resource = { urn: URN, custom: true, type: URN.split("::")[2], ...(isDone && { id: "cat" }) };
    const common = { version: 1, operationID: 1, removeOld: null, removeNew: null };
    const entries = [
        { ...common, kind: 0, sequenceID: 1, operation: { resource, type: "creating" } },
        ...(isDone ? [{ ...common, kind: 1, sequenceID: 2, state: resource }] : []),
    ];
    expect(await ask("PATCH", `${update}/journalentries`, { entries })).toMatchObject({ status: 200 });
}

function journalFile(): string {
    return join(home.path, "state", "journals", PROJECT, `${STACK}.jsonl`);
}

function exported(): { resources?: { urn: string }[]; pending_operations?: { resource: { urn: string } }[] } {
    const { stdout } = must(home.pulumi("stack", "export", "--stack", STACK));
    return (JSON.parse(stdout) as { deployment: ReturnType<typeof exported> }).deployment;
}

function history(): { result: string; message: string }[] {
    const folder = join(home.path, "state", ".pulumi", "history", PROJECT, STACK);
    return readdirSync(folder)
        .filter((name) => name.endsWith(".history.json"))
        .sort()
        .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as { result: string; message: string });
}

async function killed(): Promise<void> {
    journal.kill("SIGKILL");
    await once(journal, "exit");
}

it("an update that is completed: in the state, in the history, and unlocked", async () => {
    const update = await begin();
    await create(update);
    await ask("POST", `${update}/complete`, { status: "succeeded" });
    expect(exported().resources).toMatchObject([{ urn: URN }]);
    expect(history()).toMatchObject([{ result: "succeeded", message: "a test" }]);
    expect(existsSync(journalFile())).toBe(false);
    await begin();
});

it("an update whose CLI is gone: what it had noted is in the state, and what it had begun is pending", async () => {
    const update = await begin();
    await create(update, false);
    journal.stdin.end();
    await once(journal, "exit");
    expect(exported().pending_operations).toMatchObject([{ resource: { urn: URN } }]);
    expect(history()).toMatchObject([{ result: "failed" }]);
});

it("a journal that is killed: the next command finds what was noted, also where its last line is not whole", async () => {
    await create(await begin());
    await killed();
    appendFileSync(journalFile(), '{"entries":[{"version":1,"kind":0,"seq');
    expect(exported().resources).toMatchObject([{ urn: URN }]);
    expect(history()).toMatchObject([{ result: "failed" }]);
});

it("a journal that is killed before anything is in it: nothing to find", async () => {
    await begin();
    await killed();
    writeFileSync(journalFile(), '{"header":{"ba');
    expect(exported().resources ?? []).toEqual([]);
    expect(existsSync(journalFile())).toBe(false);
});

it("a journal that is killed between writing the state and its end: the state stays as it is", async () => {
    const update = await begin();
    await create(update);
    const noted = readFileSync(journalFile(), "utf8");
    await ask("POST", `${update}/complete`, { status: "succeeded" });
    const state = readFileSync(stateFile(STACK, home.path), "utf8");
    const folded = createHash("sha256").update(state).digest("hex");
    writeFileSync(journalFile(), `${noted}${JSON.stringify({ folded })}\n`);
    expect(exported().resources).toMatchObject([{ urn: URN }]);
    expect(readFileSync(stateFile(STACK, home.path), "utf8")).toBe(state);
    expect(existsSync(journalFile())).toBe(false);
});

it("a state that somebody changed since: neither is touched, and every command says so", async () => {
    await create(await begin());
    await killed();
    const [noted, changed] = [readFileSync(journalFile(), "utf8"), `${home.state(STACK)} `];
    writeFileSync(stateFile(STACK, home.path), changed);
    const { code, output } = home.pulumi("stack", "export", "--stack", STACK);
    expect(output).toMatch(/somebody has changed it since.*nothing was started/s);
    expect(code).not.toBe(0);
    expect([readFileSync(journalFile(), "utf8"), home.state(STACK)]).toEqual([noted, changed]);
});

it("who else wants the stack is refused while an update is under way, and left alone by others' recovery", async () => {
    const update = await begin();
    await create(update);
    const second = (await ask("POST", "update", { name: PROJECT, metadata: {}, options: {} })).answer;
    const refused = await ask("POST", `update/${(second as { updateID: string }).updateID}`, { journalVersion: 1 });
    expect(refused.status).toBe(409);
    expect(exported().resources ?? []).toEqual([]);
    expect(await ask("POST", `${update}/complete`, { status: "succeeded" })).toMatchObject({ status: 200 });
    expect(exported().resources).toMatchObject([{ urn: URN }]);
});

it("a stack is removed where it has no resources left", async () => {
    const update = await begin();
    await create(update);
    await ask("POST", `${update}/complete`, { status: "succeeded" });
    expect(await ask("DELETE", "")).toMatchObject({
        status: 400,
        answer: { message: expect.stringContaining("still contains resources") as string },
    });
    await ask("DELETE", "", undefined, "?force=true");
    expect(existsSync(stateFile(STACK, home.path))).toBe(false);
});

it("whoever has not the token gets nothing", async () => {
    token = "another";
    expect((await ask("GET", "export")).status).toBe(401);
});
