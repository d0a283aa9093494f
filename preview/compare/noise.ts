/** Finds labels and annotations that change alike in many objects, to tell them once. Pure. */
import type { Change, ObjectChange, StackReport } from "../report";

/** With fewer objects than this, a change is told for each of them. */
const MANY = 10;
const LABEL = /\bmetadata\.(labels|annotations)\b/;

export function foldNoise(objects: readonly ObjectChange[]): Pick<StackReport, "objects" | "noise"> {
    const alike = new Map<string, { change: Change; objects: Set<ObjectChange> }>();
    for (const object of objects) {
        for (const change of object.changes.filter(({ path, replaces }) => LABEL.test(path) && !replaces)) {
            const known = alike.get(keyOf(change)) ?? {
                change: { ...change, path: label(change) },
                objects: new Set(),
            };
            alike.set(keyOf(change), { ...known, objects: known.objects.add(object) });
        }
    }
    const folded = new Map([...alike].filter(([, { objects: all }]) => all.size >= MANY));
    return {
        objects: objects.flatMap((object) => {
            const changes = object.changes.filter((change) => !folded.has(keyOf(change)));
            // An object without any other change is not listed, only counted.
            return changes.length === 0 && object.operation === "update" && object.changes.length > 0
                ? []
                : [{ ...object, changes }];
        }),
        noise: [...folded.values()].map(({ change, objects: all }) => ({ change, objects: all.size })),
    };
}

/** The label's path, without its place in the object. */
function label({ path }: Change): string {
    return path.slice(path.search(LABEL));
}

function keyOf(change: Change): string {
    return JSON.stringify([label(change), change.before, change.after]);
}
