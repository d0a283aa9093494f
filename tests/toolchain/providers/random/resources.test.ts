import { Secret, UNKNOWN, reveal } from "../../../../toolchain/plugin/values";
import { Harness, plain, secrets } from "../harness";
import { harness, provider, types } from "./types";

describe.each(Object.entries(types))("%s", (name, { given, changes }) => {
    const it_ = harness(name);

    test("stays as it is while its inputs do", async () => {
        const made = await it_.create({ ...given, keepers: { version: "1" } });
        expect(await it_.diff(made, { ...given, keepers: { version: "1" } })).toStrictEqual({});
        expect(await it_.refresh(made)).toStrictEqual(made);
    });

    test("takes over the official plugin's state without a difference", async () => {
        const made = await it_.create(given);
        const properties = { ...made.properties, __pulumi_raw_state_delta: { obj: {} }, keepers: null };
        expect(await it_.diff({ ...made, properties }, given)).toStrictEqual({});
    });

    test("is made anew when a keeper changes, comes or goes", async () => {
        const made = await it_.create({ ...given, keepers: { version: "1", "a.b": "x" } });
        expect(await it_.diff(made, { ...given, keepers: { version: "2", new: "n" } })).toStrictEqual({
            "keepers.version": { kind: "update-replace" },
            'keepers["a.b"]': { kind: "delete-replace" },
            "keepers.new": { kind: "add-replace" },
        });
        expect(await it_.diff(made, given)).toStrictEqual({ keepers: { kind: "delete-replace" } });
    });

    test("takes no keepers and keepers without entries for the same", async () => {
        const made = await it_.create(given);
        expect(await it_.diff(made, { ...given, keepers: {} })).toStrictEqual({});
    });

    test("ignores a change that it is told to ignore", async () => {
        const made = await it_.create({ ...given, keepers: { version: "1", other: "1" } });
        const news = { ...given, keepers: { version: "2", other: "1" } };
        expect(await it_.diff(made, news, ["keepers"])).toStrictEqual({});
        expect(await it_.diff(made, news, ["keepers.version"])).toStrictEqual({});
        expect(await it_.diff(made, news, ["keepers.other"])).toHaveProperty(["keepers.version"]);
    });

    test("is made anew when any other input changes", async () => {
        const made = await it_.create(given);
        for (const [property, value] of Object.entries(changes)) {
            const found = await it_.diff(made, { ...given, [property]: value });
            const kind = property in made.properties ? "update-replace" : "add-replace";
            expect(found).toMatchObject({ [property]: { kind } });
        }
    });

    test("is made anew in a preview when an input is not known yet", async () => {
        const made = await it_.create({ ...given, keepers: { version: "1" } });
        expect(await it_.diff(made, { ...given, keepers: UNKNOWN })).toStrictEqual({
            keepers: { kind: "update-replace" },
        });
    });

    test("previews its inputs with defaults, and outputs that are not known yet", async () => {
        const preview = await it_.create(given, true);
        const made = await it_.create(given);
        expect(preview.id).toBe("");
        for (const [property, value] of Object.entries(made.properties)) {
            const isInput = property in made.inputs || plain(preview.properties[property]) !== UNKNOWN;
            const expected = property === "__meta" ? null : isInput ? reveal(value) : UNKNOWN;
            expect([property, plain(preview.properties[property])]).toStrictEqual([property, expected]);
        }
        expect(Object.values(reveal(preview.properties))).toContain(UNKNOWN);
        expect(secrets(preview.properties)).toStrictEqual(secrets(made.properties));
    });

    test("keeps the secret mark of an input, and marks what is made from it", async () => {
        const made = await it_.create({ ...given, keepers: new Secret({ key: "k" }) });
        expect(made.properties["keepers"]).toStrictEqual(new Secret({ key: "k" }));
    });

    test("names an input that it does not have", async () => {
        const [failure] = await it_.failures({ ...given, keeper: {} });
        expect(failure).toBe("keeper is not a property of this resource: did you mean keepers?");
    });
});

test("a type of another package is refused, with those that there are", async () => {
    await expect(new Harness(provider, "random:index/randomDog:RandomDog").check({})).rejects.toThrow(
        /RandomDog is not a resource of @pulumi\/random 4\.21\.2, which has .*RandomPet/,
    );
});
