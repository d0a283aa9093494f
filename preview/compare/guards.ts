/** Finds protection of data, keys or service that is weaker than before. Pure. */
import { amount } from "../../infra/conventions/quantity";
import { longestHours, scheduleProblem } from "../../infra/registries/backups/schedules";
import { at, count, list, map, text } from "../../toolchain/providers/kubernetes/objects";
import { parsePath } from "../../toolchain/providers/kubernetes/paths";
import type { Plain, PlainMap } from "../../toolchain/plugin/values";
import type { Rendered } from "../render/registrations";
import { HIDDEN } from "../render/secrets";
import { weakerAdmission } from "./guards-admission";
import { weakerPods, weakerService } from "./guards-pods";
import { switchedOff } from "./guards-text";
import type { Pair } from "./objects";
import { containersOf, workloadsOf } from "./pods";
import { spare } from "./restarts";
import { kindOf } from "./show";

type Both = Required<Pick<Pair, "changes">> & { readonly before: Rendered; readonly after: Rendered };

/** The protection that is lost, in words that follow the object's kind. */
export function lostGuards(pair: Both): string[] {
    const { before, after } = pair;
    return [
        ...released(pair),
        ...shown(pair),
        ...fewer(pair),
        ...weaker(pair),
        ...weakerAdmission(kindOf(after), before.inputs as PlainMap, after.inputs as PlainMap),
        ...weakerPods(before, after),
        ...(kindOf(after) === "Service" ? weakerService(before, after).exposed : []),
        ...switchedOff(pair),
        ...unpinned(pair),
    ];
}

function released({ before, after }: Both): string[] {
    const isLost = (option: "protect" | "retainOnDelete"): boolean => before[option] && !after[option];
    return [
        ...(isLost("protect") ? ["loses protect: the engine deletes it where the program no longer declares it"] : []),
        ...(isLost("retainOnDelete")
            ? ["loses retainOnDelete: deleted by the engine, it goes from the cluster too"]
            : []),
    ];
}

/** A value that is no longer secret is in the clear in the state, and in everything that reads it. */
function shown({ before, after, changes }: Both): string[] {
    return changes.flatMap(({ path }) => {
        const [old, next] = [before, after].map(({ inputs }) => at(inputs as PlainMap, ...parsePath(path)));
        return holdsHidden(old) && next !== undefined && !holdsHidden(next)
            ? [`has ${path} in plain, which was a secret`]
            : [];
    });
}

function holdsHidden(value: Plain | undefined): boolean {
    return value !== undefined && JSON.stringify(value).includes(HIDDEN);
}

/** Sets of hosts: https://cluster-api.sigs.k8s.io/ */
const MACHINES = ["MachineDeployment", "KubeadmControlPlane"];

function fewer({ before, after }: Both): string[] {
    const [old, next] = [before, after].map(({ inputs }) => at(inputs as PlainMap, "spec", "replicas") ?? 1);
    const runs = workloadsOf([after]).length > 0 || MACHINES.includes(kindOf(after));
    return runs && typeof old === "number" && typeof next === "number" && next < old
        ? [
              `runs ${next === 0 ? "none" : next} instead of ${old}, and ${next === 0 ? "nobody is served" : "bears less"}`,
          ]
        : [];
}

/** For each kind, the value of a field that protects something, and what it means where it is another one. */
const FIELDS: readonly (readonly [kind: string, path: readonly string[], guards: Plain, then: string])[] = [
    ["StorageClass", ["reclaimPolicy"], "Retain", "a claim that goes takes its data along"],
    ["PersistentVolume", ["spec", "persistentVolumeReclaimPolicy"], "Retain", "a claim that goes takes its data along"],
    ...["whenDeleted", "whenScaled"].map(
        (when) =>
            [
                "StatefulSet",
                ["spec", "persistentVolumeClaimRetentionPolicy", when],
                "Retain",
                "claims go with their pods, and data with them",
            ] as const,
    ),
    ["ValidatingAdmissionPolicy", ["spec", "failurePolicy"], "Fail", "what cannot be judged is let through"],
    ["CronJob", ["spec", "concurrencyPolicy"], "Forbid", "one of its runs may meet another"],
    [
        "StatefulSet",
        ["spec", "updateStrategy", "type"],
        "RollingUpdate",
        "a change reaches pods that somebody deletes alone",
    ],
    ["Certificate", ["spec", "privateKey", "rotationPolicy"], "Always", "one that is renewed keeps its key"],
    ["StorageClass", ["parameters", "encrypted"], "true", "what is stored lies there in plain"],
    ...["CronJob", "Job"].map((kind) => [kind, ["spec", "suspend"], false, "it no longer runs"] as const),
    ["Secret", ["immutable"], true, "it can be changed in place"],
    ["ServiceAccount", ["automountServiceAccountToken"], false, "pods that say nothing else get its token"],
];

