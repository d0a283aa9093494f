import * as fc from "fast-check";
import { registryKeys } from "../../../infra/plan/keys";

const SECRET = "k".repeat(43);

describe("a registry's keys", () => {
    it("follow from its secret: the same at every site and in every restore", () => {
        expect(registryKeys("population", SECRET)).toEqual(registryKeys("population", SECRET));
        expect(registryKeys("population", SECRET)).toMatchObject({
            backup: { id: "population-backup" },
            read: { id: "population-read" },
        });
    });

    it("are all different, between uses, registries and secrets", () => {
        const keysOf = (registry: string, secret: string): string[] => {
            const { cipher, backup, read } = registryKeys(registry, secret);
            return [cipher, backup.secret, read.secret];
        };
        fc.assert(
            fc.property(fc.string({ minLength: 20 }), (secret) => {
                fc.pre(secret !== SECRET);
                const all = [...keysOf("land", SECRET), ...keysOf("taxes", SECRET), ...keysOf("land", secret)];
                expect(new Set(all).size).toBe(all.length);
                expect(all.every((key) => /^[\da-f]{48}$/.test(key))).toBe(true);
            }),
        );
    });
});
