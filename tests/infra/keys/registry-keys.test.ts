import * as fc from "fast-check";
import { generationsIn, registryKeys } from "../../../infra/keys/registry-keys";

const SECRET = "k".repeat(43);

describe("a registry's keys", () => {
    it("follow from its secret: the same at every site and in every restore", () => {
        expect(registryKeys("population", SECRET)).toEqual(registryKeys("population", SECRET));
        expect(registryKeys("population", SECRET)).toMatchObject({
            backup: { id: "population-backup" },
            read: { id: "population-read" },
        });
    });

    it("are all different, between uses, registries, secrets and generations", () => {
        const keysOf = (registry: string, secret: string, generation?: number): string[] => {
            const { cipher, backup, read } = registryKeys(registry, secret, generation);
            return [cipher, backup.secret, read.secret];
        };
        fc.assert(
            fc.property(fc.string({ minLength: 20 }), (secret) => {
                fc.pre(secret !== SECRET);
                const all = [
                    ...keysOf("land", SECRET),
                    ...keysOf("taxes", SECRET),
                    ...keysOf("land", secret),
                    ...keysOf("land", SECRET, 2),
                ];
                expect(new Set(all).size).toBe(all.length);
                expect(all.every((key) => /^[\da-f]{48}$/.test(key))).toBe(true);
            }),
        );
    });

    it("of each generation have a user and a folder of their own, by which what is stored is found again", () => {
        expect(registryKeys("land", SECRET, 12)).toMatchObject({
            backup: { id: "land-backup-12" },
            folder: "/generation-12",
        });
        expect(generationsIn(["archive", "backup", "generation-2", "generation-12", "generation-x"])).toEqual([
            12, 2, 1,
        ]);
        expect(generationsIn(["archive", "backup"])).toEqual([1]);
    });
});
