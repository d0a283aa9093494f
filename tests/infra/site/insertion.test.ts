/** An entry that is inserted before others does not change them, because each has a number that determines its place. */
import { type EmbassyConfig, parseConfig } from "../../../infra/site/config";
import { plan } from "../../../infra/site/plan";
import { type Rendered, renderPlan } from "../../support/render";
import { STACKS, stackValues } from "../../support/stacks";

// These tests render a stack several times, which takes long.
jest.setTimeout(120_000);

type Values = Record<string, Record<string, unknown>>;

function configWith(stack: string, change: (values: Values) => void): EmbassyConfig {
    const values = structuredClone(stackValues(stack)) as Values;
    change(values);
    return parseConfig(stack, values);
}

async function rendered(
    stack: string,
    change: (values: Values) => void = () => undefined,
): Promise<Map<string, string>> {
    const resources = await renderPlan(stack, plan(configWith(stack, change)));
    const key = ({ type, name }: Rendered): string => `${type.split(":").at(-1) ?? type} ${name}`;
    return new Map(resources.map((resource) => [key(resource), JSON.stringify(resource)]));
}

const known = new Map<string, Promise<Map<string, string>>>();

/** The resources that exist before the change, and are different or gone afterwards. */
async function changed(stack: string, change: (values: Values) => void): Promise<string[]> {
    const before = known.get(stack) ?? rendered(stack);
    known.set(stack, before);
    const after = await before.then(() => rendered(stack, change));
    return [...(await before)].filter(([key, text]) => after.get(key) !== text).map(([key]) => key);
}

function inFront(values: Values, section: string, entry: object): void {
    values[`data-embassy:${section}`] = { ...entry, ...values[`data-embassy:${section}`] };
}

const ships = (values: Values): void => {
    const land = (values["data-embassy:registries"] as Record<string, object>)["land"];
    inFront(values, "registries", { ships: { ...land, number: 7 } });
};

describe("a registry in front of the others", () => {
    /** Resources that list all registries: the store's buckets and users, DNS records, the edge's databases, the fence, and the list of workloads. */
    const ALL =
        /^((ConfigMap|Secret|Deployment|StatefulSet|NetworkPolicy|Job|CronJob) (object-store|dns|edge)-|ValidatingAdmissionPolicy fence-policy$|ConfigMap declared$)/;

    it.each(STACKS)("changes nothing in %s but what names all registries", async (stack) => {
        const found = await changed(stack, ships);
        expect(found.filter((key) => !ALL.test(key))).toEqual([]);
        expect(found.length).toBeGreaterThan(0);
    });
});

/** The value as the engine passes it to the program: it sorts the keys of every map. */
function sorted(value: unknown): unknown {
    return typeof value !== "object" || value === null || Array.isArray(value)
        ? value
        : Object.fromEntries(
              Object.entries(value)
                  .sort(([one], [other]) => (one < other ? -1 : 1))
                  .map(([key, inner]) => [key, sorted(inner)]),
          );
}

describe("a site in front of the others, and all that is declared in another order", () => {
    it.each(STACKS)("changes nothing in %s", async (stack) => {
        const found = await changed(stack, (values) => {
            inFront(values, "sites", { narva: { number: 3 } });
            Object.assign(values, sorted(values));
        });
        expect(found).toEqual([]);
    });
});

describe("a host between others of its rack", () => {
    it("changes none of their names", async () => {
        const found = await changed("luxembourg", (values) => {
            const cluster = values["data-embassy:cluster"] as { racks: Record<string, { hosts: object }> };
            cluster.racks["a1"] = { ...cluster.racks["a1"], hosts: { worker: [4, 1, 2], "control-plane": [3] } };
            (values["data-embassy:machines"] as { workers: object }).workers = { a: 5, b: 4 };
        });
        expect(found.filter((key) => key.startsWith("BareMetalHost"))).toEqual([]);
    });
});
