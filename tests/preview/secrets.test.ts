/** No format shows a secret, neither its new value nor its former one. */
import fc from "fast-check";
import { compareStack } from "../../preview/compare-stack";
import type { Side } from "../../preview/side";
import { mask, secret } from "../../preview/render/secrets";
import { FORMATS, type Format } from "../../preview/show/formats";
import { parseStackFile } from "../../preview/stack-file";
import { registered, reportOf } from "./fixture";

/** Values that do not occur in a report's own texts. */
const value = fc.stringMatching(/^[g-z]{12,24}$/).map((text) => `q9${text}`);
const isMarked = fc.boolean();

function sideOf(inputs: object, config: object): Side {
    const file = parseStackFile(JSON.stringify({ config }), "Pulumi.test.yaml");
    return { resources: [registered("Secret", "edge", "key", mask(inputs) as object)], outside: {}, file };
}

async function formats(before: Side, after: Side): Promise<string> {
    const report = reportOf(compareStack("test", "compared", before, after));
    const all = await Promise.all(Object.values<Format>(FORMATS).map(async ({ text }) => text(report)));
    return all.join("\n");
}

test("a value that is, was or becomes a secret is in no format, wherever it stands", async () => {
    const mark = (marked: boolean, text: string): unknown => (marked ? secret(text) : text);
    await fc.assert(
        fc.asyncProperty(
            value,
            value,
            isMarked,
            isMarked,
            fc.constantFrom("map", "list", "whole"),
            async (old, next, was, is, where) => {
                fc.pre(was || is);
                const place = (marked: boolean, text: string): object =>
                    ({
                        map: { data: { token: mark(marked, text) } },
                        list: { data: [mark(marked, text)] },
                        whole: { data: marked ? secret({ token: text }) : { token: text } },
                    })[where];
                const text = await formats(sideOf(place(was, old), {}), sideOf(place(is, next), {}));
                expect(text).not.toContain(old);
                expect(text).not.toContain(next);
            },
        ),
    );
});

test("nor what a stack file has encrypted, or has only just", async () => {
    await fc.assert(
        fc.asyncProperty(value, value, async (old, next) => {
            const text = await formats(
                sideOf({}, { "data-embassy:token": old }),
                sideOf({}, { "data-embassy:token": { secure: next } }),
            );
            expect(text).toContain("data-embassy:token");
            expect(text).not.toContain(old);
            expect(text).not.toContain(next);
        }),
    );
});

test("nor what only looks like one", async () => {
    const pod = (password: string): object => ({
        spec: { containers: [{ name: "a", env: [{ name: "DB_PASSWORD", value: password }] }] },
    });
    const text = await formats(sideOf(pod("q9first"), {}), sideOf(pod("q9second"), {}));
    expect(text).toContain("env[0].value");
    expect(text).not.toMatch(/q9first|q9second/);
});
