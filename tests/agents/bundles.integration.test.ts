/** The agents as their image has them: one file each, which needs nothing but Node.js. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleAgents } from "../../images/agent-bundle";
import { agents } from "../../images/catalogue/agents";

jest.setTimeout(60_000);

const NAMES = (agents.programs ?? []).flatMap((program) => ("agent" in program ? [program.agent] : []));

let folder: string;
beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "agents-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(agent: string, ...args: string[]): Promise<{ status: number | null; stderr: string }> {
    const file = join(folder, `${agent}.cjs`);
    writeFileSync(file, (await bundleAgents([agent]))(agent).content);
    const node = join(process.cwd(), "node_modules", ".bin", "node");
    const { status, stderr } = spawnSync(node, [file, ...args], { cwd: "/", env: {}, encoding: "utf8" });
    return { status, stderr };
}

/** The first thing that an agent asks of its pod; the store's all ask for the same. */
const ASKS: Readonly<Record<string, string>> = {
    gate: "SCOPE",
    gazette: "PORT",
    "edge-api": "PORT",
    verifier: "FOUND",
    "lease-agent": "SOCKET",
};

it.each(NAMES)("%s says what its pod has to tell it", async (agent) => {
    await expect(run(agent)).resolves.toEqual({
        status: 1,
        stderr: `The environment variable ${ASKS[agent] ?? "STORE_URL"} is not set: the container's declaration must set it.\n`,
    });
});

it("lists the packages of which something is in a bundle", async () => {
    const { packages } = (await bundleAgents(["self-test"]))("self-test");
    const names = packages.map((path) => path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length));
    expect(names).toEqual(expect.arrayContaining(["@aws-sdk/client-s3", "ulid", "zod"]));
    expect(names.every((name) => /^(@[^/]+\/)?[^/]+$/.test(name))).toBe(true);
});

it("says which agent cannot be bundled", async () => {
    await expect(bundleAgents(["nobody"])).rejects.toThrow(
        /^agents\/nobody cannot be bundled: .*agents\/nobody\/main\.ts/s,
    );
});
