import { readFileSync } from "node:fs";
import { type Policy, flowsOf, halfOpen } from "../../../infra/site/flows";
import { FLOWS_FILE, declaredFlows, flowTable, flowsDocument } from "../../support/flows";
import { STACKS } from "../../support/stacks";

const named = (name: string): object => ({ podSelector: { matchLabels: { "app.kubernetes.io/name": name } } });

function policy(namespace: string, name: string, rules: Partial<Policy["spec"]>): Policy {
    return { metadata: { namespace }, spec: { ...named(name), ingress: [], egress: [], ...rules } as Policy["spec"] };
}

const ports = [{ protocol: "TCP", port: 443 }];
const client = policy("registry-land", "database", {
    egress: [
        {
            to: [{ ...named("store"), namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "store" } } }],
            ports,
        },
    ],
});
const everyRegistry = { namespaceSelector: { matchExpressions: [{ key: "data-embassy/registry" }] } };
const store = policy("store", "store", {
    ingress: [{ from: [everyRegistry, { ipBlock: { cidr: "10.1.0.0/16" } }], ports }],
});
const outside = { "10.1.0.0/16": "site narva" };

describe("the flows of a site", () => {
    it("are those that leave, and those that come from outside", () => {
        expect(flowTable([client, store], outside).split("\n").slice(2)).toEqual([
            "| a registry's database | store | 443/TCP |",
            "| site narva | store | 443/TCP |",
        ]);
    });

    it("have two ends: one that is let in nowhere is found", () => {
        const closed = policy("store", "store", {});
        expect(halfOpen([client, store], outside)).toEqual([]);
        expect(halfOpen([client, closed], outside)).toEqual([
            { from: "a registry's database", to: "store", port: "443/TCP" },
        ]);
    });

    it("lead to the same registry of another site, which all have; to another registry by its name", () => {
        const across = (cidr: string): Policy =>
            policy("registry-land", "database", { egress: [{ to: [{ ipBlock: { cidr } }], ports }] });
        const there = {
            "10.1.0.1/32": "land in narva",
            "10.1.0.2/32": "land's lease agent in narva",
            "10.1.0.3/32": "taxes in narva",
            "10.1.0.4/32": "object-store in narva",
        };
        const policies = Object.keys(there).map(across);
        expect(flowsOf(policies, there, "egress").map(({ to }) => to)).toEqual([
            "the same registry in narva",
            "the same registry's lease agent in narva",
            "taxes in narva",
            "object-store in narva",
        ]);
        expect(halfOpen(policies, there)).toEqual([]);
    });

    it("go to nobody who is unknown", () => {
        expect(() => flowsOf([store], {}, "ingress")).toThrow("10.1.0.0/16 belongs to no known peer");
    });

    it.each(STACKS)("are open at both ends in %s", (stack) => {
        const { policies, outside: others } = declaredFlows(stack);
        expect(policies.length).toBeGreaterThan(0);
        expect(halfOpen(policies, others)).toEqual([]);
    });

    it("are those in docs/flows.md; else npm run expected:update", () => {
        expect(readFileSync(FLOWS_FILE, "utf8")).toBe(flowsDocument(STACKS));
    });
});
