import fc from "fast-check";
import { excerpts } from "../../preview/compare/excerpts";

const LONG = Array.from({ length: 100 }, (_, index) => `word-${index}`).join(" ");

test("of two long values, what differs and a little around it, wherever it is", () => {
    const after = LONG.replace("word-20", "another").replace("word-80", "third");
    const [old, next] = excerpts(LONG, after);
    expect(old).toMatch(/^….* word-20 .*….* word-80 .*…$/);
    expect(next).toMatch(/^….* another .*….* third .*…$/);
    expect(old?.length).toBeLessThan(200);
});

test("what is added in the middle of JSON is seen at once", () => {
    const config = (members: string[]): string => JSON.stringify({ before: LONG, members, after: LONG });
    const [old, next] = excerpts(config(["a", "b"]), config(["a", "b", "c"]));
    expect(next).toContain('["a","b","c"]');
    expect(old).toContain('["a","b"]');
});

test("short values are whole; of one that comes or goes the beginning is shown, with its length", () => {
    expect(excerpts("a", "b")).toEqual(["a", "b"]);
    expect(excerpts(undefined, "b")).toEqual([undefined, "b"]);
    expect(excerpts(undefined, LONG)[1]).toMatch(/^word-0 word-1 .*… \(789 characters\)$/);
});

test("two that differ are never shown alike, nor at more length than there is room for", () => {
    const text = fc
        .array(fc.oneof(fc.constantFrom(LONG, "🦊", " ", "\n"), fc.string()), { maxLength: 8 })
        .map((parts) => parts.join(""));
    fc.assert(
        fc.property(text, text, (before, after) => {
            fc.pre(before !== after);
            const [old = "", next = ""] = excerpts(before, after);
            expect(old).not.toBe(next);
            expect(Math.max(old.length, next.length)).toBeLessThan(460);
        }),
    );
});