function weaker({ before, after, changes }: Both): string[] {
    const [old, next] = [before.inputs as PlainMap, after.inputs as PlainMap];
    const kind = kindOf(after);
    const fields = FIELDS.filter(([of, path, guards]) => {
        const [was, is] = [old, next].map(
            (inputs) => at(inputs, ...path) ?? (path.at(-1) === "suspend" ? false : undefined),
        );
        return of === kind && was === guards && is !== guards;
    }).map(([, path, , then]) => `has ${path.at(-1)} ${JSON.stringify(at(next, ...path) ?? "left out")}: ${then}`);
    const denied = [old, next].map((inputs) => list(inputs, "spec", "validationActions").includes("Deny"));
    const [oldValue, nextValue] = [old, next].map((inputs) => count(inputs, "value")) as [number, number];
    return [
        ...fields,
        ...(kind === "ValidatingAdmissionPolicyBinding" && denied[0] === true && denied[1] === false
            ? ["no longer denies what its policy finds"]
            : []),
        ...(kind === "PriorityClass" && nextValue < oldValue
            ? [`has value ${nextValue} instead of ${oldValue}: its pods make room for more others`]
            : []),
        ...(kind === "PodDisruptionBudget" && changes.length > 0 ? budget(old, next) : []),
        ...(kind === "Namespace" ? podSecurity(old, next) : []),
        ...(kind === "CronJob" ? rarer(text(old, "spec", "schedule"), text(next, "spec", "schedule")) : []),
        ...(kind === "PersistentVolumeClaim" ? smaller(old, next) : []),
    ];
}

function rarer(old: string, next: string): string[] {
    const [was, is] = [old, next].map((schedule) => (scheduleProblem(schedule) ? undefined : longestHours(schedule)));
    return was !== undefined && is !== undefined && is > was
        ? [`runs each ${is} hours at the longest instead of each ${was}: ${next} instead of ${old}`]
        : [];
}

function smaller(old: PlainMap, next: PlainMap): string[] {
    const [was, is] = [old, next].map((claim) => text(claim, "spec", "resources", "requests", "storage"));
    return was && is && amount(is) < amount(was)
        ? [`asks for ${is} instead of ${was}: a volume never shrinks, and the API server refuses it`]
        : [];
}

/** Shares are taken of ten pods, because a share means nothing without a number. */
const PODS = 10;

function budget(old: PlainMap, next: PlainMap): string[] {
    const [was, is] = [spare(old, PODS), spare(next, PODS)];
    const said = ["maxUnavailable", "minAvailable"].flatMap((key) => {
        const value = at(next, "spec", key);
        return value === undefined ? [] : [`${key} ${JSON.stringify(value)}`];
    });
    return is > was ? [`lets more pods be missing at once: ${said.join(", ")}`] : [];
}

/** https://kubernetes.io/docs/concepts/security/pod-security-standards/ */
const LEVELS = ["privileged", "baseline", "restricted"];

function podSecurity(old: PlainMap, next: PlainMap): string[] {
    const label = "pod-security.kubernetes.io/enforce";
    const labels = [old, next].map((inputs) => map(inputs, "metadata", "labels"));
    const [was = "", is = ""] = labels.map((all) => text(all, label) || "privileged");
    const [by, now] = labels.map((all) => text(all, `${label}-version`));
    return [
        ...(LEVELS.indexOf(is) < LEVELS.indexOf(was) ? [`lets in pods at the level ${is}, where it was ${was}`] : []),
        ...(minor(now) < minor(by) ? [`judges pods as ${now ?? ""} did, where it was ${by ?? ""}`] : []),
    ];
}

/** The minor version of `v1.36`; the latest where there is none. */
function minor(version = ""): number {
    return Number(/^v1\.(\d+)$/.exec(version)?.[1] ?? Infinity);
}

/** An image that is named by a tag is whatever the registry has under it. */
function unpinned({ before, after }: Both): string[] {
    const images = (resource: Rendered): Map<string, string> =>
        new Map(
            workloadsOf([resource])
                .flatMap(({ spec }) => containersOf(spec))
                .map((container) => [text(container, "name"), text(container, "image")]),
        );
    const olds = images(before);
    return [...images(after)].flatMap(([name, image]) =>
        olds.get(name)?.includes("@") === true && !image.includes("@")
            ? [`has an image by tag in container ${name} that was pinned by its digest`]
            : [],
    );
}
