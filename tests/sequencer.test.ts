import { join } from "node:path";
import Sequencer from "./support/sequencer";
import { repoRoot } from "../command-line/paths";

interface Test {
    readonly path: string;
    readonly context: { readonly config: object; readonly hasteFS: object };
}

/** @param durations seconds that Jest remembers of a file */
function sorted(files: readonly string[], durations: Readonly<Record<string, number>> = {}): string[] {
    const sequencer = new Sequencer();
    const context = { config: { cache: false }, hasteFS: { getSize: (path: string) => path.length } };
    Object.assign(sequencer, { time: ({ path }: Test) => durations[path] });
    const tests: Test[] = files.map((file) => ({ path: join(repoRoot, file), context }));
    return (sequencer.sort(tests as never) as unknown as Test[]).map(({ path }) => path.slice(repoRoot.length + 1));
}

describe("the order of test files", () => {
    const [first, second] = ["tests/system/lifecycle.integration.test.ts", "tests/data/write.integration.test.ts"];
    const UNIT = "tests/infra/networking/packet-filter.test.ts";

    it("on a new clone is what starts processes by size, and then the rest", () => {
        expect(sorted([UNIT, second, first])).toEqual([first, second, UNIT]);
    });

    it("is that of earlier runs, the longest first, where Jest remembers any", () => {
        const remembered = { [join(repoRoot, UNIT)]: 9, [join(repoRoot, first)]: 5, [join(repoRoot, second)]: 7 };
        expect(sorted([first, UNIT, second], remembered)).toEqual([UNIT, second, first]);
    });
});
