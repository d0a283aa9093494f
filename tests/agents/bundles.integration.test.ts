/** The agents as in their image: each is one file that needs only Node.js. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AgentBundles, bundleAgents } from "../../images/agent-bundle";
import { type AgentName, SETTINGS } from "../../infra/conventions/agents";

jest.setTimeout(60_000);

const NAMES = Object.keys(SETTINGS) as AgentName[];

let folder: string;
let bundles: AgentBundles;
beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "agents-"));
    // As for their image, in one run.
    bundles = await bundleAgents(NAMES);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(agent: string, ...args: string[]): { status: number | null; stderr: string } {
    const file = join(folder, `${agent}.cjs`);
    writeFileSync(file, bundles.of(agent).content);
    const node = join(process.cwd(), "node_modules", ".bin", "node");
    const { status, stderr } = spawnSync(node, [file, ...args], { cwd: "/", env: {}, encoding: "utf8" });
    return { status, stderr };
}

it.each(NAMES)("%s says what its pod has to tell it", (agent) => {
    expect(run(agent)).toEqual({
        status: 1,
        stderr: `The environment does not have ${Object.keys(SETTINGS[agent].shape).join(", ")}: the container's declaration must set what infra/conventions/agents.ts names.\n`,
    });
});

it("lists the packages of which something is in a bundle, and no others", () => {
    expect(bundles.of("gate").packages.filter((path) => path.includes("@aws-sdk"))).toEqual([]);
    const { packages } = bundles.of("self-test");
    const names = packages.map((path) => path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length));
    expect(names).toEqual(expect.arrayContaining(["@aws-sdk/client-s3", "ulid", "zod"]));
    expect(names.every((name) => /^(@[^/]+\/)?[^/]+$/.test(name))).toBe(true);
});

it("lists the sources that an image has to be made anew for", () => {
    expect(bundles.sources).toEqual(expect.arrayContaining(["agents/gate/main.ts", "agents/settings.ts"]));
    expect(bundles.sources.filter((source) => source.includes("node_modules"))).toEqual([]);
});

it("says which agent cannot be bundled", async () => {
    await expect(bundleAgents(["nobody"])).rejects.toThrow(
        /^agents\/nobody cannot be bundled: .*agents\/nobody\/main\.ts/s,
    );
});
