// The order in which Jest begins test files: what takes long comes first, so that no worker is left with it at the end.
const { readFileSync } = require("node:fs");
const { default: Sequencer } = require("@jest/test-sequencer");

/** What a file starts, which tells how long it takes better than its size does. */
const STARTS = [
    // Whole sites with real nodes: they mostly wait for machines, elections and stores.
    (path, text) => /\bdescribeNodes\(/.test(text),
    // Sites with simulated nodes, API servers, Postgres: they mostly compute.
    (path) => /\.integration\.test\.ts$/.test(path),
    () => true,
];

class LongestFirst extends Sequencer {
    /**
     * By what Jest remembers of earlier runs, where it remembers anything; on a new clone by what the files start. Then what waits comes in
     * turn with what computes, so that each has the other beside it, and what starts nothing comes last.
     */
    sort(tests) {
        const ordered = super.sort([...tests]);
        if (tests.some(({ duration }) => duration !== undefined && duration !== null)) {
            return ordered;
        }
        const kinds = STARTS.map(() => []);
        for (const test of ordered) {
            const text = readFileSync(test.path, "utf8");
            kinds[STARTS.findIndex((is) => is(test.path, text))].push(test);
        }
        const [waits, computes, rest] = kinds;
        const inTurn = Array.from({ length: Math.max(waits.length, computes.length) }, (_, index) => [
            ...waits.slice(index, index + 1),
            ...computes.slice(index, index + 1),
        ]);
        return [...inTurn.flat(), ...rest];
    }
}

module.exports = LongestFirst;
