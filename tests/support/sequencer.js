// The order in which Jest begins test files: what takes long comes first, so that no worker is left with it at the end.
const { default: Sequencer } = require("@jest/test-sequencer");

class LongestFirst extends Sequencer {
    /** By what Jest remembers of earlier runs, where it remembers anything; on a new clone what starts processes comes first. */
    sort(tests) {
        const ordered = super.sort([...tests]);
        if (tests.some(({ duration }) => duration !== undefined && duration !== null)) {
            return ordered;
        }
        const isLong = ({ path }) => path.endsWith(".integration.test.ts");
        return [...ordered.filter(isLong), ...ordered.filter((test) => !isLong(test))];
    }
}

module.exports = LongestFirst;
