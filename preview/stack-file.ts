/** A stack file with the lines of what is in it. */
import { readFileSync } from "node:fs";
import { LineCounter, isCollection, isMap, isNode, parseDocument } from "yaml";
import { UserError } from "../command-line/command";

export type KeyPath = readonly (string | number)[];

export interface StackFile {
    readonly config: Readonly<Record<string, unknown>>;
    /** Line of a key below `config`, 1 the first; of what is around it where it is not there itself. */
    readonly lineOf: (path: KeyPath) => number;
}

export const NO_FILE: StackFile = { config: {}, lineOf: () => 1 };

export function readStackFile(file: string): StackFile {
    return parseStackFile(readFileSync(file, "utf8"), file);
}

/** @param source for messages */
export function parseStackFile(text: string, source: string): StackFile {
    const lines = new LineCounter();
    const document = parseDocument(text, { lineCounter: lines });
    const [error] = document.errors;
    if (error !== undefined) {
        throw new UserError(`${source} is not valid YAML: ${error.message}`);
    }
    const { config } = (document.toJS() ?? {}) as { config?: Record<string, unknown> };
    return {
        config: config ?? {},
        lineOf: (path) => {
            let [node, offset]: [unknown, number] = [document.contents, 0];
            for (const step of ["config", ...path]) {
                const pair = isMap(node) ? node.items.find(({ key }) => String(key) === String(step)) : undefined;
                const next: unknown = pair?.value ?? (isCollection(node) ? node.get(step, true) : undefined);
                const place = isNode(pair?.key) ? pair.key : next;
                if (!isNode(place)) {
                    break;
                }
                [node, offset] = [next, place.range?.[0] ?? offset];
            }
            return lines.linePos(offset).line;
        },
    };
}

const KEY = /data-embassy:([\w-]+)((?:\.[\w-]+|\[\d+\])*)/;

/** The first key that a message of the program names, as a path below `config`. */
export function keyNamed(message: string): KeyPath | undefined {
    const [, top = "", rest = ""] = KEY.exec(message) ?? [];
    if (top === "") {
        return undefined;
    }
    const steps = [...rest.matchAll(/\.([\w-]+)|\[(\d+)\]/g)];
    return [`data-embassy:${top}`, ...steps.map(([, name, index]) => name ?? Number(index))];
}
