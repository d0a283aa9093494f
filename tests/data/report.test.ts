import { isWhole } from "../../data/lost";
import { agree } from "../../data/references";
import {
    answerReport,
    lagReport,
    loadReport,
    lostReport,
    referencesReport,
    tableReport,
    writeReport,
} from "../../data/report";

const load = { registry: "population", people: 5, seed: 1 } as const;

test("tables are listed with their registry", () => {
    expect(tableReport("rows", { population: { person: 5, address: 3 } })).toMatch(/population │ person\s+│\s+5 │/);
});

test("a load says what it took, or that there was nothing to do", () => {
    const seconds = { rows: 1, constraints: 2, total: 3.21 };
    expect(loadReport({ ...load, loaded: true, rows: { person: 5 }, seconds })).toContain(
        "loaded in 3.2 s (rows 1.0 s",
    );
    expect(loadReport({ ...load, loaded: false, rows: {}, seconds })).toBe(
        "population: 5 people of seed 1 are there already: nothing changed.",
    );
});

test("a run of commits comes with the way to count losses", () => {
    const counts = { acknowledged: 3, unknown: 1, refused: 0, seconds: 2, longestGapSeconds: 1.234 };
    const report = writeReport({ run: "x", journal: "/j", ...counts });
    expect(report).toContain("3 commits acknowledged in 2.0 s, 1 unknown, 0 refused; longest gap 1.23 s");
    expect(report).toContain("data -- lost --journal /j");
});

test("losses are counted, and the first ones named", () => {
    const lost = Array.from({ length: 30 }, (_, i) => i + 1);
    const some = { run: "x", registry: "population", acknowledged: 99, unknown: { total: 2, found: 1 } };
    expect(lostReport({ ...some, lost, refusedButFound: [] })).toMatch(/of 99 .* 30 are lost \(1, 2, .*, 20, …\)/);
    expect(lostReport({ ...some, lost: [], refusedButFound: [7] })).toMatch(
        / 0 are lost\.[^]*Of 2 .* 1 are there[^]*: 7\./,
    );
});

test("a lag is told from none, and from one without end", () => {
    const report = (bytes: number, caughtUp: boolean): string =>
        lagReport("luxembourg", "population", { bytes, seconds: 1.5, caughtUp });
    expect(report(0, true)).toBe("population in luxembourg has all that its primary has written.");
    expect(report(9, true)).toContain("was 9 bytes of log behind, and had them after 1.50 s.");
    expect(report(9, false)).toContain("has not caught up in 1.5 s. Is the link cut?");
});

test("references are listed with what is missing, and those that were not checked", () => {
    const checked = [{ from: "a.b.c", to: "d.e.f", values: 9, missing: 2, examples: ["1", "2"] }];
    const report = referencesReport({ checked, unchecked: [{ from: "g.h.i", to: "d.e.f" }] });
    expect(report).toMatch(/a\.b\.c │ d\.e\.f │\s+9 │\s+2 │ 1, 2/);
    expect(report).toContain("Not checked, because one of the two does not run: g.h.i → d.e.f");
});

test("a check of nothing does not read as if all were well", () => {
    const nobody = { from: "a.b.c", to: "d.e.f", values: 0, missing: 0, examples: [] };
    for (const checked of [[], [nobody]]) {
        expect(agree({ checked })).toBe(false);
        expect(referencesReport({ checked, unchecked: [] })).toContain("NOTHING was checked");
    }
    expect(agree({ checked: [nobody, { ...nobody, values: 1 }] })).toBe(true);
    expect(agree({ checked: [{ ...nobody, values: 2, missing: 1 }] })).toBe(false);

    const none = {
        run: "x",
        registry: "land",
        acknowledged: 0,
        lost: [],
        unknown: { total: 0, found: 0 },
        refusedButFound: [],
    };
    expect(isWhole(none)).toBe(false);
    expect(lostReport(none)).toContain("NOTHING was counted");
    expect(isWhole({ ...none, acknowledged: 1 })).toBe(true);
    expect(isWhole({ ...none, acknowledged: 2, lost: [2] })).toBe(false);
    expect(isWhole({ ...none, acknowledged: 2, refusedButFound: [3] })).toBe(false);
});

test("an answer says what was asked, and that there is none", () => {
    const question = { registry: "land", of: "78490:101:0010", at: "2025-01-01" } as const;
    expect(answerReport({ ...question, rows: [] })).toMatch(/^land tells the chain .*: 78490.*: nothing\.$/);
    expect(answerReport({ ...question, rows: [{ owner: "1", mortgaged: null }] })).toMatch(/owner │ mortgaged/);
});
