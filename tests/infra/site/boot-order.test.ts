import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { parseConfig } from "../../../infra/site/config";
import { flowsOf } from "../../../infra/site/flows";
import { plan } from "../../../infra/site/plan";
import { type Part, bootOrder } from "../../../infra/site/boot-order";
import { bootParts } from "../../../infra/site/boot-parts";
import { NIGHTLY } from "../../../infra/storage/plan-object-store";
import { BOOT_ORDER_FILE, bootOrderDocument, planned } from "../../support/boot-order";
import { declaredFlows } from "../../support/flows";
import { type Registered, renderPlan } from "../../support/render";
import { STACKS, stackValues } from "../../support/stacks";

/** A part that needs other parts of its site. */
function part(name: string, ...on: string[]): Part {
    return { name, needs: on.map((other) => ({ on: other, why: "a test" })) };
}

describe("a boot order", () => {
    it("has each part after what it needs, whatever needs what", () => {
        const acyclic = fc.array(fc.array(fc.nat(), { maxLength: 4 }), { minLength: 1, maxLength: 12 }).map((needs) =>
            // Each part needs only earlier ones, so that there is no cycle.
            needs.map((on, index) => part(`p${index}`, ...(index === 0 ? [] : on.map((other) => `p${other % index}`)))),
        );
        fc.assert(
            fc.property(acyclic, fc.infiniteStream(fc.nat()), (inOrder, noise) => {
                const parts = inOrder.toSorted(() => ((noise.next().value as number) % 2) - 0.5);
                const steps = bootOrder("narva", parts);
                const step = (name: string): number => steps.findIndex((names) => names.includes(name));
                expect(steps.flat().toSorted()).toEqual(parts.map(({ name }) => name).toSorted());
                for (const { name, needs } of parts) {
                    // A part comes up one step after the last part that it waits for.
                    expect(step(name)).toBe(Math.max(-1, ...needs.map(({ on }) => step(on))) + 1);
                }
            }),
        );
    });

    it("names a circle, and nothing that only waits for it", () => {
        const parts = [
            part("edge", "land"),
            part("land", "keys"),
            part("keys", "dns"),
            part("dns", "land"),
            part("cluster"),
        ];
        expect(() => bootOrder("narva", parts)).toThrow(
            [
                "narva could not start by itself; nothing was changed:",
                "  - land needs keys needs dns needs land: none of them comes up before the other",
            ].join("\n"),
        );
    });

    it("names a part that needs itself", () => {
        expect(() => bootOrder("narva", [part("dns", "dns")])).toThrow("  - dns needs dns: none of them");
    });

    it("names every need of another site that cannot be borne, and every part that is not there, at once", () => {
        const other = { on: "objects.tallinn", at: "tallinn", why: "backups" };
        const land: Part = { name: "land", needs: [other, { ...other, why: "copies", without: "stores them later" }] };
        expect(() => bootOrder("narva", [land, part("taxes", "edge")])).toThrow(
            [
                "narva could not start by itself; nothing was changed:",
                "  - land needs the site tallinn (backups): take it from narva itself",
                "  - taxes needs edge, which is no part of it",
            ].join("\n"),
        );
    });
});

describe("a plan", () => {
    it("whose images are another site's is refused: without that site no machine of this one starts a pod", () => {
        const values = structuredClone(stackValues("luxembourg")) as Record<string, Record<string, unknown>>;
        const site = { ...values["data-embassy:site"], imageRegistry: "registry.tallinn.embassy.internal:5000" };
        const config = parseConfig("luxembourg", { ...values, "data-embassy:site": site });
        expect(() => plan(config)).toThrow(
            "cluster needs the site tallinn (images of registry.tallinn.embassy.internal): take it from luxembourg itself",
        );
    });

    it("in which a database stores its versions in the other site alone is refused", () => {
        const site = plan(parseConfig("luxembourg", stackValues("luxembourg")));
        const registries = site.registries.map((registry) => ({
            ...registry,
            database: { ...registry.database, stores: { own: "objects.tallinn.embassy.internal", partner: undefined } },
        }));
        expect(() => bootOrder(site.site, bootParts({ ...site, registries }))).toThrow(
            /taxes needs the site tallinn \(backups\).*population needs the site tallinn \(backups\)/s,
        );
    });
});

/** The component that declares the machines. It depends on all others, and is not a part of what comes up on them. */
const MACHINES = "machines";

/** Components whose name differs from that of their part. */
const ROOMS: Readonly<Record<string, string>> = { authority: "keys", priorities: "cluster" };

/** The part of a resource, which is its component directly below the embassy. Resources outside of such components belong to the cluster. */
function partOf(urn: string, parents: ReadonlyMap<string, string>): string | undefined {
    const parent = parents.get(urn);
    if (parent === undefined) {
        return undefined;
    }
    if (!parent.endsWith("DataEmbassy::embassy")) {
        return partOf(parent, parents);
    }
    const [, , type = "", name = ""] = urn.split("::");
    if (!type.split("$").at(-1)?.startsWith("data-embassy:")) {
        return type.endsWith(":StorageClass") ? "disks" : "cluster";
    }
    return ROOMS[name] ?? name;
}

