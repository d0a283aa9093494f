import * as fc from "fast-check";
import { instantAt, inPostgres, justBefore, parseInstant, secondsOf } from "../../../infra/conventions/instant";

describe("an instant", () => {
    it.each([
        ["2026-11-29T02:06:36.927040Z", "2026-11-29T02:06:36.927040Z"],
        ["2026-11-29 02:06:36.92+00", "2026-11-29T02:06:36.920000Z"],
        ["2026-11-29 02:06:36.927040+00", "2026-11-29T02:06:36.927040Z"],
        ["2026-11-29 02:06:36.927040 UTC", "2026-11-29T02:06:36.927040Z"],
        ["  2026-11-29T02:06:36z\n", "2026-11-29T02:06:36.000000Z"],
        ["2026-11-29T02:06Z", "2026-11-29T02:06:00.000000Z"],
        ["2026-11-29T02:06:36.9270400000+0000", "2026-11-29T02:06:36.927040Z"],
        ["2026-11-29T02:06:36-03:30", "2026-11-29T05:36:36.000000Z"],
        ["2026-11-29T02:06:36 +02", "2026-11-29T00:06:36.000000Z"],
        ["2026-12-31T23:30:00.000001-01:00", "2027-01-01T00:30:00.000001Z"],
        ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000000Z"],
        ["9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"],
        ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000000Z"],
    ])("is taken as ISO 8601 and Postgres have it: %j", (text, expected) => {
        expect(parseInstant(text)).toBe(expected);
    });

    it.each([
        ["a day that does not exist", "2026-11-31T00:00:00Z"],
        ["a day of leap years alone", "2026-02-29T00:00:00Z"],
        ["a month", "2026-13-01T00:00:00Z"],
        ["an hour", "2026-11-29T24:00:00Z"],
        ["a minute", "2026-11-29T02:60:00Z"],
        ["a leap second", "2026-12-31T23:59:60Z"],
        ["an offset in hours", "2026-11-29T02:06:36+25:00"],
        ["an offset that Postgres does not take", "2026-11-29T02:06:36+16:00"],
        ["an offset in minutes", "2026-11-29T02:06:36+00:60"],
        ["no zone", "2026-11-29T02:06:36"],
        ["a zone by its name", "2026-11-29 02:06:36 EET"],
        ["no time", "2026-11-29"],
        ["more than microseconds", "2026-11-29T02:06:36.9270401Z"],
        ["a year that Postgres does not have", "0000-01-01T00:00:00Z"],
        ["a year of which four digits are not enough", "9999-12-31T23:59:59-01:00"],
        ["the year before the first", "0001-01-01T00:00:00+01:00"],
        ["a year with a sign", "+002026-11-29T02:06:36Z"],
        ["what Date takes for one", "Nov 29 2026 02:06:36 Z"],
        ["more than one", "2026-11-29T02:06:36Z 2026-11-29T02:06:36Z"],
        ["nothing", ""],
    ])("is not: %s", (_, text) => {
        expect(parseInstant(text)).toBeUndefined();
    });

    const seconds = fc.integer({ min: -60_000_000_000, max: 250_000_000_000 });

    it("keeps its microseconds, and is said to Postgres as it is read", () => {
        fc.assert(
            fc.property(seconds, fc.nat(999_999), (whole, micros) => {
                const text = instantAt(whole).replace(".000000", `.${String(micros).padStart(6, "0")}`);
                const parsed = parseInstant(text);
                expect(parsed).toBe(text);
                expect(parsed && parseInstant(inPostgres(parsed))).toBe(text);
                expect(parsed && secondsOf(parsed)).toBe(whole);
            }),
        );
    });

    it("comes after the one a microsecond before, with none between", () => {
        expect(justBefore(instantAt(0))).toBe("1969-12-31T23:59:59.999999Z");
        expect(justBefore(justBefore(instantAt(1)))).toBe("1970-01-01T00:00:00.999998Z");
        fc.assert(
            fc.property(seconds, (whole) => {
                expect(justBefore(instantAt(whole)) < instantAt(whole)).toBe(true);
            }),
        );
    });
});
