import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { type EmbassyConfig, parseConfig } from "../../../infra/site/config";
import { ALLIES } from "../../../infra/edge/allied-codes";
import { flowsOf } from "../../../infra/site/flows";
import { plan } from "../../../infra/site/plan";
import type { EmbassyPlan } from "../../../infra/site/embassy-plan";
import { planEdge } from "../../../infra/edge/plan";
import { registryOf } from "../../../infra/registries/config";
import { expectedFiles } from "../../support/expected";
import { declaredFlows } from "../../support/flows";
import { type Registered, type Rendered, renderPlan } from "../../support/render";
import { STACKS, stackValues } from "../../support/stacks";

type Edge = NonNullable<EmbassyConfig["edge"]>;

const config = parseConfig("luxembourg", stackValues("luxembourg"));

/** The site's configuration with legislation running or not. */
function withLegislation(running: boolean): EmbassyConfig {
    const legislation = { ...registryOf(config, "legislation"), running };
    return { ...config, registries: { ...config.registries, legislation } };
}

function planWith(allies: Edge["allies"]): EmbassyPlan {
    return plan({ ...config, edge: { ...(config.edge as Edge), allies } });
}

function kinds(resources: readonly Rendered[], name: string): string[] {
    const own = resources.filter((resource) => resource.name.startsWith(`edge-${name}-`));
    return own.map(({ type }) => type.split(":").at(-1) ?? "").sort();
}

/** Registry → the edge's workloads that may query it. */
function askedBy({ registries }: EmbassyPlan): Record<string, readonly (string | undefined)[]> {
    return Object.fromEntries(
        registries
            .filter(({ askedBy }) => askedBy.length > 0)
            .map(({ name, askedBy }) => [name, askedBy.map(({ selector }) => selector["app.kubernetes.io/name"])]),
    );
}

describe("a plan's edge", () => {
    it("has each certificate that was issued, once, and none is admitted that is revoked", () => {
        const issued = fc.integer({ min: 1, max: 5 });
        const ally = issued.chain((count) =>
            fc.record({
                issued: fc.constant(count),
                revoked: fc.uniqueArray(fc.integer({ min: 1, max: count })),
            }),
        );
        fc.assert(
            fc.property(fc.dictionary(fc.constantFrom(...ALLIES), ally), (allies) => {
                const edge = planEdge(
                    { ...config, edge: { ...(config.edge as Edge), allies } },
                    { edge: "10.38.0.12", gazette: "10.38.0.13" },
                    {},
                );
                const names = (edge?.certificates ?? []).map(({ name }) => name);
                const all = Object.entries(allies).flatMap(([code, { issued: count }]) =>
                    Array.from({ length: count }, (_, index) => `${code}-${index + 1}`),
                );
                expect(names).toEqual(all);
                const revoked = Object.entries(allies).flatMap(([code, each]) =>
                    each.revoked.map((n) => `${code}-${n}`),
                );
                const refused = (edge?.certificates ?? []).filter((one) => one.revoked).map(({ name }) => name);
                expect(refused.sort()).toEqual(revoked.sort());
            }),
        );
    });

    it("asks the registries that run, and no other", () => {
        const asked = ({ edge }: EmbassyPlan): string[] => Object.keys(edge?.databases ?? {});
        expect(asked(plan(config))).toEqual(Object.keys(config.registries));
        const registries = { ...config.registries, land: { ...registryOf(config, "land"), running: false } };
        const less = plan({ ...config, registries });
        expect(asked(less)).toEqual(Object.keys(registries).filter((name) => name !== "land"));
        expect(Object.keys(askedBy(less))).toEqual(asked(less));
    });

    it("has a page for everybody, which asks legislation where that runs, and no other", () => {
        expect(plan(withLegislation(false)).edge?.gazette?.databases).toEqual({});
        const running = plan(withLegislation(true));
        expect(Object.keys(running.edge?.gazette?.databases ?? {})).toEqual(["legislation"]);
        expect(askedBy(running)).toMatchObject({ legislation: ["edge", "gazette"], population: ["edge"] });
        const without = plan({ ...withLegislation(true), edge: { ...(config.edge as Edge), public: undefined } });
        expect(without.edge?.gazette).toBeUndefined();
        expect(askedBy(without)).toMatchObject({ legislation: ["edge"], population: ["edge"] });
    });

    it("lets everybody read that page but the sites, whose blocks it leaves out", () => {
        const networks = ["0.0.0.0/0", "198.51.100.0/24"];
        const edge = { ...(config.edge as Edge), public: { networks, requestsPerMinute: 1 } };
        expect(plan({ ...config, edge }).edge?.gazette?.networks).toEqual([
            { cidr: "0.0.0.0/0", except: ["10.36.0.0/14", "10.32.0.0/14"] },
            { cidr: "198.51.100.0/24", except: [] },
        ]);
    });

    it("is there where the stack file has one, and opens no database elsewhere", () => {
        const tallinn = plan(parseConfig("tallinn", stackValues("tallinn")));
        expect(tallinn.edge).toBeUndefined();
        expect(askedBy(tallinn)).toEqual({});
    });
});

