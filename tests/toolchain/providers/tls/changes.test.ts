import fc from "fast-check";
import { type PropertyMap, Secret } from "../../../../toolchain/plugin/values";
import { type Stored } from "../harness";
import { clock, issuedBy, LEAF, locallySigned, newKey, newRequest, newRoot, selfSigned } from "./resources";

let key: string;
beforeAll(async () => {
    key = await newKey();
});
beforeEach(() => {
    clock.now = new Date();
});

describe("while nothing changes", () => {
    const names = fc.record(
        {
            dnsNames: fc.array(fc.domain(), { maxLength: 3 }),
            ipAddresses: fc.array(fc.oneof(fc.ipV4(), fc.ipV6()), { maxLength: 3 }),
        },
        { requiredKeys: [] },
    );
    const certificate = fc.record(
        {
            earlyRenewalHours: fc.nat(10),
            isCaCertificate: fc.boolean(),
            maxPathLength: fc.integer({ min: -1, max: 3 }),
            setSubjectKeyId: fc.boolean(),
            keyed: fc.boolean(),
        },
        { requiredKeys: [] },
    );

    test("there is no difference, also in the official plugin's state", async () => {
        await fc.assert(
            fc.asyncProperty(names, certificate, async (given, { keyed, ...more }) => {
                const subject = { commonName: "a", streetAddresses: ["x"] };
                const inputs = { privateKeyPem: key, subject, ...LEAF, ...given, ...more };
                const made = await selfSigned.create(keyed ? { ...inputs, privateKeyPem: new Secret(key) } : inputs);
                expect(await selfSigned.diff(made, inputs)).toStrictEqual({});
                const official = {
                    ...made,
                    properties: { ...made.properties, maxPathLength: made.properties["maxPathLength"] ?? -1 },
                };
                expect(await selfSigned.diff(official, inputs)).toStrictEqual({});
                expect(await selfSigned.refresh(made)).toStrictEqual(made);
            }),
            { numRuns: 30 },
        );
    });

    test("any other value than earlyRenewalHours asks for a new certificate", async () => {
        const inputs = { privateKeyPem: key, subject: { commonName: "a", country: "EE" }, dnsNames: ["a"], ...LEAF };
        const made = await selfSigned.create(inputs);
        const changes: Record<string, [PropertyMap, Record<string, string>]> = {
            subject: [
                { subject: { commonName: "b", locality: "T" } },
                { "subject.commonName": "update", "subject.country": "delete", "subject.locality": "add" },
            ],
            dnsNames: [{ dnsNames: ["b"] }, { dnsNames: "update" }],
            uris: [{ uris: ["a:b"] }, { uris: "add" }],
            validityPeriodHours: [{ validityPeriodHours: 25 }, { validityPeriodHours: "update" }],
            allowedUses: [{ allowedUses: [] }, { allowedUses: "update" }],
            isCaCertificate: [{ isCaCertificate: true }, { isCaCertificate: "update" }],
            maxPathLength: [{ maxPathLength: 1 }, { maxPathLength: "add" }],
            setSubjectKeyId: [{ setSubjectKeyId: true }, { setSubjectKeyId: "update" }],
            privateKeyPem: [{ privateKeyPem: await newKey() }, { privateKeyPem: "update" }],
        };
        for (const [change, kinds] of Object.values(changes)) {
            const expected = Object.entries(kinds).map(([path, kind]) => [path, { kind: `${kind}-replace` }]);
            expect(await selfSigned.diff(made, { ...inputs, ...change })).toStrictEqual(Object.fromEntries(expected));
        }
    });
});

describe("renewal", () => {
    const inputs = (): PropertyMap => ({ privateKeyPem: key, ...LEAF, earlyRenewalHours: 4 });
    let made: Stored;
    beforeEach(async () => {
        made = await selfSigned.create(inputs());
    });

    test("is not asked for before its time", async () => {
        clock.turn(19.9);
        expect(await selfSigned.diff(made, inputs())).toStrictEqual({});
        expect((await selfSigned.refresh(made)).properties["readyForRenewal"]).toBe(false);
    });

    test("is told by read and asked for by diff from the hour on", async () => {
        clock.turn(20);
        const refreshed = await selfSigned.refresh(made);
        expect(refreshed.properties).toStrictEqual({ ...made.properties, readyForRenewal: true });
        const expected = { readyForRenewal: { kind: "update-replace" } };
        expect(await selfSigned.diff(refreshed, inputs())).toStrictEqual(expected);
        expect(await selfSigned.diff(made, inputs())).toStrictEqual(expected);
    });

    test("goes by an end that the official plugin wrote in its own way", async () => {
        const end = new Date(clock.now.getTime() + 10 * 3_600_000).toISOString().replace(/\.\d+Z$/, ".123456789+00:00");
        const official = { ...made, properties: { ...made.properties, validityEndTime: end } };
        expect(await selfSigned.diff(official, inputs())).toStrictEqual({});
        clock.turn(6.1);
        expect(await selfSigned.diff(official, inputs())).toHaveProperty("readyForRenewal");
    });

    test("moves with earlyRenewalHours, which changes in place", async () => {
        const news = { ...inputs(), earlyRenewalHours: 6 };
        expect(await selfSigned.diff(made, news)).toStrictEqual({ earlyRenewalHours: { kind: "update" } });
        const updated = await selfSigned.update(made, news);
        expect(updated.properties).toStrictEqual({ ...made.properties, earlyRenewalHours: 6 });
        clock.turn(18);
        expect(await selfSigned.diff(updated, news)).toStrictEqual({ readyForRenewal: { kind: "update-replace" } });
        expect(await selfSigned.diff(updated, inputs())).toStrictEqual({ earlyRenewalHours: { kind: "update" } });
    });

    test("is no longer asked for once it was put off", async () => {
        clock.turn(21);
        const refreshed = await selfSigned.refresh(made);
        const news = { ...inputs(), earlyRenewalHours: 1 };
        expect(await selfSigned.diff(refreshed, news)).toStrictEqual({
            earlyRenewalHours: { kind: "update" },
            readyForRenewal: { kind: "update" },
        });
        expect((await selfSigned.update(refreshed, news)).properties["readyForRenewal"]).toBe(false);
    });

    test("keeps a path length that the program does not speak of", async () => {
        const official = { ...made, properties: { ...made.properties, maxPathLength: -1 } };
        const updated = await selfSigned.update(official, { ...inputs(), earlyRenewalHours: 6 });
        expect(updated.properties["maxPathLength"]).toBe(-1);
    });

    test.each([
        [0, 0],
        [4, 4],
        [4, 5],
    ])(
        "of a certificate of %i hours is due at once when asked for %i hours early",
        async (validityPeriodHours, earlyRenewalHours) => {
            const { properties } = await selfSigned.create({ ...inputs(), validityPeriodHours, earlyRenewalHours });
            expect(properties["readyForRenewal"]).toBe(true);
        },
    );

    test("is the same for a certificate signed by a CA", async () => {
        const certRequestPem = await newRequest(key, { subject: { commonName: "leaf" } });
        const given = { ...issuedBy(await newRoot(key)), certRequestPem, ...LEAF };
        const leaf = await locallySigned.create(given);
        clock.turn(24);
        expect(await locallySigned.diff(leaf, given)).toStrictEqual({ readyForRenewal: { kind: "update-replace" } });
    });
});
