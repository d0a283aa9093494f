/** The SDK's Automation API can drive this project like any other. */
import { LocalWorkspace, PulumiCommand, type EngineEvent } from "@pulumi/pulumi/automation";
import { renderedObjects } from "../support/expected";
import { Home, must } from "../support/home";

jest.setTimeout(5 * 60_000);

let home: Home;
beforeAll(() => {
    home = new Home("automation");
    must(home.lab("up", "tallinn"));
});
afterAll(() => home.remove());

it("brings a stack up and hands over its events and outputs", async () => {
    const stack = await LocalWorkspace.createOrSelectStack(
        { stackName: "tallinn", workDir: home.project() },
        {
            pulumiCommand: await PulumiCommand.get({ root: home.path }),
            envVars: home.pulumiEnvironment(["tallinn"]) as Record<string, string>,
        },
    );
    const events: EngineEvent[] = [];
    const up = await stack.up({ onEvent: (event) => events.push(event) });
    expect(up.summary.result).toBe("succeeded");
    expect(up.outputs["registries"]?.value).toContain("population");
    expect(up.outputs["crossStackSecrets"]?.secret).toBe(true);

    const summary = events.find(({ summaryEvent }) => summaryEvent)?.summaryEvent;
    expect(summary?.resourceChanges).toEqual({ create: up.summary.resourceChanges?.["create"] });
    const objects = events.filter(({ resOutputsEvent }) => resOutputsEvent?.metadata.type.startsWith("kubernetes:"));
    expect(objects).toHaveLength(renderedObjects("tallinn"));

    const again = await stack.preview();
    expect(Object.keys(again.changeSummary)).toEqual(["same"]);
});
