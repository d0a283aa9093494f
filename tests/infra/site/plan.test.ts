import fc from "fast-check";
import { type EmbassyConfig, parseConfig } from "../../../infra/site/config";
import { cidr } from "../../../infra/conventions/cidr";
import { plan } from "../../../infra/site/plan";
import { POSTGRES_MAJOR } from "../../../infra/conventions/postgres";
import { imageReference } from "../../../infra/conventions/images";
import { inventory } from "../../../infra/cluster/facility/inventory";
import { dnsLabel } from "../../../infra/conventions/names";
import { siteInventory } from "../../../lab/inventory";
import { numbers } from "../../support/tier4";
import { STACKS, stackValues } from "../../support/stacks";

const configs = new Map(STACKS.map((stack) => [stack, parseConfig(stack, stackValues(stack))]));
const luxembourg = configs.get("luxembourg") as EmbassyConfig;

const octet = fc.integer({ min: 0, max: 255 });
const range = fc.tuple(octet, octet, octet, octet, fc.integer({ min: 0, max: 32 })).map(([a, b, c, d, bits]) => {
    const address = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
    const mask = bits === 0 ? 0 : (~0 << (32 - bits)) >>> 0;
    const network = (address & mask) >>> 0;
    return `${network >>> 24}.${(network >>> 16) & 255}.${(network >>> 8) & 255}.${network & 255}/${bits}`;
});

/** The first and the last address of a range, computed without the library under test. */
function bounds(text: string): [number, number] {
    const [address = "", bits = "0"] = text.split("/");
    const first = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
    return [first, first + 2 ** (32 - Number(bits)) - 1];
}

describe("addresses", () => {
    it("overlap exactly where some address is in both ranges", () => {
        fc.assert(
            fc.property(range, range, (a, b) => {
                const [[firstA, lastA], [firstB, lastB]] = [bounds(a), bounds(b)];
                expect(cidr.overlap(a, b)).toBe(firstA <= lastB && firstB <= lastA);
                expect(cidr.contains(a, b)).toBe(firstA <= firstB && lastB <= lastA);
                expect(cidr.problem(a)).toBeUndefined();
            }),
        );
    });

    it("never overlap between sites", () => {
        const blocks = [...configs].map(([, { networking }]) => networking.block);
        const pairs = blocks.flatMap((a, index) => blocks.slice(index + 1).map((b) => [a, b] as const));
        expect(pairs).toHaveLength((STACKS.length * (STACKS.length - 1)) / 2);
        expect(pairs.filter(([a, b]) => cidr.overlap(a, b))).toEqual([]);
    });

    it("of a peer are the ones that the peer itself declares", () => {
        for (const { networking } of configs.values()) {
            for (const [peer, { block, pods, services }] of Object.entries(networking.peers)) {
                expect(configs.get(peer)?.networking).toMatchObject({ block, pods, services });
            }
        }
        expect.hasAssertions();
    });
});

describe("names", () => {
    const word = fc.stringMatching(/^[a-z0-9]{1,15}$/);

    it("are DNS labels of at most 63 characters", () => {
        fc.assert(
            fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), (parts) => {
                expect(dnsLabel(...parts)).toMatch(/^[a-z0-9][a-z0-9-]{0,62}$/);
            }),
        );
    });

    it("are refused where they would be longer, or no DNS label", () => {
        expect(() => dnsLabel("a".repeat(60), "land")).toThrow(/at most 63/);
        expect(() => dnsLabel("Land")).toThrow(/not a DNS label/);
    });
});

describe("inventory", () => {
    it("has every host once, in the fault domains that the stack file declares", () => {
        const name = fc.stringMatching(/^[a-z][0-9]{1,3}$/);
        fc.assert(
            fc.property(
                fc.uniqueArray(name, { minLength: 2, maxLength: 8 }),
                fc.integer({ min: 1, max: 8 }),
                fc.integer({ min: 0, max: 2 }),
                (names, worker, others) => {
                    const hosts = {
                        worker: numbers(worker),
                        ...(others > 0 && { "control-plane": numbers(others, worker + 1) }),
                    };
                    const racks = names.map((rack, index) => {
                        const feeds = index === 0 ? ["b", "c"] : ["a", "b"];
                        return [rack, { feeds, loops: feeds, switches: feeds, hosts }] as const;
                    });
                    const cluster = { ...luxembourg.cluster, racks: Object.fromEntries(racks) };
                    const all = inventory({ ...luxembourg, cluster });
                    expect(new Set(all.map((host) => host.name)).size).toBe(names.length * (worker + others));
                    expect(all.filter(({ role }) => role === "worker")).toHaveLength(names.length * worker);
                    const inB = all.filter(({ labels }) => labels["topology.kubernetes.io/zone"] === "feed-b");
                    expect(new Set(inB.map(({ rack }) => rack))).toEqual(new Set([names[0]]));
                    expect(inB).toHaveLength(worker + others);
                },
            ),
        );
    });

    it("gives the lab the workers that it had, as they were", () => {
        const workers = siteInventory("luxembourg").nodes;
        const names = ["a1-1", "a1-2", "a2-1", "a2-2", "b1-1", "b1-2", "b2-1", "b2-2"];
        expect(workers.map(({ name }) => name)).toEqual(names);
        expect(workers[0]).toEqual({
            name: "a1-1",
            labels: {
                "topology.kubernetes.io/region": "lu",
                "topology.kubernetes.io/zone": "feed-a",
                "kubernetes.io/hostname": "a1-1",
                "data-embassy/feed": "a",
                "data-embassy/rack": "a1",
            },
            cpu: "32",
            memory: "128Gi",
            pods: 110,
            disks: [{ class: "embassy-local", count: 4, size: "4Ti" }],
        });
        const machines = siteInventory("luxembourg", "real").nodes;
        expect(machines.map(({ name, disks }) => [name, disks[0]?.count])).toEqual([
            ["a1-1", 16],
            ["b1-1", 16],
        ]);
    });
});

describe("a registry's plan", () => {
    const { registries } = plan(luxembourg, { postgres: "sha256:0123" });

    it("has one for each of the seven", () => {
        expect(registries.map(({ name }) => name).sort()).toEqual([
            "businesses",
            "identity-documents",
            "land",
            "legislation",
            "pensions",
            "population",
            "taxes",
        ]);
    });

    it("names the image by digest as soon as the lock has one, and refuses an image nobody knows", () => {
        expect(registries[0]?.image).toBe("registry.embassy.internal:5000/postgres@sha256:0123");
        expect(plan(luxembourg).registries[0]?.image).toBe(`registry.embassy.internal:5000/postgres:${POSTGRES_MAJOR}`);
        expect(() => imageReference("r", "mysql", {})).toThrow(/"mysql" is unknown: add it to images\/lock.json/);
    });

    it("leaves room in its quota for one member more than it has, and for the Jobs", () => {
        const [taxes] = registries;
        expect(taxes?.quota).toMatchObject({
            // The quota fits three members with their sidecars, five Jobs that make or verify backups, and two gates.
            "requests.cpu": "11300m",
            "limits.memory": "16256Mi",
            "requests.storage": "300Gi",
            pods: "10",
        });
    });
});
