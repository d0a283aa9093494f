/** Labels and annotations that change alike in most objects, told once. Pure. */
import type { Change, ObjectChange, StackReport } from "../report";

/** In fewer objects a change is told at each. */
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
            // One that changes in nothing else is not listed; it is counted.
            return changes.length === 0 && object.operation === "update" && object.changes.length > 0
                ? []
                : [{ ...object, changes }];
        }),
        noise: [...folded.values()].map(({ change, objects: all }) => ({ change, objects: all.size })),
    };
}

/** Wherever in an object the label is. */
function label({ path }: Change): string {
    return path.slice(path.search(LABEL));
}

function keyOf(change: Change): string {
    return JSON.stringify([label(change), change.before, change.after]);
}
