/** Pulumi's property paths: `spec.ports[0].port`, `metadata.annotations["a.b/c"]`, `spec.ports[*].port`. */
import { Path } from "./objects";

export function formatPath(path: Path): string {
    let result = "";
    for (const step of path) {
        if (typeof step === "number") {
            result += `[${step}]`;
        } else if (/[."[\]]/.test(step)) {
            result += `["${step.replaceAll('"', String.raw`\"`)}"]`;
        } else {
            result += result ? `.${step}` : step;
        }
    }
    return result;
}

const STEP = /\["((?:[^"\\]|\\.)*)"\]|\[(\d+|\*)\]|([^.[\]]+)/g;

/** The steps of a path; `[*]` becomes the step `*`. */
export function parsePath(path: string): Path {
    return [...path.matchAll(STEP)].map(([, quoted, index, name]) => {
        if (quoted !== undefined) {
            return quoted.replaceAll(String.raw`\"`, '"');
        }
        return index === undefined || index === "*" ? (name ?? "*") : Number(index);
    });
}

/** True if `path` is at or below `prefix`. */
export function startsWith(path: Path, prefix: Path): boolean {
    return prefix.length <= path.length && prefix.every((step, index) => step === "*" || step === path[index]);
}
