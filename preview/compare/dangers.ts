/** What a reviewer must not miss: what is lost, or not served for a while. Pure. */
import { PROTECTED_KINDS } from "../../infra/kubernetes/protected-kinds";
import type { Rendered } from "../render/registrations";
import type { Danger, Restart } from "../report";
import { groupBy } from "../group";
import { lostGuards } from "./guards";
import type { Pair } from "./objects";
import { described, isKubernetes, kindOf, placeOf } from "./show";

/** What is made anew without a loss: a certificate, a right and a run, of which a report tells elsewhere. */
const MADE_ANEW = ["LocallySignedCert", "CertRequest", "RoleBinding", "ClusterRoleBinding", "Job"];

/** The worst first: what is lost with data or keys in it, what is lost else, what guards less, what is away for a while, what is made anew. */
export function dangersOf(
    pairs: readonly Pair[],
    restarts: readonly Restart[],
    others: readonly Danger[] = [],
): Danger[] {
    const names = renamed(pairs);
    const [data, kept, rest] = ["data", "kept", "other"].map((what) =>
        pairs.filter(({ before }) => holding(before) === what),
    ) as [Pair[], Pair[], Pair[]];
    const protectedPairs = [...data, ...kept];
    const lost = (some: readonly Pair[]): Pair[] => some.filter((pair) => !names.has(pair));
    return [
        ...grouped(lost(protectedPairs).flatMap((pair) => [...deleted(pair), ...replaced(pair)])),
        ...grouped([...names.values()]),
        ...grouped(
            lost(rest)
                .filter(({ before }) => before && kindOf(before) !== "Job")
                .flatMap(deleted),
        ),
        ...grouped([...others, ...[...protectedPairs, ...rest].flatMap(weakened)]),
        ...grouped(
            restarts
                .filter(({ served }) => !served)
                .map(({ who, text }) => ({ kind: "not served meanwhile", text, objects: [who] })),
        ),
        ...grouped(lost(rest).flatMap(replaced)),
    ];
}

/** Whether it holds data or keys by its kind, or is what the program keeps. */
function holding(resource: Rendered | undefined): "data" | "kept" | "other" {
    if (
        resource !== undefined &&
        isKubernetes(resource) &&
        PROTECTED_KINDS.some(({ kind }) => kind === kindOf(resource))
    ) {
        return "data";
    }
    return resource?.protect === true || resource?.retainOnDelete === true ? "kept" : "other";
}

/** What happens alike to several is said once, with all their names. */
function grouped(all: readonly Danger[]): Danger[] {
    return [...groupBy(all, ({ kind, text }) => `${kind} ${text}`).values()].flatMap(([first, ...more]) =>
        first === undefined ? [] : { ...first, objects: [first, ...more].flatMap(({ objects }) => objects) },
    );
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
    if (MADE_ANEW.includes(kindOf(after))) {
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

function weakened({ before, after, changes }: Pair): Danger[] {
    return before === undefined || after === undefined
        ? []
        : lostGuards({ before, after, changes }).map((lost) => ({
              kind: "loses protection",
              text: `${kindOf(after)} ${lost}`,
              objects: [placeOf(after)],
          }));
}

/** Under another name of the program, which no alias says to be the same. */
function renamed(pairs: readonly Pair[]): Map<Pair, Danger> {
    const made = new Set(
        pairs.flatMap(({ after, operation }) => (after && operation === "create" ? described(after) : [])),
    );
    return new Map(
        pairs.flatMap((pair): [Pair, Danger][] => {
            const { before, operation } = pair;
            if (
                before === undefined ||
                operation !== "delete" ||
                !isKubernetes(before) ||
                !made.has(described(before))
            ) {
                return [];
            }
            const then = before.protect
                ? "the old one is protected, so the engine refuses"
                : before.retainOnDelete
                  ? "the engine deletes the old one, and the object itself stays"
                  : "the engine deletes the old one, and the object with it";
            const text = `${kindOf(before)} is declared under another name of the program, which no alias says to be the same: ${then}`;
            return [[pair, { kind: "deleted", text, objects: [placeOf(before)] }]];
        }),
    );
}
