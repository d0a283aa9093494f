/** A watched site in which persons on duty may open the status page: what that adds, and what it does not. */
import { tier4Problems } from "../../../infra/cluster/facility";
import { parseConfig } from "../../../infra/site/config";
import { type Policy, flowsOf, halfOpen } from "../../../infra/site/flows";
import { outsideOf } from "../../../infra/site/outside";
import { plan } from "../../../infra/site/plan";
import { type Rbac, reachOf, rightsOf } from "../../../infra/site/rights";
import { tier4Site } from "../../../infra/site/tier4";
import { RULES } from "../../../policy/rules";
import type { KubernetesObject } from "../../../policy/rules/rule";
import { type Rendered, inputsOf, renderPlan } from "../../support/render";
import { watchedValues } from "../../support/stacks";

const VIEWERS = { persons: { duty: { issued: 2, revoked: [1] } }, networks: ["198.51.100.0/24"] };
const values = (viewers: object): Record<string, unknown> => watchedValues("luxembourg", { viewers });

const config = parseConfig("luxembourg", values(VIEWERS));
const site = plan(config);

interface Container {
    readonly name: string;
    readonly env: readonly { readonly name: string; readonly value?: string }[];
    readonly volumeMounts: readonly { readonly name: string }[];
    readonly securityContext: object;
}

describe("a site whose page may be opened", () => {
    let all: Rendered[];
    beforeAll(async () => {
        all = await renderPlan("luxembourg", site);
    }, 120_000);
    const of = <T>(type: RegExp): T[] => inputsOf<T>(all, type);
    const containers = (): readonly Container[] =>
        of<{ spec: { template: { spec: { containers: Container[] } } } }>(/:StatefulSet$/)
            .map(({ spec }) => spec.template.spec.containers)
            .find((each) => each.some(({ name }) => name === "exporter")) ?? [];

    it("lets in those networks to the page's port alone, and lets nobody out who was not before", () => {
        const policies = of<Policy>(/:NetworkPolicy$/);
        const outside = outsideOf(site.network, config.edge, config.monitoring);
        expect(halfOpen(policies, outside)).toEqual([]);
        const flows = (direction: "ingress" | "egress", end: "from" | "to") =>
            flowsOf(policies, outside, direction)
                .filter((flow) => flow[end] === "prometheus")
                .map(({ from, to, port }) => `${end === "to" ? from : to} ${port}`)
                .sort();
        expect(flows("ingress", "to")).toEqual(["pods of tallinn 9090/TCP", "viewers of the status page 8443/TCP"]);
        expect(flows("egress", "from")).toEqual([
            "API server 6443/TCP",
            "a registry's database 8008/TCP",
            "dns 5353/TCP",
            "dns 5353/UDP",
            "prometheus in tallinn 9090/TCP",
        ]);
    });

    it("gives the page no identity in the API, and no right that was not there before", async () => {
        const page = containers().find(({ name }) => name === "status-page");
        expect(page?.volumeMounts.map(({ name }) => name).sort()).toEqual([
            "status-page-server",
            "status-page-watcher",
        ]);
        expect(page?.securityContext).toMatchObject({ readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } });
        const before = await renderPlan("luxembourg", plan(parseConfig("luxembourg", watchedValues("luxembourg"))));
        const rbac = (from: readonly Rendered[]) =>
            from.filter(({ type }) => /rbac/.test(type)).map(({ inputs }) => JSON.stringify(inputs));
        expect(rbac(all)).toEqual(rbac(before));
        expect(reachOf("ServiceAccount/monitoring/prometheus", rightsOf(of<Rbac>(/rbac/)), false)).toEqual([]);
    }, 120_000);

    it("admits whom the stack file names, and nobody who is revoked", () => {
        const told = containers()
            .find(({ name }) => name === "status-page")
            ?.env.find(({ name }) => name === "ADMITTED");
        expect(Object.keys(JSON.parse(told?.value ?? "{}") as object)).toEqual(["duty-2"]);
    });

    it("breaks no policy, and bears every fault that it bore before", () => {
        const broken = all.flatMap(({ inputs }) =>
            RULES.flatMap(({ violations }) => violations(inputs as unknown as KubernetesObject, { protect: true })),
        );
        expect(broken).toEqual([]);
        expect(tier4Problems(tier4Site(config, site))).toEqual([]);
    });
});

describe("viewers", () => {
    it("are none in a site that names none: it has no page", () => {
        expect(plan(parseConfig("luxembourg", watchedValues("luxembourg"))).monitoring?.statusPage).toBeUndefined();
    });

    it.each<[string, object, string]>([
        ["from no network", { ...VIEWERS, networks: [] }, "networks"],
        ["from within a site", { ...VIEWERS, networks: ["10.0.0.0/8"] }, "must not overlap a site's block"],
        ["by a name that a certificate cannot have", { ...VIEWERS, persons: { "Duty 1": {} } }, "must be a name of"],
        ["with more revoked than issued", { ...VIEWERS, persons: { duty: { revoked: [2] } } }, "must be the number of"],
    ])("%s are refused by name", (_, viewers, message) => {
        expect(() => parseConfig("luxembourg", values(viewers))).toThrow(message);
    });
});
