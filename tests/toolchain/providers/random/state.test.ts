import { Secret, reveal } from "../../../../toolchain/plugin/values";
import { secrets, text } from "../harness";
import { harness, types } from "./types";

describe("state as the official plugin writes it", () => {
    test("RandomPassword", async () => {
        const { id, inputs, properties } = await harness("RandomPassword").create({ length: 20 });
        expect(inputs).toStrictEqual({ length: 20 });
        expect(id).toBe("none");
        expect(secrets(properties)).toStrictEqual(["bcryptHash", "result"]);
        expect(reveal(properties)).toStrictEqual({
            __meta: '{"schema_version":"3"}',
            id: "none",
            length: 20,
            lower: true,
            upper: true,
            numeric: true,
            number: true,
            special: true,
            minLower: 0,
            minUpper: 0,
            minNumeric: 0,
            minSpecial: 0,
            result: expect.stringMatching(/^.{20}$/) as string,
            bcryptHash: expect.stringMatching(/^\$2a\$10\$.{53}$/) as string,
        });
    });

    test("RandomString: its value is its id, so it is no secret", async () => {
        const { id, properties } = await harness("RandomString").create({ length: 9 });
        expect(properties).toMatchObject({ __meta: '{"schema_version":"2"}', id, result: id });
        expect(properties).not.toHaveProperty("bcryptHash");
    });

    test("RandomId", async () => {
        const { id, properties } = await harness("RandomId").create({ byteLength: 8, prefix: "p-" });
        const bytes = Buffer.from(id, "base64url");
        expect(properties).toStrictEqual({
            id,
            byteLength: 8,
            prefix: "p-",
            b64Url: `p-${id}`,
            b64Std: `p-${bytes.toString("base64")}`,
            hex: `p-${bytes.toString("hex")}`,
            dec: `p-${bytes.readBigUInt64BE()}`,
        });
    });

    test("RandomBytes: secret, and still its own id, as upstream", async () => {
        const { id, properties } = await harness("RandomBytes").create({ length: 8 });
        const hex = Buffer.from(id, "base64").toString("hex");
        expect(properties).toStrictEqual({ length: 8, base64: new Secret(id), hex: new Secret(hex) });
        expect(hex).toHaveLength(16);
    });

    test.each([
        ["RandomUuid", /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/],
        ["RandomUuid4", /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/],
        ["RandomUuid7", /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/],
    ])("%s", async (name, form) => {
        const { id, properties } = await harness(name).create({});
        expect(id).toMatch(form);
        expect(properties).toStrictEqual({ id, result: id });
    });

    test("RandomPet: prefix, adverbs, adjective and animal", async () => {
        const { id, properties } = await harness("RandomPet").create({ prefix: "site", length: 4, separator: "_" });
        expect(id).toMatch(/^site(_[a-z]+){4}$/);
        expect(properties).toStrictEqual({ id, prefix: "site", length: 4, separator: "_" });
    });

    test("RandomInteger", async () => {
        const { id, properties } = await harness("RandomInteger").create({ min: -5, max: -5 });
        expect([id, properties]).toStrictEqual(["-5", { id: "-5", min: -5, max: -5, result: -5 }]);
    });

    test("RandomShuffle", async () => {
        const { id, properties } = await harness("RandomShuffle").create({ inputs: ["only"], resultCount: 3 });
        expect(id).toBe("-");
        expect(properties).toStrictEqual({ id, inputs: ["only"], resultCount: 3, results: ["only", "only", "only"] });
    });

    test("no id is a secret, save that of RandomBytes, which upstream made so", async () => {
        const open: string[] = [];
        for (const [name, { given }] of Object.entries(types)) {
            const { id, properties } = await harness(name).create(given);
            const hidden = secrets(properties).map((property) => text(properties[property]));
            if (hidden.includes(id)) {
                open.push(name);
            }
        }
        expect(open).toStrictEqual(["RandomBytes"]);
    });
});
