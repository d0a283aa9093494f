import { compare } from "bcryptjs";
import { type PropertyMap, Secret } from "../../../../toolchain/plugin/values";
import { Harness, type Stored, text } from "../harness";
import { harness } from "./types";

describe("import", () => {
    const unchanged = async (it_: Harness, imported: Stored): Promise<unknown> => it_.diff(imported, imported.inputs);

    test("RandomPassword takes the value, and keeps it out of the id", async () => {
        const it_ = harness("RandomPassword");
        const imported = await it_.import("hunter2hunter2");
        expect(imported.id).toBe("none");
        expect(imported.inputs).toStrictEqual({ length: 14 });
        expect(imported.properties).toMatchObject({ result: new Secret("hunter2hunter2"), numeric: true, minLower: 0 });
        expect(await compare("hunter2hunter2", text(imported.properties["bcryptHash"]))).toBe(true);
        expect(await unchanged(it_, imported)).toStrictEqual({});
    });

    test.each<[string, string, string, PropertyMap, PropertyMap]>([
        ["RandomString", "abc", "abc", { length: 3 }, { result: "abc" }],
        ["RandomId", "p,AQI", "AQI", { byteLength: 2, prefix: "p" }, { b64Url: "pAQI", hex: "p0102", dec: "p258" }],
        ["RandomId", "AQI", "AQI", { byteLength: 2 }, { b64Std: "AQI=" }],
        ["RandomInteger", "7,1,10", "7", { min: 1, max: 10 }, { result: 7 }],
        ["RandomInteger", "-7,-9,10,s", "-7", { min: -9, max: 10, seed: "s" }, { result: -7 }],
        ["RandomBytes", "AQI=", "AQI=", { length: 2 }, { hex: new Secret("0102") }],
        [
            "RandomUuid",
            "6F3A1C9E-2f5b-4c8d-9a7e-0b1c2d3e4f50",
            "6f3a1c9e-2f5b-4c8d-9a7e-0b1c2d3e4f50",
            {},
            { result: "6f3a1c9e-2f5b-4c8d-9a7e-0b1c2d3e4f50" },
        ],
    ])("%s from %s", async (name, from, id, inputs, outputs) => {
        const imported = await harness(name).import(from);
        expect(imported).toMatchObject({ id, inputs, properties: outputs });
        expect(await unchanged(harness(name), imported)).toStrictEqual({});
    });

    test.each([
        ["RandomId", "not base64!", "give the id as base64url"],
        ["RandomInteger", "7", "give result,min,max"],
        ["RandomBytes", "AQI", "base64 with padding"],
        ["RandomUuid7", "abc", "give a UUID"],
        ["RandomPet", "brave-otter", "cannot be imported"],
        ["RandomShuffle", "-", "cannot be imported"],
    ])("%s says what is wrong with %s", async (name, id, message) => {
        await expect(harness(name).import(id)).rejects.toThrow(message);
    });
});
