/** Finds what a reviewer must not miss: what is lost, or does not serve for a while. Pure. */
import { PROTECTED_KINDS } from "../../infra/kubernetes/protected-kinds";
import type { PlainMap } from "../../toolchain/plugin/values";
import { map } from "../../toolchain/providers/kubernetes/objects";
import type { Rendered } from "../render/registrations";
import type { Danger, Restart } from "../report";
import { groupBy } from "../group";
import { lostGuards } from "./guards";
import { ADMITS } from "./guards-admission";
import { weakerService } from "./guards-pods";
import type { Pair } from "./objects";
import { described, isKubernetes, kindOf, metadataOf, placeOf } from "./show";

/** Kinds that are made again without a loss: certificates, rights and runs, which other parts of a report cover. */
const MADE_ANEW = ["LocallySignedCert", "CertRequest", "RoleBinding", "ClusterRoleBinding", "Job"];

/** The worst comes first: losses with data or keys, other losses, weaker protection, things that are away for a while, things made again. */
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
    const lost = (some: readonly Pair[]): Pair[] => some.filter((pair) => !names.has(pair) && !madeAnew(pair, pairs));
    const guards = ({ before }: Pair): boolean => before !== undefined && kindOf(before) in MEANT;
    return [
        ...grouped(lost(protectedPairs).flatMap((pair) => [...deleted(pair), ...replaced(pair)])),
        ...grouped([...names.values()]),
        // Objects that guarded others come before those that did not.
        ...grouped(
            [true, false].flatMap((what) =>
                lost(rest)
                    .filter((pair) => guards(pair) === what)
                    .flatMap(deleted),
            ),
        ),
        ...grouped([...others, ...secretsInPlain(pairs), ...[...protectedPairs, ...rest].flatMap(weakened)]),
        ...grouped([
            ...restarts
                .filter(({ served }) => !served)
                .map(({ who, text }): Danger => ({ kind: "not served meanwhile", text, objects: [who] })),
            ...rest.flatMap(unanswered),
        ]),
        ...grouped(lost(rest).flatMap(replaced)),
    ];
}

/** Whether the resource's kind holds data or keys, or the program protects it. */
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

/** The same danger of several objects is told once, with all their names. */
function grouped(all: readonly Danger[]): Danger[] {
    return [...groupBy(all, ({ kind, text }) => `${kind} ${text}`).values()].flatMap(([first, ...more]) =>
        first === undefined ? [] : { ...first, objects: [first, ...more].flatMap(({ objects }) => objects) },
    );
}

/** Kind → what the deletion of an object means for others. */
const MEANT: Readonly<Record<string, string>> = {
    ...Object.fromEntries(ADMITS.map((kind) => [kind, "what it refused is let through"])),
    CronJob: "what it stored or checked is stored or checked no more",
    ClusterIssuer: "nothing that it issued is renewed",
    Issuer: "nothing that it issued is renewed",
    LimitRange: "pods of its namespace may take what others need",
    MachineHealthCheck: "a host that fails is not made anew",
    NetworkPolicy: "what it did not let through may be",
    PodDisruptionBudget: "any number of its pods may be missing at once",
    PriorityClass: "pods that name it are refused",
    ResourceQuota: "its namespace may take what others need",
};

/** True for a run, and for an object with a digest in its name whose successor is created: other parts of a report cover these. */
function madeAnew({ before, operation }: Pair, pairs: readonly Pair[]): boolean {
    if (before === undefined || operation !== "delete") {
        return false;
    }
    if (kindOf(before) === "Job") {
        return true;
    }
    const nameOf = (one: Rendered): string => described(one).replace(/-[0-9a-f]{8}$/, "");
    return (
        nameOf(before) !== described(before) &&
        pairs.some(({ after, operation: other }) => after && other === "create" && nameOf(after) === nameOf(before))
    );
}

function unanswered({ before, after }: Pair): Danger[] {
    return before === undefined || after === undefined || kindOf(after) !== "Service"
        ? []
        : weakerService(before, after).unanswered.map((text) => ({
              kind: "not served meanwhile",
              text: `Service ${text}`,
              objects: [placeOf(after)],
          }));
}

/** Values that were in a Secret and are now in a ConfigMap of its namespace. */
function secretsInPlain(pairs: readonly Pair[]): Danger[] {
    const keysOf = (one: Rendered | undefined, kind: string): string[] =>
        one === undefined || kindOf(one) !== kind
            ? []
            : ["data", "stringData", "binaryData"].flatMap((where) =>
                  Object.keys(map(one.inputs as PlainMap, where)).map(
                      (key) => `${metadataOf(one).namespace ?? ""}\n${key}`,
                  ),
              );
    const gone = new Set(
        pairs.flatMap(({ before, after }) => {
            const kept = new Set(keysOf(after, "Secret"));
            return keysOf(before, "Secret").filter((key) => !kept.has(key));
        }),
    );
    return pairs.flatMap(({ before, after }): Danger[] => {
        const known = new Set(keysOf(before, "ConfigMap"));
        return after === undefined
            ? []
            : keysOf(after, "ConfigMap")
                  .filter((key) => gone.has(key) && !known.has(key))
                  .map((key) => ({
                      kind: "loses protection",
                      text: `ConfigMap has ${key.split("\n")[1] ?? ""} in plain, which stood in a Secret`,
                      objects: [placeOf(after)],
                  }));
    });
}

function deleted({ before, operation }: Pair): Danger[] {
    if (operation !== "delete" || before === undefined) {
        return [];
    }
    const how = before.protect ? ", which is protected: the engine refuses until that is taken back" : "";
    const then = before.retainOnDelete ? "; in the cluster it is kept, and nobody's" : "";
    const meant = MEANT[kindOf(before)];
    const text = `${kindOf(before)} is deleted${how}${then}${meant === undefined ? "" : `: ${meant}`}`;
    return [{ kind: "deleted", text, objects: [placeOf(before)] }];
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

/** Objects that the program declares under another name, without an alias for the former one. */
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
