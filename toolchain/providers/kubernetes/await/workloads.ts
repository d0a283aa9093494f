/** Deployment, ReplicationController, StatefulSet, DaemonSet, Job, Pod: the rules of `kubectl rollout status`, and of the official plugin. */
import { KubeObject, at, count, isMap, list, nameOf, text } from "../objects";
import { Awaiter, READY, Verdict, complaints, condition, failed, isObserved, isTrue, waiting } from "./verdict";

function wanted(object: KubeObject): number {
    // Where the program leaves it out, the API server fills in 1.
    return at(object, "spec", "replicas") === undefined ? 1 : count(object, "spec", "replicas");
}

const UNSEEN = "its controller has not seen it yet: is kube-controller-manager running?";

export const deployment: Awaiter = {
    check(object): Verdict {
        if (!isObserved(object)) {
            return waiting(UNSEEN);
        }
        const replicas = wanted(object);
        const [total, updated, available] = ["replicas", "updatedReplicas", "availableReplicas"].map((key) =>
            count(object, "status", key),
        ) as [number, number, number];
        if (updated >= replicas && total <= updated && available >= updated) {
            return READY;
        }
        return waiting(
            `${updated} of ${replicas} replicas are updated, ${available} available, ${Math.max(total - updated, 0)} old ones left`,
            ...complaints(object, "Progressing", "Available", "ReplicaFailure"),
        );
    },
};

export const replicationController: Awaiter = {
    check(object): Verdict {
        if (!isObserved(object)) {
            return waiting(UNSEEN);
        }
        const [replicas, total, available] = [
            wanted(object),
            count(object, "status", "replicas"),
            count(object, "status", "availableReplicas"),
        ];
        return total === replicas && available === replicas
            ? READY
            : waiting(`${available} of ${replicas} replicas are available`, ...complaints(object, "ReplicaFailure"));
    },
};

export const statefulSet: Awaiter = {
    check(object): Verdict {
        if (!isObserved(object)) {
            return waiting(UNSEEN);
        }
        const replicas = wanted(object);
        const [total, ready, updated] = ["replicas", "readyReplicas", "updatedReplicas"].map((key) =>
            count(object, "status", key),
        ) as [number, number, number];
        const [current, target] = [text(object, "status", "currentRevision"), text(object, "status", "updateRevision")];
        const byHand = text(object, "spec", "updateStrategy", "type") === "OnDelete";
        // Pods below a partition keep the old revision on purpose, so the controller never reports the new one as current.
        const partition = count(object, "spec", "updateStrategy", "rollingUpdate", "partition");
        const rolledOut =
            byHand || (partition > 0 ? updated >= replicas - partition : current === target && updated >= replicas);
        if (total === replicas && ready === replicas && rolledOut) {
            return READY;
        }
        const reasons = [`${ready} of ${replicas} replicas are ready`];
        if (!rolledOut) {
            reasons.push(`${updated} of ${replicas} replicas have revision ${target || "(none yet)"}`);
        }
        return waiting(...reasons);
    },
};

export const daemonSet: Awaiter = {
    check(object): Verdict {
        if (!isObserved(object)) {
            return waiting(UNSEEN);
        }
        const desired = count(object, "status", "desiredNumberScheduled");
        const available = count(object, "status", "numberAvailable");
        const byHand = text(object, "spec", "updateStrategy", "type") === "OnDelete";
        const updated = byHand ? desired : count(object, "status", "updatedNumberScheduled");
        return updated >= desired && available >= desired
            ? READY
            : waiting(`${updated} of ${desired} pods are updated, ${available} available`);
    },
};

export const job: Awaiter = {
    check(object): Verdict {
        if (isTrue(object, "Complete") || at(object, "spec", "suspend") === true) {
            return READY;
        }
        const failure = condition(object, "Failed");
        if (failure?.["status"] === "True") {
            return failed(`the job failed: ${text(failure, "reason")}: ${text(failure, "message")}`);
        }
        const [done, bad] = [count(object, "status", "succeeded"), count(object, "status", "failed")];
        return waiting(`${done} of ${count(object, "spec", "completions") || 1} completions, ${bad} pods failed`);
    },
};

export const pod: Awaiter = {
    check(object): Verdict {
        const phase = text(object, "status", "phase");
        if (phase === "Succeeded" || isTrue(object, "Ready")) {
            return READY;
        }
        return phase === "Failed" ? failed(...podReasons(object)) : waiting(...podReasons(object));
    },
};

/** What keeps a pod from being ready: its own conditions, then its containers' states. */
export function podReasons(object: KubeObject): string[] {
    const statuses = [
        ...list(object, "status", "initContainerStatuses"),
        ...list(object, "status", "containerStatuses"),
    ];
    const containers = statuses.filter(isMap).flatMap((status) => {
        const state = [at(status, "state", "waiting"), at(status, "state", "terminated")].find((each) => isMap(each));
        const reason = text(state, "reason");
        // A container that is being made, or that has done its work, is no trouble.
        if (!reason || ["ContainerCreating", "PodInitializing", "Completed"].includes(reason)) {
            return [];
        }
        return [[`container ${text(status, "name")}: ${reason}`, text(state, "message")].filter(Boolean).join(": ")];
    });
    const conditions = complaints(object, "PodScheduled", "Initialized", "Ready");
    const reasons = [text(object, "status", "message"), ...conditions, ...containers].filter(Boolean);
    return (reasons.length > 0 ? reasons : [`phase ${text(object, "status", "phase") || "unknown"}`]).map(
        (reason) => `pod ${nameOf(object)}: ${reason}`,
    );
}
