/** Agents read exactly those environment variables that their pods set, because both follow one contract. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { type AgentName, SETTINGS } from "../../../infra/conventions/agents";
import { agentProgram } from "../../../infra/conventions/programs";
import { agentContainer } from "../../../infra/kubernetes/agent";
import { parseConfig } from "../../../infra/site/config";
import { plan } from "../../../infra/site/plan";
import { containersOf, workloadsOf } from "../../../preview/compare/pods";
import { renderPlan } from "../../support/render";
import { PUBLIC_CLOUD, STACKS, VIEWERS, watchedValues } from "../../support/stacks";

jest.setTimeout(120_000);

const AGENTS = join(__dirname, "..", "..", "..", "agents");
const NAMES = Object.keys(SETTINGS) as AgentName[];

interface Container {
    readonly args?: readonly string[];
    readonly env?: readonly { readonly name: string; readonly value?: string }[];
}

/** The environment that each agent gets from the pods of a stack in which every option is used. */
async function told(stack: string): Promise<[AgentName, NonNullable<Container["env"]>][]> {
    const values = watchedValues(stack, { viewers: VIEWERS });
    const storage = values["data-embassy:storage"] as object;
    const config = parseConfig(stack, {
        ...values,
        "data-embassy:storage": { ...storage, publicCloud: PUBLIC_CLOUD },
    });
    const containers = workloadsOf(await renderPlan(stack, plan(config))).flatMap(
        ({ spec }) => containersOf(spec) as unknown as Container[],
    );
    return containers.flatMap(({ args = [], env = [] }) =>
        NAMES.filter((name) => args.includes(agentProgram(name))).map(
            (name): [AgentName, NonNullable<Container["env"]>] => [name, env],
        ),
    );
}

describe.each(STACKS)("%s", (stack) => {
    it("tells each agent what it reads, and nothing else", async () => {
        const all = await told(stack);
        expect(all.length).toBeGreaterThan(0);
        for (const [agent, env] of all) {
            const names = env.map(({ name }) => name);
            expect([agent, names]).toEqual([agent, Object.keys(SETTINGS[agent].shape)]);
            const values = Object.fromEntries(env.map(({ name, value = "from-the-pod" }) => [name, value]));
            expect([agent, SETTINGS[agent].safeParse(values).error]).toEqual([agent, undefined]);
        }
    });
});

it("has a pod for every agent", async () => {
    const all = await Promise.all(STACKS.map(told)).then((stacks) => stacks.flat());
    const run = new Set(all.map(([agent]) => agent));
    expect(NAMES.filter((name) => !run.has(name))).toEqual([]);
});

/** The agent's files: those in `agents` that its `main.ts` imports, directly or indirectly. */
function sources(file: string, found = new Set<string>()): Set<string> {
    if (!found.has(file)) {
        found.add(file);
        for (const [, path = ""] of readFileSync(file, "utf8").matchAll(/from "(\.[^"]+)"/g)) {
            const next = `${join(dirname(file), path)}.ts`;
            if (!relative(AGENTS, next).startsWith("..")) {
                sources(next, found);
            }
        }
    }
    return found;
}

it.each(NAMES)("%s reads each of its settings, and no other", (agent) => {
    const text = [...sources(join(AGENTS, agent, "main.ts"))].map((file) => readFileSync(file, "utf8")).join("\n");
    const read = new Set([...text.matchAll(/\bsettings\.([A-Z_]+)\b/g)].map(([, name]) => name));
    // The shared code for the store reads settings only of agents that call its functions.
    const asks = (name: string): boolean => text.includes(`${name}(settings)`);
    const known = Object.keys(SETTINGS[agent].shape);
    const unread = [...read].filter((name) => !known.includes(name ?? "") && !isStores(name, asks));
    expect({ neverRead: known.filter((name) => !read.has(name)), unknown: unread }).toEqual({
        neverRead: [],
        unknown: [],
    });
});

/** Whether a setting is read only by a function of agents/store/client.ts that this agent does not call. */
function isStores(name: string | undefined, asks: (called: string) => boolean): boolean {
    return /^STORE_(USER|SECRET)$/.test(name ?? "") && !asks("accessOf");
}

it("has each agent's folder, and an entry for each folder with a program", () => {
    const programs = readdirSync(AGENTS).filter((name) => existsSync(join(AGENTS, name, "main.ts")));
    expect(programs.sort()).toEqual([...NAMES].sort());
});

it("has no agent read the environment but by the contract", () => {
    const files = readdirSync(AGENTS, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
    const readers = files.filter((file) => readFileSync(join(AGENTS, file), "utf8").includes("process.env"));
    expect(readers).toEqual(["settings.ts"]);
});

describe("agentContainer", () => {
    const args = { image: "agents", resources: { cpu: "1", memory: "1Gi" } };

    it("refuses a setting that the agent does not know, and a value that it would refuse", () => {
        const FOUND = "/found";
        expect(() => agentContainer("verifier", { ...args, settings: { FOUND, ...{ SITE: "tallinn" } } })).toThrow(
            "verifier knows no SITE: add it in infra/conventions/agents.ts",
        );
        expect(() => agentContainer("verifier", { ...args, settings: { FOUND: "found" } })).toThrow("must start with");
    });
});
