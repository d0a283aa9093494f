/** What is declared for a stack that asks for copies in a public cloud. */
import { parseConfig } from "../../../../infra/site/config";
import { outsideOf } from "../../../../infra/site/outside";
import { planNetwork } from "../../../../infra/networking/addresses";
import { type Policy, flowsOf, halfOpen } from "../../../../infra/site/flows";
import { plan } from "../../../../infra/site/plan";
import { RULES } from "../../../../policy/rules";
import type { KubernetesObject } from "../../../../policy/rules/rule";
import { PUBLIC_COPY } from "../../../../infra/registries/backups/plan-public-copy";
import { type Rendered, renderPlan, renderStack } from "../../../support/render";
import { PUBLIC_CLOUD, stackValues } from "../../../support/stacks";

async function declared(stack: string, publicCloud: object): Promise<Rendered[]> {
    const values = structuredClone(stackValues(stack)) as Record<string, Record<string, Record<string, unknown>>>;
    Object.assign(values["data-embassy:storage"] ?? {}, { publicCloud });
    Object.assign(values["data-embassy:registries"]?.["legislation"] ?? {}, { running: true });
    return renderPlan(stack, plan(parseConfig(stack, values)));
}

const policies = (resources: readonly Rendered[]): Policy[] =>
    resources.filter(({ type }) => type.endsWith(":NetworkPolicy")).map(({ inputs }) => inputs as unknown as Policy);

describe("a copy in a public cloud", () => {
    let resources: Rendered[];
    beforeAll(async () => {
        resources = await declared("tallinn", PUBLIC_CLOUD);
    });

    it("is made of legislation, and no other registry has anything of it", () => {
        const naming = resources.filter(({ inputs }) => /cloud\.example|192\.0\.2\.7/.test(JSON.stringify(inputs)));
        expect(naming.map(({ name }) => name)).toEqual([
            // The list of all workloads names it too.
            "declared",
            "legislation-public-copy-allow",
            "legislation-public-copy-job",
        ]);
        const [declared] = naming;
        const lines = Object.entries(declared?.inputs["data"] as Record<string, string>);
        const told = lines.filter(([, text]) => /cloud\.example|192\.0\.2\.7/.test(text)).map(([key]) => key);
        expect(told).toEqual(["registry-legislation.CronJob.public-copy"]);
    });

    it("is not in any stack that does not ask for it", async () => {
        const names = (await renderStack("tallinn")).map(({ name }) => name);
        expect(names.filter((name) => name.includes("public-copy"))).toEqual([]);
    });

    it("leaves by one flow, from the pods that make it", () => {
        const sites = outsideOf(planNetwork(parseConfig("tallinn", stackValues("tallinn"))), undefined);
        const outside = { ...sites, [`${PUBLIC_CLOUD.address}/32`]: "public cloud" };
        expect(flowsOf(policies(resources), outside, "egress").filter(({ to }) => to === "public cloud")).toEqual([
            { from: "registry-legislation's public-copy", to: "public cloud", port: "443/TCP" },
        ]);
        expect(halfOpen(policies(resources), outside)).toEqual([]);
    });

    it("is carried by a pod without the cipher key, a way to a database or a token", () => {
        const job = resources.find(({ name }) => name === "legislation-public-copy-job");
        const text = JSON.stringify(job?.inputs["spec"]);
        expect([...text.matchAll(/"secretName":"([^"]+)"/g)].map(([, name]) => name)).toEqual([
            "database-tls",
            PUBLIC_COPY,
            PUBLIC_CLOUD.credentials,
        ]);
        expect(text).toContain('"items":[{"key":"ca.crt","path":"ca.crt"}]');
        expect(text).toContain('"automountServiceAccountToken":false');
    });

    it("has nothing against it in policy/", () => {
        const objects = resources.filter(({ type }) => type.startsWith("kubernetes:"));
        const said = objects.flatMap(({ inputs, protect }) =>
            RULES.flatMap(({ violations }) => violations(inputs as unknown as KubernetesObject, { protect })),
        );
        expect(said).toEqual([]);
    });

    it("is made by the site that is written to, and at rest in the other", async () => {
        const suspended = (of: readonly Rendered[]): unknown =>
            (of.find(({ name }) => name === "legislation-public-copy-job")?.inputs["spec"] as { suspend: boolean })
                .suspend;
        expect(suspended(resources)).toBe(false);
        expect(suspended(await declared("luxembourg", PUBLIC_CLOUD))).toBe(true);
    });
});
