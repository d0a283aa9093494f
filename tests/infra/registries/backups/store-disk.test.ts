import { registryOf } from "../../../../infra/registries/config";
import * as fc from "fast-check";
import { type EmbassyConfig, parseConfig } from "../../../../infra/site/config";
import { AUDIT_LOG } from "../../../../infra/cluster/control-plane/audit";
import { amount } from "../../../../infra/conventions/quantity";
import { REGISTRIES } from "../../../../infra/conventions/registries";
import { plan } from "../../../../infra/site/plan";
import { walPerDay } from "../../../../infra/registries/disk";
import { stay, storeHolders, storeTooSmall } from "../../../../infra/registries/backups/store-disk";
import { STACKS, stackValues } from "../../../support/stacks";

const GIB = 2 ** 30;
const declared = parseConfig("tallinn", stackValues("tallinn"));

interface Change {
    readonly storage?: string;
    readonly objectLockDays?: number;
    readonly retentionDays?: number;
    readonly generations?: EmbassyConfig["keys"]["generations"];
    readonly data?: string;
}

function changed({ storage, objectLockDays, retentionDays, generations, data }: Change): EmbassyConfig {
    const registries = Object.fromEntries(
        Object.entries(declared.registries).map(([name, one]) => [name, { ...one, data: data ?? one.data }]),
    ) as EmbassyConfig["registries"];
    const { objectStore } = declared.storage;
    return {
        ...declared,
        registries,
        keys: { ...declared.keys, generations: generations ?? {} },
        recovery: { ...declared.recovery, retentionDays: retentionDays ?? declared.recovery.retentionDays },
        storage: {
            ...declared.storage,
            objectLockDays: objectLockDays ?? declared.storage.objectLockDays,
            objectStore: { ...objectStore, storage: storage ?? objectStore.storage },
        },
    };
}

/**
 * Plays each night: there is a full backup on Sundays, a differential one on other days, and the day's WAL. pgBackRest hides what
 * is older than the oldest full backup that it keeps, and the purger removes what is hidden and no longer locked. Hidden data counts twice.
 *
 * @returns the largest number of bytes on any day
 */
function played(config: EmbassyConfig, days: number): number {
    const { recovery, storage } = config;
    let stored: { readonly day: number; readonly full: boolean; readonly bytes: number; hidden: boolean }[] = [];
    let most = 0;
    for (let day = 0; day < days; day++) {
        const full = day % 7 === 0;
        for (const registry of REGISTRIES) {
            const generations = (config.keys.generations[registry] ?? [1]).length;
            const data = amount(registryOf(config, registry).data);
            const bytes = generations * (data + walPerDay(registry, config));
            stored.push({ day, full, bytes, hidden: false });
        }
        const oldest = stored.findLast((each) => each.full && each.day <= day - recovery.retentionDays)?.day ?? 0;
        for (const each of stored) {
            each.hidden ||= each.day < oldest;
        }
        most = Math.max(
            most,
            stored.reduce((total, { bytes, hidden }) => total + bytes * (hidden ? 2 : 1), 0),
        );
        stored = stored.filter((each) => !each.hidden || each.day + storage.objectLockDays > day);
    }
    return most;
}

describe.each(STACKS)("the object store of %s", (stack) => {
    it("holds all that is stored in it, until it is removed", () => {
        expect(storeTooSmall(parseConfig(stack, stackValues(stack)))).toEqual([]);
    });
});

describe("an object store's volume", () => {
    it("holds the other site's audit log for as long as its pieces are locked, and none where there is no other site", () => {
        const audit = (config: EmbassyConfig): number =>
            storeHolders(config).reduce((sum, { name, bytes }) => sum + (name.includes("audit log") ? bytes : 0), 0);
        // All that API servers keep themselves, for one day more: until the purger comes.
        const hourly = (AUDIT_LOG.kept * AUDIT_LOG.size * 2 ** 20) / (AUDIT_LOG.days * 24);
        expect(audit(changed({ objectLockDays: 30 }))).toBe(hourly * 24 * 31);
        expect(audit(changed({ objectLockDays: 100 }))).toBe(hourly * 24 * 101);
        expect(audit(parseConfig("restore", stackValues("restore")))).toBe(0);
        expect(storeTooSmall(changed({ storage: "1Gi" }))).toEqual([expect.stringMatching(/audit log for 31 days$/)]);
    });

    it("is accepted where a year of backups fits, whatever is kept for how long, and the least that is told is enough", () => {
        const choices = fc.record({
            objectLockDays: fc.integer({ min: 22, max: 100 }),
            retentionDays: fc.integer({ min: 14, max: 60 }),
            data: fc.integer({ min: 1, max: 20 }).map((gibibytes) => `${gibibytes}Gi`),
            generations: fc.constantFrom<NonNullable<Change["generations"]>>(
                {},
                { land: [1, 2] },
                { taxes: [2], population: [1, 2] },
            ),
        });
        fc.assert(
            fc.property(choices, (choice) => {
                const [problem = ""] = storeTooSmall(changed({ ...choice, storage: "1Gi" }));
                const least = Number(/must be (\d+)Gi or more/.exec(problem)?.[1]);
                const config = changed({ ...choice, storage: `${least}Gi` });
                expect(storeTooSmall(config)).toEqual([]);
                expect(storeTooSmall(changed({ ...choice, storage: `${least - 1}Gi` }))).toHaveLength(1);
                expect(played(config, 365)).toBeLessThanOrEqual(least * GIB);
            }),
            { numRuns: 40 },
        );
    });

    it("that would fill stops the plan, and says which keys it follows from", () => {
        const config = changed({ storage: "100Gi", generations: { land: [1, 2] } });
        expect(() => plan(config)).toThrow(
            /^tallinn has disks that would fill; nothing was changed:\n {2}- data-embassy:storage\.objectStore\.storage is "100Gi"; it must be \d+Gi or more: .*registries.*recovery\.retentionDays: 28.*storage\.objectLockDays: 30.*keys\.generations: land/,
        );
    });

    it("has to hold twice as much while keys are rotated, and longer what is locked for longer", () => {
        const bytes = (change: Change): number =>
            storeHolders(changed(change)).reduce((total, holder) => total + holder.bytes, 0);
        const generations = Object.fromEntries(REGISTRIES.map((registry) => [registry, [1, 2]]));
        const audit = storeHolders(declared).find(({ name }) => name.includes("audit log"))?.bytes ?? NaN;
        expect(bytes({ generations }) - audit).toBe(2 * (bytes({}) - audit));
        expect(bytes({ generations: { land: [2] } })).toBe(bytes({}));
        expect(stay(changed({ objectLockDays: 100 }))).toEqual({ kept: 101, hidden: 73 });
        expect(bytes({ objectLockDays: 100 })).toBeGreaterThan(2 * bytes({}));
    });
});
