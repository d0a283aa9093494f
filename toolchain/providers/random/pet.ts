/** RandomPet: a name that a person can remember, as in `calmly-brave-otter`. */
import { randomBytes } from "node:crypto";
import { adjectives, animals } from "unique-names-generator";
import { resource } from "../state-only/schema";
import { type Entropy, pickOne } from "./entropy";
import { keepers } from "./keepers";

const ADVERBS = [
    ..."always barely boldly briefly brightly calmly clearly daily deeply duly early easily evenly firmly".split(" "),
    ..."freely gently gladly greatly hardly highly justly kindly lately lightly loudly mainly merrily".split(" "),
    ..."mildly mostly neatly nicely nimbly oddly openly partly plainly proudly purely quickly quietly".split(" "),
    ..."rarely readily really safely shortly simply slowly smoothly softly steadily surely swiftly".split(" "),
    ..."thickly tightly truly vastly warmly wholly widely wisely".split(" "),
];

export const randomPet = resource({
    inputs: {
        keepers,
        length: { type: "integer", default: 2, atLeast: 1 },
        prefix: { type: "string", inId: true },
        separator: { type: "string", default: "-", inId: true },
    },
    outputs: { id: {} },
    create({ length, prefix, separator }) {
        const source: Entropy = randomBytes;
        const words = Array.from({ length }, (_, index) => {
            const fromEnd = length - index;
            return pickOne(fromEnd === 1 ? animals : fromEnd === 2 ? adjectives : ADVERBS, source);
        });
        const id = [...(prefix ? [prefix] : []), ...words].join(separator);
        return { id, outputs: { id } };
    },
});
