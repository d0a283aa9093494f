/** RandomPassword and RandomString have the same rules, but a password's value is secret and is not its id. */
import { randomBytes } from "node:crypto";
import type { CheckFailure } from "../../plugin/provider";
import type { PlainMap, PropertyMap } from "../../plugin/values";
import { type InputsOf, type Schema, resource } from "../state-only/schema";
import { bcryptHash } from "./bcrypt";
import { type Entropy, pickOne, shuffled } from "./entropy";
import { keepers } from "./keepers";

const LOWER = "abcdefghijklmnopqrstuvwxyz";
const UPPER = LOWER.toUpperCase();
const NUMERIC = "0123456789";
const SPECIAL = "!@#$%&*()-_=+[]{}<>:?";

const inputs = {
    keepers,
    length: { type: "integer", required: true, atLeast: 1 },
    lower: { type: "boolean", default: true },
    upper: { type: "boolean", default: true },
    numeric: { type: "boolean" },
    number: { type: "boolean" },
    special: { type: "boolean", default: true },
    minLower: { type: "integer", default: 0, atLeast: 0 },
    minUpper: { type: "integer", default: 0, atLeast: 0 },
    minNumeric: { type: "integer", default: 0, atLeast: 0 },
    minSpecial: { type: "integer", default: 0, atLeast: 0 },
    overrideSpecial: {
        type: "string",
        // Upstream 3.4.2 stored an empty string by mistake; its removal must not cost the password.
        updates: (old, wanted) => old === "" && wanted === undefined,
    },
} as const satisfies Schema;

type Inputs = InputsOf<typeof inputs>;

const MINIMUMS = ["minLower", "minUpper", "minNumeric", "minSpecial"] as const;

function validate(given: Partial<Inputs>): CheckFailure[] {
    const { length, lower, upper, numeric, number, special } = given;
    const failures: CheckFailure[] = [];
    const least = MINIMUMS.reduce((sum, name) => sum + (given[name] ?? 0), 0);
    if (length !== undefined && length < least) {
        failures.push({
            property: "length",
            reason: `length is ${length}, less than the ${least} characters that ${MINIMUMS.join(", ")} add up to: raise it or lower them`,
        });
    }
    if (number !== undefined && numeric !== undefined && number !== numeric) {
        failures.push({
            property: "number",
            reason: "number and numeric differ: give numeric only, number is its old name",
        });
    } else if (lower === false && upper === false && numeric === false && special === false) {
        failures.push({
            property: "numeric",
            reason: "lower, upper, numeric and special are all false, so no character is left: set one of them to true",
        });
    }
    return failures;
}

/** `number` is the deprecated name of `numeric`: whichever is given sets both. */
function derive({ numeric, number }: PropertyMap): PropertyMap {
    return { numeric: numeric ?? number ?? true, number: number ?? numeric ?? true };
}

function generate(given: Inputs): string {
    const source: Entropy = randomBytes;
    const special = given.overrideSpecial ? given.overrideSpecial : SPECIAL;
    const draw = (characters: string, count: number): string[] => {
        // The text is split by code point, so that a character outside the basic plane stays whole.
        const alphabet = Array.from(characters);
        return Array.from({ length: count }, () => pickOne(alphabet, source));
    };
    // As in upstream, a minimum holds even where its class is switched off for the rest.
    const required = [
        ...draw(LOWER, given.minLower),
        ...draw(UPPER, given.minUpper),
        ...draw(NUMERIC, given.minNumeric),
        ...draw(special, given.minSpecial),
    ];
    const any = [
        given.lower ? LOWER : "",
        given.upper ? UPPER : "",
        given.numeric ? NUMERIC : "",
        given.special ? special : "",
    ].join("");
    return shuffled([...required, ...draw(any, given.length - required.length)], source).join("");
}

/** The state of a value made elsewhere: its rules are not known, so the defaults are assumed. */
function importedRules(value: string): PlainMap {
    return {
        length: Buffer.byteLength(value),
        lower: true,
        upper: true,
        numeric: true,
        number: true,
        special: true,
        minLower: 0,
        minUpper: 0,
        minNumeric: 0,
        minSpecial: 0,
    };
}

export const randomPassword = resource({
    inputs,
    outputs: { id: {}, result: { secret: true }, bcryptHash: { secret: true } },
    schemaVersion: 3,
    validate,
    derive,
    async create(given) {
        const result = generate(given);
        return { id: "none", outputs: { id: "none", result, bcryptHash: await bcryptHash(result) } };
    },
    async import(value) {
        const made = { id: "none", result: value, bcryptHash: await bcryptHash(value) };
        return { id: "none", properties: { ...importedRules(value), ...made } };
    },
});

export const randomString = resource({
    inputs,
    outputs: { id: {}, result: {} },
    // Upstream names the schema's code "V3", but its version is 2.
    schemaVersion: 2,
    validate,
    derive,
    create(given) {
        const result = generate(given);
        return { id: result, outputs: { id: result, result } };
    },
    import: (value) => ({ id: value, properties: { ...importedRules(value), id: value, result: value } }),
});
