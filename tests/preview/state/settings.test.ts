/** Changes of the stack file since a state was written, derived from the settings that the state records. */
import { stackReport } from "../../../preview/state";
import { recordable } from "../../../preview/state/settings";
import type { EngineEvent } from "../../../preview/state/events";
import { parseStackFile } from "../../../preview/stack-file";
import { edited, stackText } from "../fixture";
import { readStack } from "./stack-step";

const STACK = "luxembourg";

function reported(config: object | undefined): ReturnType<typeof stackReport> {
    const events: EngineEvent[] = [readStack(STACK, config === undefined ? {} : { settings: config })];
    return stackReport(STACK, events, []);
}

const settingsOf = (text: string): object => parseStackFile(text, STACK).config;

test("keys, what they give up, and the Tier IV margin; maps in whatever order", () => {
    const longer = edited(STACK, "objectLockDays: 30", "objectLockDays: 37");
    const { report, isRecorded } = reported(
        settingsOf(edited(STACK, "feeds: {a: 10, b: 10, c: 10}", "feeds: {c: 10, b: 10, a: 12}", longer)),
    );
    expect(isRecorded).toBe(true);
    expect(report.settings.map(({ key, before: was, after: is }) => [key, was, is])).toEqual([
        ["data-embassy:storage.objectLockDays", "37", "30"],
        ["data-embassy:cluster.feeds.a", "12", "10"],
    ]);
    expect(report.dangers.map(({ kind }) => kind)).toEqual(["less margin", "loses protection"]);
    expect(report.facility.told.join()).toContain("of 12 000 W");
});

test("nothing, where nothing has changed, or nothing is recorded, which is said", () => {
    const same = reported(settingsOf(stackText(STACK)));
    expect([same.report.settings, same.report.dangers, same.report.facility.told]).toEqual([[], [], []]);
    const unrecorded = reported(undefined);
    expect(unrecorded.isRecorded).toBe(false);
    expect(unrecorded.report.settings).toEqual([]);
});

test("nothing that is encrypted, or that is another program's, is recorded", () => {
    const text =
        "config: {data-embassy:a: 1, data-embassy:b: {secure: v1}, data-embassy:c: {d: {secure: v1}}, other:e: 1}";
    expect(recordable(parseStackFile(text, STACK))).toEqual({ "data-embassy:a": 1 });
});
