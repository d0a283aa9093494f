import { spawnSync } from "node:child_process";
import * as fc from "fast-check";
import { parseRegistries } from "../../data/registries";
import { REGISTRIES } from "../../infra/conventions/registries";
import { sitesNamed, sitesToBringUp } from "../../lab/named";
import { repoRoot } from "../../command-line/paths";
import { duration, wholeNumber } from "../../command-line/typed";
import { TYPESCRIPT } from "../../command-line/typescript";

it.each(["abc", "", "-1", "0", "1e3", "1.5", " 3", "0x3", "101", "Infinity", "٣"])("%p is no whole number", (text) => {
    expect(() => wholeNumber("--rounds", text, 1, 100)).toThrow(
        `--rounds is "${text}": it must be a whole number from 1 to 100.`,
    );
});

it.each(["10", "0s", "-1s", "1e3s", "1 m", "1d", "501h", `${"9".repeat(400)}h`])("%p is no duration", (text) => {
    expect(() => duration("--for", text)).toThrow(`--for is "${text}"`);
});

it("means the same registries in whatever order, and however often, they are named", () => {
    fc.assert(
        fc.property(fc.array(fc.constantFrom(...REGISTRIES)), (names) => {
            expect(parseRegistries(names)).toEqual(REGISTRIES.filter((name) => names.includes(name)));
        }),
    );
});

it("means the same sites in whatever order, and however often, they are named", () => {
    const known = ["a", "b", "c"];
    fc.assert(
        fc.property(fc.array(fc.constantFrom(...known), { minLength: 1 }), (names) => {
            const expected = known.filter((name) => names.includes(name));
            expect(sitesNamed(names, known)).toEqual(expected);
            expect(sitesToBringUp(names, undefined)).toEqual(expected);
        }),
    );
});

it("knows the sites that it names, and not all of them besides some", () => {
    expect(() => sitesNamed(["Tallinn", "luxembourg "], ["luxembourg", "tallinn"])).toThrow(
        'The lab has no site "Tallinn", "luxembourg ". It has luxembourg, tallinn',
    );
    expect(() => sitesToBringUp(["tallinn"], ["luxembourg", "tallinn"])).toThrow("leave one of the two out");
});

it.each([
    [["bench/main.ts", "speed", "--rounds", "abc"], '--rounds is "abc": it must be a whole number'],
    [["bench/main.ts", "load", "--people", "-1"], '--people is "-1": it must be a whole number'],
    [["data/main.ts", "count", "--registry", "taxes", "--registry", "land"], "--registry is given twice"],
    [["data/main.ts", "count", "--site="], "--site is empty"],
    [["start/lab.ts", "edge", "--registry", "taxes", " "], "--registry is empty"],
    [["toolchain/build/main.ts", "--parts", ""], "--parts is empty"],
    [["images/main.ts", ""], "An argument is empty"],
    [["start/lab.ts", "fail", "tallinn/"], '"tallinn/" is not a part. Write <site>/<part>'],
    [["start/main.ts", "--nodes", "real", "--nodes", "simulated"], "--nodes is given twice"],
])("%j is refused in a sentence, with exit code 1", ([file = "", ...args], refusal) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [...TYPESCRIPT, file, ...args], {
        cwd: repoRoot,
        encoding: "utf8",
    });
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(refusal);
    expect(stderr).not.toMatch(/^ {4}at /m);
});
