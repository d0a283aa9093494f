/** Waits until an object is ready, or gone. */
import { ApiError, messageOf } from "../errors";
import { KubeObject, annotation, describe, list, nameOf, namespaceOf, text } from "../objects";
import { GroupVersionKind } from "../types";
import { follow, listAll } from "./follow";
import { generic } from "./generic";
import { explainWait } from "./reasons";
import { ingress, service } from "./networking";
import { persistentVolume, persistentVolumeClaim, resourceQuota, secret } from "./storage";
import { Awaiter, READY, Related, Verdict, waiting } from "./verdict";
import type { Wait } from "./wait";
import { waitFor } from "./wait-for";
import { daemonSet, deployment, job, pod, replicationController, statefulSet } from "./workloads";

const AWAITERS: Readonly<Record<string, Awaiter>> = {
    "/PersistentVolume": persistentVolume,
    "/PersistentVolumeClaim": persistentVolumeClaim,
    "/Pod": pod,
    "/ReplicationController": replicationController,
    "/ResourceQuota": resourceQuota,
    "/Secret": secret,
    "/Service": service,
    "apps/DaemonSet": daemonSet,
    "apps/Deployment": deployment,
    "apps/StatefulSet": statefulSet,
    "batch/Job": job,
    "networking.k8s.io/Ingress": ingress,
};
/** Kinds whose deletion is not awaited either where `pulumi.com/skipAwait` is set. */
const SKIPPABLE = new Set([
    "/Namespace",
    "/Pod",
    "/ReplicationController",
    "apps/DaemonSet",
    "apps/Deployment",
    "apps/StatefulSet",
    "batch/Job",
]);

const DEFAULT_TIMEOUT_S = 600;

/** The result of waiting: the object as last seen, and the reasons why it is not ready; no reasons mean that it is. */
export interface Outcome {
    readonly object: KubeObject;
    readonly reasons: readonly string[];
}

async function awaiterOf({ inputs, gvk }: Wait): Promise<Awaiter | undefined> {
    if (annotation(inputs, "pulumi.com/skipAwait") === "true") {
        return undefined;
    }
    const expression = annotation(inputs, "pulumi.com/waitFor");
    const other = process.env["PULUMI_K8S_AWAIT_ALL"] === "true" ? generic : undefined;
    return expression ? waitFor(expression) : (AWAITERS[kindKey(gvk)] ?? other);
}

/** Why an object, as it is now, is not ready. No reasons mean that it is ready, or that nobody can tell. */
export async function whyNotReady(object: KubeObject, wait: Wait): Promise<readonly string[]> {
    const awaiter = await awaiterOf(wait);
    if (!awaiter) {
        return [];
    }
    try {
        const related = awaiter.related?.(object);
        const verdict = awaiter.check(object, related ? await listAll(related, wait.connection) : []);
        return verdict.settles === undefined ? await explainWait(object, verdict, wait) : [];
    } catch (error) {
        if (error instanceof ApiError) {
            return [];
        }
        throw error;
    }
}

export async function awaitReady(object: KubeObject, wait: Wait): Promise<Outcome> {
    const awaiter = await awaiterOf(wait);
    if (!awaiter) {
        return { object, reasons: [] };
    }
    let last = object;
    const outcome = await watchUntil(object, wait, awaiter.related?.(object), (current, related) => {
        if (!current) {
            return { reasons: [`${describe(object)} was deleted while it was being waited for`], final: true };
        }
        last = current;
        return awaiter.check(current, related);
    });
    return { object: last, reasons: await explainWait(last, outcome, wait) };
}

/** Resolves once an object is gone whose delete request was accepted. Throws if it stays. */
export async function awaitGone(object: KubeObject, wait: Wait): Promise<void> {
    if (annotation(wait.inputs, "pulumi.com/skipAwait") === "true" && SKIPPABLE.has(kindKey(wait.gvk))) {
        return;
    }
    let finalizers: readonly string[] = [];
    const { reasons } = await watchUntil(object, wait, undefined, (current) => {
        finalizers = list(current, "metadata", "finalizers").map(String);
        return current ? waiting(`${describe(object)} is still there`) : { reasons: [] };
    });
    if (reasons.length > 0) {
        const holding = finalizers.length > 0 ? `: finalizers hold it (${finalizers.join(", ")})` : "";
        throw new Error(`${reasons.join("; ")}${holding}. The deletion was requested and goes on in the cluster`);
    }
}

function kindKey({ group, kind }: GroupVersionKind): string {
    return `${group}/${kind}`;
}

type Evaluate = (object: KubeObject | undefined, related: readonly KubeObject[]) => Verdict;

/** Evaluates the present objects, then again at each change, until there is nothing left to wait for or the time is up. */
async function watchUntil(
    object: KubeObject,
    wait: Wait,
    related: Related | undefined,
    evaluate: Evaluate,
): Promise<Verdict> {
    let current: KubeObject | undefined = object;
    let others: readonly KubeObject[] = [];
    let verdict = evaluate(current, others);
    const isDone = (): boolean => verdict.reasons.length === 0 || verdict.final === true;
    if (isDone() && !related) {
        return verdict;
    }
    const seconds = timeoutOf(wait);
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, wait.cancelled, AbortSignal.timeout(seconds * 1000)]);
    let quiet: NodeJS.Timeout | undefined;
    const update = (): void => {
        verdict = evaluate(current, others);
        clearTimeout(quiet);
        if (isDone()) {
            stop.abort();
        } else if (verdict.settles !== undefined) {
            quiet = setTimeout(() => {
                verdict = READY;
                stop.abort();
            }, verdict.settles);
        }
    };
    const own: Related = {
        gvk: wait.gvk,
        namespace: namespaceOf(object),
        selector: { fieldSelector: `metadata.name=${nameOf(object)}` },
    };
    const start = { objects: [object], resourceVersion: text(object, "metadata", "resourceVersion") };
    const followed = [
        follow(
            wait.connection,
            own,
            start,
            (found) => {
                current = found.find((each) => text(each, "metadata", "uid") === text(object, "metadata", "uid"));
                update();
            },
            signal,
        ),
    ];
    if (related) {
        followed.push(
            follow(
                wait.connection,
                related,
                undefined,
                (found) => {
                    others = found;
                    update();
                },
                signal,
            ),
        );
    }
    try {
        await Promise.all(followed);
    } catch (error) {
        stop.abort();
        return waiting(...verdict.reasons, messageOf(error));
    } finally {
        clearTimeout(quiet);
    }
    if (isDone()) {
        return verdict;
    }
    return waiting(
        wait.cancelled.aborted ? "the run was cancelled" : `not ready after ${seconds} s`,
        ...verdict.reasons,
    );
}

function timeoutOf({ timeout, inputs }: Wait): number {
    const seconds = Number(annotation(inputs, "pulumi.com/timeoutSeconds"));
    return timeout || (Number.isFinite(seconds) && seconds > 0 ? seconds : DEFAULT_TIMEOUT_S);
}
