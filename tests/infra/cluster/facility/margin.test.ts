import { Random } from "../../../../data/shared/random";
import { tier4Problems } from "../../../../infra/cluster/facility";
import { siteAvailability, siteBounds } from "../../../../infra/cluster/facility/availability";
import { marginOf } from "../../../../infra/cluster/facility/margin";
import { STACKS } from "../../../support/stacks";
import { type Change, rack, registry, siteWith, worker } from "../../../support/tier4";

const CHANGES: readonly (readonly [string, Change])[] = [
    ["nothing", () => undefined],
    ["a worker less in a rack", (config) => (rack(config, "a1").hosts["worker"] = [1])],
    ["a worker more in a rack", (config) => (rack(config, "b2").hosts["worker"] = [1, 2, 4])],
    ["a feed that cannot carry what another leaves to it", ({ cluster }) => (cluster.feeds["b"] = 8.3)],
    ["two uplinks", ({ cluster }) => (cluster.switches["a"] = { rack: "a0", uplinks: [] })],
    ["a registry with one member", (config) => (registry(config, "land").members = 1)],
    ["a registry with three", (config) => (registry(config, "land").members = 3)],
    ["workers that take few pods", (config) => (worker(config).pods = 14)],
    ["workers without memory", (config) => (worker(config).memory = "9Gi")],
];

describe("a margin", () => {
    it.each(CHANGES)("leaves too little of something where a site is not Tier IV, and only there: %s", (_, change) => {
        const site = siteWith(change);
        const { least } = marginOf(site);
        expect(least.some(({ left, needed }) => left < needed)).toBe(tier4Problems(site).length > 0);
    });

    it("counts what a fault leaves: two feeds take a zone, and the third carries what is left", () => {
        const { whole, least } = marginOf(siteWith(() => undefined));
        const of = (what: string): unknown => least.find((one) => one.what === what);
        expect(of("etcd")).toEqual({
            what: "etcd",
            unit: "members",
            left: 3,
            needed: 3,
            of: 5,
            fails: "feed b",
            during: "feed a",
        });
        // Eight workers of 900 W and five control-plane hosts of 300 W load both feeds of their rack equally.
        const load = new Map(whole.map(({ what, left, of: all }) => [what, all - left]));
        expect([load.get("feed a"), load.get("feed b"), load.get("feed c")]).toEqual([2250, 4200, 2250]);
        // With feeds c and a down, feed b carries every rack except the one that only has those.
        expect(of("feed b")).toMatchObject({ left: 10_000 - 8400, fails: "feed c", during: "feed a" });
    });
});

describe("an availability", () => {
    it.each(STACKS)("is for %s what failures and repairs at random come to", (stack) => {
        const site = siteWith(() => undefined, stack);
        const { low, high, likeliest } = siteBounds(site);
        const random = new Random().restart(1, 0, 0);
        const found = siteAvailability(site, {
            batches: 50,
            years: 200,
            random: () => random.below(2 ** 32) / 2 ** 32,
        });
        expect(high - low).toBeLessThan(1e-8);
        expect(Math.abs(found.mean - low)).toBeLessThan(4 * found.standardError);
        expect(likeliest).toEqual(["host a1-1", "host b1-1"]);
    });
});