/** `from → to` for each part that has a resource which depends on one of another part. */
async function waiting(stack: string): Promise<Set<string>> {
    const registered: Registered[] = [];
    const site = plan(parseConfig(stack, stackValues(stack)));
    await renderPlan(stack, site, undefined, (one) => registered.push(one));
    const parents = new Map(registered.map(({ urn, parent }) => [urn, parent]));
    const edges = registered.flatMap(({ urn, dependencies }) =>
        dependencies.map((dependency) => [partOf(urn, parents), partOf(dependency, parents)] as const),
    );
    return new Set(
        edges
            .filter(([from, to]) => from !== to && from !== undefined && to !== undefined)
            .map((edge) => edge.join(" → ")),
    );
}

/** `from → to` for each part that may reach another by its network policies. */
function flowing(stack: string, registries: readonly string[], running: readonly string[]): Set<string> {
    const { policies, outside } = declaredFlows(stack);
    const names: Readonly<Record<string, string>> = {
        "API server": "cluster",
        ...Object.fromEntries(NIGHTLY.map((workload) => [workload, "object-store"])),
        gazette: "edge",
    };
    const isRegistry = (name: string): boolean => name.startsWith("a registry's ");
    const elsewhere = (name: string): string | undefined => {
        const site = / in ([^ ]+)$/.exec(name)?.[1];
        return site && `site ${site}`;
    };
    const known = (name: string, which: readonly string[]): readonly string[] =>
        isRegistry(name) ? which : [elsewhere(name) ?? names[name] ?? name];
    return new Set(
        flowsOf(policies, outside, "egress").flatMap(({ from, to }) =>
            known(from, registries).flatMap((one) =>
                // A registry reaches only itself, and other parts reach the running registries.
                (isRegistry(from) && isRegistry(to)) || known(to, running).includes(one)
                    ? []
                    : known(to, running).map((other) => `${one} → ${other}`),
            ),
        ),
    );
}

describe.each(STACKS)("the needs in %s", (stack) => {
    const { parts, steps } = planned(stack);
    const site = plan(parseConfig(stack, stackValues(stack)));
    const registries = site.registries.map(({ name }) => name);
    const edgeOf = ({ name }: Part, { on, at }: Part["needs"][number]): string =>
        `${name} → ${at === undefined ? on : `site ${at}`}`;
    const declared = new Set(parts.flatMap((one) => one.needs.map((need) => edgeOf(one, need))));
    let waits: Set<string>;
    let flows: Set<string>;
    beforeAll(async () => {
        waits = await waiting(stack);
        const running = site.registries.filter(({ database }) => database.members > 0);
        flows = flowing(
            stack,
            registries,
            running.map(({ name }) => name),
        );
    });

    it("are all that resources of one part wait for in another", () => {
        expect(waits.size).toBeGreaterThanOrEqual(26);
        // Registries are created one after the other only for speed. None needs another.
        const inTurn = registries.flatMap((one) => registries.map((other) => `${one} → ${other}`));
        const others = [...waits].filter((edge) => !edge.startsWith(MACHINES) && !inTurn.includes(edge));
        expect(others.filter((edge) => !declared.has(edge))).toEqual([]);
        expect([...waits].filter((edge) => edge.endsWith(`→ ${MACHINES}`))).toEqual([]);
    });

    it("agree with the order in which resources are made: the two together have no circle", () => {
        const needing = (name: string): string[] =>
            [...waits].map((edge) => edge.split(" → ")).flatMap(([from, to = ""]) => (from === name ? [to] : []));
        const both = parts.map(({ name, needs }) => ({
            name,
            needs: [...needs, ...part(name, ...needing(name)).needs],
        }));
        expect(bootOrder(stack, both).flat()).toHaveLength(parts.length);
    });

    it("are all that network policies let one part reach of another in its site", () => {
        expect(flows.size).toBeGreaterThanOrEqual(20);
        expect([...flows].filter((edge) => !edge.includes("→ site ") && !declared.has(edge))).toEqual([]);
    });

    it("are each to be seen, as a resource that waits or a flow that is let through", () => {
        const ours = [...declared].filter((edge) => !edge.startsWith("keys → site "));
        expect(ours.filter((edge) => !waits.has(edge) && !flows.has(edge))).toEqual([]);
    });

    it("put nothing before what it needs", () => {
        expect(steps.flat()).toHaveLength(parts.length);
        expect(steps[0]).toContain("cluster");
        expect(steps.at(-1)).toEqual(registries);
    });
});

it("docs/boot-order.md is what follows; else npm run expected:update", () => {
    expect(readFileSync(BOOT_ORDER_FILE, "utf8")).toBe(bootOrderDocument(STACKS));
});
