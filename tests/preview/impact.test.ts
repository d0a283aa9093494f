/** The impact of a part's failure on everything that depends on it. */
import { parseConfig } from "../../infra/site/config";
import { outsideOf } from "../../infra/site/outside";
import { plan } from "../../infra/site/plan";
import { planNetwork } from "../../infra/networking/addresses";
import { bootParts } from "../../infra/site/boot-parts";
import { workloads } from "../../infra/site/workloads";
import { flowsIn } from "../../preview/map/open-flows";
import { factsOf } from "../../preview/facility/facts";
import { type Looked, impactOf } from "../../preview/impact/find";
import { type SiteImpact, impactReport } from "../../preview/impact/impact";
import { impactMarkdown, impactText } from "../../preview/impact/show";
import { expectedResources } from "../support/expected";
import { STACKS, stackValues } from "../support/stacks";

/** A stack's expected files, with its current plan. */
function looked(stack: string): Looked {
    const config = parseConfig(stack, stackValues(stack));
    const site = plan(config);
    const resources = expectedResources(stack);
    return {
        stack,
        site: site.site,
        facts: factsOf(config, site, workloads(config, site)),
        resources: resources.map((resource) => ({
            urn: resource.name,
            parent: "",
            dependencies: [],
            ignoreChanges: [],
            resource,
        })),
        parts: bootParts(site),
        steps: site.bootOrder,
        flows: flowsIn({ resources, outside: outsideOf(planNetwork(config), config.edge) }),
        registries: site.registries.map(({ name }) => name),
        askedBy: Object.fromEntries(
            site.registries.map(({ name, askedBy }) => [
                name,
                askedBy.flatMap(({ selector }) => Object.values(selector)),
            ]),
        ),
    };
}

const SITES = STACKS.map(looked);

function impact(name: string, stack: string): SiteImpact {
    const [found] = impactOf(name, SITES, [stack]).sites;
    if (found === undefined) {
        throw new Error("nothing found");
    }
    return found;
}

test("a registry in Luxembourg: nothing stops, the edge says so, Tallinn's goes on for a while", () => {
    const { stops, goesOn, unreachable } = impact("registries/land", "luxembourg");
    expect(stops).toEqual([]);
    expect(goesOn).toContainEqual({ who: "edge", what: "answers, of land: answers 503" });
    expect(goesOn).toContainEqual({
        who: "tallinn's land",
        what: expect.stringMatching(/^a lease to write, of land: reads, and writes until/) as string,
    });
    expect(unreachable).toContainEqual({ who: "edge", what: "the database of land, at 5432/TCP" });
    expect(unreachable.map(({ who }) => who)).not.toContain("a registry's database");
    // The gazette reads only legislation.
    expect(unreachable.map(({ who }) => who)).not.toContain("gazette");
    expect(impact("registries/legislation", "luxembourg").unreachable.map(({ who }) => who)).toContain("gazette");
});

test("the object store: every registry stops, and comes up again behind it; the other site stores its copies later", () => {
    const { stops, goesOn, restarts } = impact("object-store", "luxembourg");
    const registries = SITES[0]?.registries ?? [];
    expect(stops).toEqual([{ who: registries.join(", "), what: "needs object-store: backups" }]);
    expect(restarts).toEqual([registries]);
    expect(goesOn.find(({ what }) => what.startsWith("second copies, of object-store"))?.who).toContain(
        "tallinn's land",
    );
    expect(goesOn.find(({ what }) => what.startsWith("answers, of taxes, land"))?.who).toBe("edge");
});

test("the DNS server: what waits for it stops, and what can do without is told how", () => {
    const { stops, goesOn } = impact("dns", "tallinn");
    expect(stops.map(({ who }) => who).join()).toContain("land");
    expect(goesOn).toContainEqual({
        who: "object-store",
        what: "names, of dns: serves, and what tests and purges it at night fails",
    });
});

test("a rack: its hosts fall with it, and what is left is counted", () => {
    const { stops, goesOn, restarts } = impact("cluster/rack/a1", "luxembourg");
    expect(stops.map(({ who }) => who)).toEqual(["host a1-1", "host a1-2", "host a1-3"]);
    expect(goesOn).toContainEqual({ who: "left, at the worst", what: "etcd 4 of 5 members, 3 needed" });
    expect(restarts[0]).toEqual(["rack a1", "host a1-1", "host a1-2", "host a1-3"].slice(1));
});

test("a registry's keys: its database has them", () => {
    const { stops, restarts } = impact("keys/land", "luxembourg");
    expect(stops.map(({ who }) => who)).toContain("StatefulSet registry-land/database");
    expect(restarts.flat()).toContain("StatefulSet registry-land/database");
    expect(stops.filter(({ who }) => !who.includes("registry-land/"))).toEqual([]);
});

test("a workload: what its part is to others; a certificate: who has its secret", () => {
    const database = impact("StatefulSet registry-land/database", "luxembourg");
    expect(database.goesOn).toContainEqual({ who: "edge", what: "answers, of land: answers 503" });
    expect(database.stops).toEqual([]);
    const certificate = impact("certificate registry-land/database-tls", "luxembourg");
    expect(certificate.stops.map(({ who }) => who)).toContain("StatefulSet registry-land/database");
});

test("a whole site: the other one has what it had", () => {
    const { goesOn } = impact("sites/tallinn", "tallinn");
    expect(goesOn.find(({ what }) => what.startsWith("what is written, of taxes"))?.who).toContain(
        "luxembourg's population",
    );
});

test("every part of every site can be asked about, in each format", () => {
    for (const { stack, parts, registries } of SITES) {
        for (const { name } of parts) {
            const report = impactOf(registries.includes(name) ? `registries/${name}` : name, SITES, [stack]);
            expect(impactReport.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
            expect(impactText(report)).toContain(`in ${stack}`);
            expect(impactMarkdown(report)).toContain("**Stops**");
        }
    }
});

test("a name of nothing is refused, with names that are near", () => {
    expect(() => impactOf("registries/lnad", SITES, [])).toThrow(
        /^There is nothing called registries\/lnad in .*; the nearest names are registries\/land, /,
    );
    expect(() => impactOf("a1-9", SITES, ["luxembourg"])).toThrow(/cluster\/host\/a1-1/);
});
