import * as fc from "fast-check";
import { combine, split } from "shamir-secret-sharing";
import { decryptWith, encryptTo, openSecret, splitSecret } from "../../custody/shares";
import { fixture } from "./fixture";

const shape = fc
    .record({ count: fc.integer({ min: 2, max: 9 }), secret: fc.string({ minLength: 1 }) })
    .chain(({ count, secret }) =>
        fc.integer({ min: 2, max: count }).chain((threshold) =>
            fc.record({
                count: fc.constant(count),
                secret: fc.constant(secret),
                threshold: fc.constant(threshold),
                chosen: fc.shuffledSubarray([...Array(count).keys()], { minLength: threshold, maxLength: threshold }),
            }),
        ),
    );

describe("a secret in shares", () => {
    it("comes back from any threshold of them, in any order", async () => {
        await fc.assert(
            fc.asyncProperty(shape, async ({ count, secret, threshold, chosen }) => {
                const { shares, sealed } = await splitSecret(secret, count, threshold);
                const some = chosen.map((index) => shares[index] as Uint8Array);
                expect(await openSecret(some, sealed)).toBe(secret);
            }),
            { numRuns: 30 },
        );
    });

    it("does not open with fewer, or with one that is of another secret", async () => {
        const [one, other] = [await splitSecret("one", 5, 3), await splitSecret("other", 5, 3)];
        await expect(openSecret(one.shares.slice(0, 2), one.sealed)).rejects.toThrow();
        const mixed = [...one.shares.slice(0, 2), other.shares[2] as Uint8Array];
        await expect(openSecret(mixed, one.sealed)).rejects.toThrow();
    });

    it("says nothing to fewer: with one share of two, every secret is as possible as every other", async () => {
        const [known = new Uint8Array(), other = new Uint8Array()] = await split(new Uint8Array([42]), 2, 2);
        const possible = await Promise.all(
            Array.from({ length: 256 }, async (_, value) => (await combine([known, other.with(0, value)]))[0]),
        );
        expect(new Set(possible).size).toBe(256);
    });

    it("is in an envelope that its custodian opens, and nobody else", async () => {
        const { identities, file } = await fixture();
        const share = new Uint8Array([1, 2, 3]);
        const envelope = await encryptTo(file.custodians[0]?.recipient ?? "", share);
        expect(await decryptWith(identities.slice(0, 1), envelope)).toEqual(share);
        expect(await decryptWith(identities.slice(1), envelope)).toBeUndefined();
        expect(await decryptWith(identities, "")).toBeUndefined();
    });
});
