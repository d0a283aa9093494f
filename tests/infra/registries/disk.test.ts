import { registryOf } from "../../../infra/registries/config";
import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { type EmbassyConfig, parseConfig } from "../../../infra/site/config";
import { DAYS_ALONE } from "../../../infra/keys/config";
import { amount } from "../../../infra/conventions/quantity";
import { REGISTRIES } from "../../../infra/conventions/registries";
import { plan } from "../../../infra/site/plan";
import { planDatabase } from "../../../infra/registries/plan-database";
import { MIB, SEGMENT_BYTES, diskHolders, diskLimits, tooSmall, walPerDay } from "../../../infra/registries/disk";
import { dynamicConfiguration, localConfiguration } from "../../../infra/registries/postgres/patroni";
import { DISKS_FILE, disksDocument } from "../../support/disks";
import { STACKS, stackValues } from "../../support/stacks";

type Registry = Partial<EmbassyConfig["registries"]["taxes"]>;

function withAll(stack: string, change: Registry, archiveTimeout?: number): EmbassyConfig {
    const config = parseConfig(stack, stackValues(stack));
    const registries = Object.fromEntries(
        Object.entries(config.registries).map(([name, registry]) => [name, { ...registry, ...change }]),
    ) as EmbassyConfig["registries"];
    const recovery = { ...config.recovery, archiveTimeout: archiveTimeout ?? config.recovery.archiveTimeout };
    return { ...config, registries, recovery };
}

/** The value of a parameter of Postgres that is declared in megabytes. */
function parameter(config: EmbassyConfig, name: string): number {
    const { postgresql } = dynamicConfiguration(planDatabase("taxes", "registry-taxes", config)) as {
        postgresql: { parameters: Record<string, string> };
    };
    return Number(/^(\d+)MB$/.exec(postgresql.parameters[name] ?? "")?.[1]) * MIB;
}

/** Plays the days alone, on each of which WAL is added and released. @returns the most WAL on any day */
function played(config: EmbassyConfig, gone: { member: boolean; stores: number }): number {
    const { oneStore, member, checkpoint, kept } = diskLimits(registryOf(config, "taxes").storage);
    const perDay = walPerDay("taxes", config);
    let [waiting, unheard, most] = [0, 0, 0];
    for (let day = 1; day <= DAYS_ALONE; day++) {
        waiting = gone.stores === 0 ? 0 : waiting + perDay;
        waiting = gone.stores === 1 ? Math.min(waiting, oneStore) : waiting;
        unheard = gone.member ? Math.min(unheard + perDay, member) : 0;
        most = Math.max(most, Math.max(waiting, unheard, kept) + checkpoint);
    }
    return most;
}

describe.each(STACKS)("the disks of %s", (stack) => {
    it("hold the WAL of 14 days, whoever is gone", () => {
        const config = parseConfig(stack, stackValues(stack));
        expect(tooSmall(config)).toEqual([]);
        for (const registry of REGISTRIES) {
            expect(diskHolders(registry, config)[0]?.days).toBeGreaterThanOrEqual(DAYS_ALONE);
        }
    });
});

describe("a member's disk", () => {
    it("is accepted where two weeks of WAL leave it half empty with a member, a store, or all of them gone, and the least that is told is enough", () => {
        const sizes = fc.integer({ min: 1, max: 300 });
        const rates = fc.integer({ min: 1, max: 8000 });
        fc.assert(
            fc.property(sizes, rates, fc.integer({ min: 20, max: 3600 }), (gibibytes, mebibytes, archiveTimeout) => {
                const declared = { walPerDay: `${mebibytes}Mi`, data: "1Mi" };
                const config = withAll("tallinn", { ...declared, storage: `${gibibytes}Gi` }, archiveTimeout);
                const problems = tooSmall(config);
                const cases = [0, 1, 2].flatMap((stores) => [true, false].map((member) => ({ member, stores })));
                const most = Math.max(...cases.map((gone) => played(config, gone)));
                const fits = most <= amount(registryOf(config, "taxes").storage) / 2;
                expect(problems.length === 0 ? fits : problems.length === REGISTRIES.length).toBe(true);
                const least = Number(/must be (\d+)Gi or more/.exec(problems[0] ?? "")?.[1] ?? gibibytes);
                expect(tooSmall(withAll("tallinn", { ...declared, storage: `${least}Gi` }, archiveTimeout))).toEqual(
                    [],
                );
                const less = { ...declared, storage: `${Math.max(gibibytes, least - 1)}Gi` };
                expect(tooSmall(withAll("tallinn", less, archiveTimeout)).length).toBe(problems.length);
            }),
        );
    });

    it("has to hold the data as well", () => {
        expect(tooSmall(withAll("tallinn", { data: "40Gi" }))).toEqual([]);
        const [problem] = tooSmall(withAll("tallinn", { data: "41Gi" }));
        expect(problem).toMatch(
            /^data-embassy:registries\.taxes\.storage is "100Gi"; it must be 103Gi or more: .*\(data: 41Gi\)$/,
        );
    });

    it("that is too small stops the plan, as do all others that are, each by its name and with the size that would do", () => {
        const config = withAll("luxembourg", { storage: "10Gi" });
        expect(() => plan(config)).toThrow(
            [
                "luxembourg has disks that would fill; nothing was changed:",
                '  - data-embassy:registries.taxes.storage is "10Gi"; it must be 70Gi or more: ',
            ].join("\n"),
        );
        expect(tooSmall(config)).toHaveLength(REGISTRIES.length);
    });

    it("limits whatever holds WAL or writes without end, by its size", () => {
        for (const storage of ["70Gi", "100Gi", "1Ti"]) {
            const config = withAll("tallinn", { storage });
            const half = amount(storage) / 2;
            expect(parameter(config, "max_slot_wal_keep_size")).toBe(half / 2);
            expect(parameter(config, "max_wal_size") + parameter(config, "wal_keep_size")).toBeLessThan(half / 2);
            expect(parameter(config, "temp_file_limit")).toBeLessThanOrEqual(amount(storage) / 20);
        }
    });

    it("is given a segment of 1 MiB by a registry at rest, not one of 16", () => {
        const { bootstrap } = localConfiguration(
            planDatabase("taxes", "registry-taxes", parseConfig("tallinn", stackValues("tallinn"))),
        ) as { bootstrap: { initdb: unknown[] } };
        expect(bootstrap.initdb).toContainEqual({ "wal-segsize": "1" });
        const idle = withAll("tallinn", { walPerDay: "1m" });
        expect(walPerDay("taxes", idle)).toBeCloseTo(24 * 60 * SEGMENT_BYTES);
    });

    it("of a database with segments of 16 MiB is refused, until it has the size for them or they are cut short less often", () => {
        const former = { walSegment: "16Mi" } as const;
        expect(tooSmall(withAll("tallinn", former))[0]).toMatch(
            /^data-embassy:registries\.taxes\.storage is "100Gi"; it must be 661Gi or more: .* a segment of 16Mi each 60 s, recovery\.archiveTimeout/,
        );
        expect(tooSmall(withAll("tallinn", { ...former, storage: "661Gi" }))).toEqual([]);
        expect(tooSmall(withAll("tallinn", former, 16 * 60))).toEqual([]);
    });
});

it("docs/disks.md is what is declared; else npm run expected:update", () => {
    expect(readFileSync(DISKS_FILE, "utf8")).toBe(disksDocument(STACKS));
});