describe("a certificate that is revoked", () => {
    const registered: Registered[] = [];
    let resources: Rendered[];
    beforeAll(async () => {
        const allies = { FI: { issued: 1, revoked: [] }, LV: { issued: 2, revoked: [1] } };
        resources = await renderPlan("luxembourg", planWith(allies), undefined, (one) => registered.push(one));
    });

    it("is neither renewed nor admitted, and is still held: one up is enough", () => {
        const renewed = (name: string): unknown =>
            resources.find((one) => one.name === `edge-${name}-certificate`)?.inputs["earlyRenewalHours"];
        expect(renewed("lv-1")).toBe(0);
        expect(renewed("lv-2")).toBe(config.keys.renewBeforeDays * 24);
        type Pods = { template: { spec: { containers: { env: { name: string; value: string }[] }[] } } };
        const server = resources.find(({ name }) => name === "edge-server")?.inputs["spec"] as Pods;
        const admitted = server.template.spec.containers[0]?.env.find(({ name }) => name === "ADMITTED")?.value;
        const keys = JSON.parse(admitted ?? "{}") as Record<string, string>;
        expect(Object.keys(keys)).toEqual(["FI-1", "LV-2"]);
        expect(new Set(Object.values(keys)).size).toBe(2);
    });

    it("and all others are of an authority that Luxembourg's own stack holds, under nobody", () => {
        expect(kinds(resources, "authority")).toEqual(["PrivateKey", "SelfSignedCert"]);
        const waitsFor = (name: string): string[] =>
            registered
                .filter(({ urn }) => urn.endsWith(`::${name}`))
                .flatMap(({ dependencies }) => dependencies.map((urn) => urn.split("::").at(-1) ?? ""));
        for (const name of ["edge-fi-1-certificate", "edge-tls-certificate"]) {
            expect(waitsFor(name)).toContain("edge-authority-certificate");
            expect(waitsFor(name)).not.toContain("root-holder");
        }
        // The certificates for the databases come from the site's authority.
        expect(waitsFor("edge-reader-tls-certificate")).toContain("root-holder");
        expect(waitsFor("edge-reader-tls-certificate")).not.toContain("edge-authority-certificate");
    });

    it("has no private key in the cluster: allies are handed theirs out of the stack's secret output", () => {
        const secrets = resources.filter(({ type, inputs }) => {
            const { namespace } = (inputs["metadata"] ?? {}) as { namespace?: string };
            return type.endsWith(":Secret") && namespace === "edge";
        });
        expect(secrets.map(({ name }) => name).filter((name) => /-(fi|lv)-/.test(name))).toEqual([]);
        expect(secrets).toHaveLength(4);
    });
});

describe("where legislation runs", () => {
    let resources: Rendered[];
    beforeAll(async () => {
        resources = await renderPlan("luxembourg", plan(withLegislation(true)));
    });

    it("the page reaches its database, and no other", () => {
        type Rule = { to: { namespaceSelector: { matchLabels: Record<string, string> } }[] };
        const policy = resources.find(({ name }) => name === "edge-gazette-allow")?.inputs["spec"] as {
            egress: Rule[];
        };
        const reached = policy.egress.flatMap(({ to }) =>
            to.map(({ namespaceSelector }) => namespaceSelector.matchLabels["kubernetes.io/metadata.name"]),
        );
        expect(reached).toEqual(["dns", "registry-legislation"]);
    });

    it("the page's pods have the keys of legislation's reader and of their own name, and no other", () => {
        type Pods = { template: { spec: { volumes: { secret: { secretName: string } }[] } } };
        const secrets = (deployment: string): string[] => {
            const pods = resources.find(({ name }) => name === deployment)?.inputs["spec"] as Pods;
            return pods.template.spec.volumes.map(({ secret }) => secret.secretName);
        };
        expect(secrets("edge-gazette-server")).toEqual(["gazette-tls", "gazette-reader-tls"]);
        expect(secrets("edge-server")).toEqual(["edge-tls", "reader-tls"]);
    });
});

describe("the edge's flows", () => {
    const { policies, outside } = declaredFlows("luxembourg");
    const all = (["egress", "ingress"] as const).flatMap((end) => flowsOf(policies, outside, end));

    it("lead from everybody to the page, and to nothing else", () => {
        expect(all.filter(({ from }) => from === "everybody")).toEqual([
            { from: "everybody", to: "gazette", port: "8443/TCP" },
        ]);
        expect(new Set(all.filter(({ to }) => to === "gazette").map(({ from }) => from))).toEqual(
            new Set(["everybody"]),
        );
    });

    it("lead from allies to the site's own databases, and to no API server and no other site", () => {
        const reached = all.filter(({ from }) => from === "edge").map(({ to }) => to);
        expect(new Set(reached)).toEqual(new Set(["dns", "a registry's database"]));
        expect(new Set(all.filter(({ to }) => to === "edge").map(({ from }) => from))).toEqual(new Set(["allies"]));
        expect(new Set(all.filter(({ from }) => from === "allies").map(({ to }) => to))).toEqual(new Set(["edge"]));
    });
});

describe.each(STACKS)("between %s and Estonia's embassy in Brussels", (stack) => {
    it("there is nothing: no name, no route, no peer that is not a site of this project", () => {
        const declared = readFileSync(join(__dirname, "..", "..", "..", `Pulumi.${stack}.yaml`), "utf8");
        const rendered = Object.values(expectedFiles(stack)).join("\n");
        expect(`${declared}${rendered}`).not.toMatch(/bru(ss|x)el|\.europa\.eu|\beu-/i);
        const { networking } = parseConfig(stack, stackValues(stack));
        expect(STACKS).toEqual(expect.arrayContaining(Object.keys(networking.peers)));
    });
});
