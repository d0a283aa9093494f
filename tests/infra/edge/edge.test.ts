import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { type EmbassyConfig, parseConfig } from "../../../infra/config";
import { ALLIES } from "../../../infra/config/allies";
import { flowsOf } from "../../../infra/networking/flow-table";
import { type EmbassyPlan, plan } from "../../../infra/plan";
import { planEdge } from "../../../infra/plan/edge";
import { expectedFile } from "../../support/expected";
import { declaredFlows } from "../../support/flows";
import { type Registered, type Rendered, renderPlan } from "../../support/render";
import { STACKS, stackValues } from "../../support/stacks";

type Edge = NonNullable<EmbassyConfig["edge"]>;

const config = parseConfig("luxembourg", stackValues("luxembourg"));

function planWith(allies: Edge["allies"]): EmbassyPlan {
    return plan({ ...config, edge: { ...(config.edge as Edge), allies } });
}

function kinds(resources: readonly Rendered[], name: string): string[] {
    const own = resources.filter((resource) => resource.name.startsWith(`edge-${name}-`));
    return own.map(({ type }) => type.split(":").at(-1) ?? "").sort();
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
                    { edge: "10.38.0.12" },
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
        const registries = { ...config.registries, land: { ...config.registries.land, running: false } };
        const less = plan({ ...config, registries });
        expect(asked(less)).toEqual(Object.keys(registries).filter((name) => name !== "land"));
        expect(less.registries.filter(({ answersAllies }) => answersAllies).map(({ name }) => name)).toEqual(
            asked(less),
        );
    });

    it("is there where the stack file has one, and opens no database elsewhere", () => {
        const tallinn = plan(parseConfig("tallinn", stackValues("tallinn")));
        expect(tallinn.edge).toBeUndefined();
        expect(tallinn.registries.some(({ answersAllies }) => answersAllies)).toBe(false);
    });
});

describe("a certificate that is revoked", () => {
    const registered: Registered[] = [];
    let resources: Rendered[];
    beforeAll(async () => {
        const allies = { FI: { issued: 1, revoked: [] }, LV: { issued: 2, revoked: [1] } };
        resources = await renderPlan("luxembourg", planWith(allies), undefined, (one) => registered.push(one));
    });

    it("is neither issued again nor admitted, and its key is still held: one up is enough", () => {
        expect(kinds(resources, "lv-1")).toEqual(["PrivateKey"]);
        expect(kinds(resources, "lv-2")).toEqual(["CertRequest", "LocallySignedCert", "PrivateKey"]);
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
        // What opens the databases is the site's.
        expect(waitsFor("edge-reader-tls-certificate")).toContain("root-holder");
        expect(waitsFor("edge-reader-tls-certificate")).not.toContain("edge-authority-certificate");
    });

    it("has no private key in the cluster: allies are handed theirs out of the stack's secret output", () => {
        const secrets = resources.filter(({ type, inputs }) => {
            const { namespace } = (inputs["metadata"] ?? {}) as { namespace?: string };
            return type.endsWith(":Secret") && namespace === "edge";
        });
        expect(secrets.map(({ name }) => name).sort()).toEqual(["edge-reader-tls-secret", "edge-tls-secret"]);
    });
});

describe("the edge's flows", () => {
    const { policies, outside } = declaredFlows("luxembourg");
    const all = (["egress", "ingress"] as const).flatMap((end) => flowsOf(policies, outside, end));

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
        const rendered = readFileSync(expectedFile(stack), "utf8");
        expect(`${declared}${rendered}`).not.toMatch(/bru(ss|x)el|\.europa\.eu|\beu-/i);
        const { networking } = parseConfig(stack, stackValues(stack));
        expect(STACKS).toEqual(expect.arrayContaining(Object.keys(networking.peers)));
    });
});
