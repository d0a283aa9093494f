/** What a public scanner finds in everything that a stack declares. */
import { parseConfig } from "../../infra/site/config";
import { plan } from "../../infra/site/plan";
import { hasPython, scan } from "../support/checkov";
import { renderPlan } from "../support/render";
import { STACKS, stackValues } from "../support/stacks";

jest.setTimeout(600_000);

/** A digest in the form in which an image build records it. */
const DIGEST = `sha256:${"0".repeat(64)}`;
const LOCK = Object.fromEntries(
    ["agents", "cert-manager", "coredns", "object-store", "postgres"].map((name) => [name, DIGEST]),
);

async function objectsOf(stack: string): Promise<Record<string, unknown>> {
    const resources = await renderPlan(stack, plan(parseConfig(stack, stackValues(stack)), LOCK));
    return Object.fromEntries(
        resources.filter(({ type }) => type.startsWith("kubernetes:")).map(({ name, inputs }) => [name, inputs]),
    );
}

const canRun = hasPython();
const skipped = canRun ? "" : " (skipped: there is no Python with venv)";

(canRun ? describe : describe.skip)(`checkov${skipped}`, () => {
    it("sees a container that is not hardened", async () => {
        const pod = {
            apiVersion: "v1",
            kind: "Pod",
            metadata: { name: "loose" },
            spec: { containers: [{ name: "main" }] },
        };
        const { failed } = await scan({ loose: pod });
        expect(failed).toEqual(expect.arrayContaining([expect.stringMatching(/^CKV_K8S_40 .*loose/)]));
    });

    it.each(STACKS)("has nothing against %s, and leaves nothing out", async (stack) => {
        const objects = await objectsOf(stack);
        const { passed, skipped, failed } = await scan(objects);
        expect(passed).toBeGreaterThan(Object.keys(objects).length);
        expect({ skipped, failed }).toEqual({ skipped: 0, failed: [] });
    });
});
