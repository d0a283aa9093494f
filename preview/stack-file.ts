/** A stack's configuration with the lines of its keys, in the stack's own file, or in the project's for keys that come from there. */
import { readFileSync } from "node:fs";
import { type Document, LineCounter, type Pair, isCollection, isMap, isNode, isScalar, parseDocument } from "yaml";
import { UserError } from "../command-line/command";
import { PROJECT_FILE, projectPairs, projectText, wholeConfig } from "../toolchain/cli/project-config";
import { stackFile } from "../toolchain/cli/stack-file";

export type KeyPath = readonly (string | number)[];

/** A line, counted from 1, of the stack's own file where no other file is named. */
export interface Place {
    readonly file?: string;
    readonly line: number;
}

export interface StackFile {
    readonly config: Readonly<Record<string, unknown>>;
    /** The place of a key below `config`; where the key is absent, the place of what is around it. */
    readonly placeOf: (path: KeyPath) => Place;
}

export const NO_FILE: StackFile = { config: {}, placeOf: () => ({ line: 1 }) };

/** @throws UserError where the file is not YAML */
export function readStackFile(stack: string, root: string): StackFile {
    const file = stackFile(stack, root);
    return parseStackFile(readFileSync(file, "utf8"), file, projectText(root));
}

/**
 * @param source name of the file, for messages
 * @param project text of the project's file
 */
export function parseStackFile(text: string, source: string, project = ""): StackFile {
    const own = located(text, source);
    const shared = located(project, PROJECT_FILE);
    const ofProject = projectPairs(shared.document);
    return {
        config: wholeConfig(text, project),
        placeOf: ([key = "", ...path]) => {
            const pair = ofProject.get(String(key));
            return pair === undefined || own.document.hasIn(["config", key])
                ? { line: own.lineOf(own.document.contents, ["config", key, ...path]) }
                : { file: PROJECT_FILE, line: shared.lineOf(pair, path) };
        },
    };
}

interface Located {
    readonly document: Document;
    readonly lineOf: (from: unknown, path: KeyPath) => number;
}

function located(text: string, source: string): Located {
    const lines = new LineCounter();
    const document = parseDocument(text, { lineCounter: lines });
    const [error] = document.errors;
    if (error !== undefined) {
        throw new UserError(`${source} is not valid YAML: ${error.message}`);
    }
    return {
        document,
        lineOf: (from, path) => {
            let [node, offset]: [unknown, number] = isNode(from) ? [from, from.range?.[0] ?? 0] : ofPair(from, 0);
            for (const step of path) {
                const pair = isMap(node) ? node.items.find(({ key }) => keyOf(key) === String(step)) : undefined;
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

function keyOf(key: unknown): string {
    return String(isScalar(key) ? key.value : key);
}

/** The value of a pair, and the position where it begins. */
function ofPair(pair: unknown, otherwise: number): [unknown, number] {
    const { key, value } = (pair ?? {}) as Partial<Pair>;
    return [value, (isNode(key) ? key.range?.[0] : undefined) ?? otherwise];
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
