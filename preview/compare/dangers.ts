/** What a reviewer must not miss: what is lost, or not served for a while. Pure. */
import type { Danger, Restart } from "../report";
import type { Pair } from "./objects";
import { kindOf, placeOf } from "./show";

export function dangersOf(pairs: readonly Pair[], restarts: readonly Restart[]): Danger[] {
    const single = pairs.flatMap((pair) => [...deleted(pair), ...replaced(pair), ...released(pair)]);
    return [
        ...["deleted", "replaced", "loses protection"].flatMap((kind) =>
            grouped(single.filter((one) => one.kind === kind)),
        ),
        ...grouped(
            restarts
                .filter(({ served }) => !served)
                .map(({ who, text }) => ({ kind: "not served meanwhile", text, objects: [who] })),
        ),
    ];
}

/** What happens alike to several is said once, with all their names; first what holds data or keys. */
function grouped(all: readonly Danger[]): Danger[] {
    const groups = new Map<string, Danger>();
    for (const one of all) {
        const known = groups.get(one.text);
        groups.set(one.text, known ? { ...known, objects: [...known.objects, ...one.objects] } : one);
    }
    const holds = ({ text }: Danger): number => (/protected|kept/.test(text) ? 0 : 1);
    return [...groups.values()].sort((one, other) => holds(one) - holds(other));
}

function deleted({ before, operation }: Pair): Danger[] {
    if (operation !== "delete" || before === undefined) {
        return [];
    }
    const how = before.protect ? ", which is protected: the engine refuses until that is taken back" : "";
    const then = before.retainOnDelete ? "; in the cluster it is kept, and nobody's" : "";
    return [{ kind: "deleted", text: `${kindOf(before)} is deleted${how}${then}`, objects: [placeOf(before)] }];
}

function replaced({ before, after, operation, changes }: Pair): Danger[] {
    if (operation !== "replace" || before === undefined || after === undefined) {
        return [];
    }
    const fields = changes.filter(({ replaces }) => replaces).map(({ path }) => path);
    const data = fields.some((path) => path.startsWith("spec.volumeClaimTemplates"))
        ? "; its new volumes are empty, data has to be copied or restored"
        : "";
    const how = before.protect ? "; it is protected, so the engine refuses until that is taken back" : "";
    const text = `${kindOf(after)} is replaced for ${fields.join(", ")}${data}${how}`;
    return [{ kind: "replaced", text, objects: [placeOf(after)] }];
}

function released({ before, after }: Pair): Danger[] {
    if (before === undefined || after === undefined) {
        return [];
    }
    const lost = (["protect", "retainOnDelete"] as const).filter((option) => before[option] && !after[option]);
    return lost.length === 0
        ? []
        : [
              {
                  kind: "loses protection",
                  text: `${kindOf(after)} loses ${lost.join(" and ")}: it is no longer protected from one deletion`,
                  objects: [placeOf(after)],
              },
          ];
}
