/** Finds the pods that an object makes, with their labels. Pure. */
import type { V1LabelSelector } from "@kubernetes/client-node";
import type { KubernetesObject } from "../../policy/rules/rule";
import { makesMachines } from "../../policy/rules/pods";
import type { Plain, PlainMap } from "../../toolchain/plugin/values";
import { at, list, map } from "../../toolchain/providers/kubernetes/objects";
import type { Rendered } from "../render/registrations";
import { isEmpty, selectorText } from "./selectors";
import { isKubernetes, kindOf, metadataOf } from "./show";

export interface Workload {
    readonly resource: Rendered;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    /** The pods' PodSpec. */
    readonly spec: PlainMap;
}

export function workloadsOf(resources: readonly Rendered[]): Workload[] {
    return resources.flatMap((resource) => {
        const pod = podOf(resource);
        return pod === undefined
            ? []
            : [
                  {
                      resource,
                      namespace: metadataOf(resource).namespace ?? "default",
                      labels: map(pod, "metadata", "labels") as Record<string, string>,
                      spec: map(pod, "spec"),
                  },
              ];
    });
}

/** The containers in the order in which they start. */
export function containersOf(spec: PlainMap): Plain[] {
    return [...list(spec, "initContainers"), ...list(spec, "containers")];
}

/** `registry-land's database`; a workload with the name of its namespace is called only that. */
export function workloadName(namespace: string, selector: V1LabelSelector = {}): string {
    const name = selector.matchLabels?.["app.kubernetes.io/name"];
    if (name !== undefined) {
        return name === namespace ? name : `${namespace}'s ${name}`;
    }
    return isEmpty(selector) ? `all of ${namespace}` : `pods of ${namespace} with ${selectorText(selector)}`;
}

/** Path of the pod template in an object of this kind. */
export function templatePath(resource: Rendered): readonly string[] {
    return kindOf(resource) === "CronJob" ? ["spec", "jobTemplate", "spec", "template"] : ["spec", "template"];
}

function podOf(resource: Rendered): Plain | undefined {
    const inputs = resource.inputs as PlainMap;
    if (!isKubernetes(resource) || makesMachines(inputs as unknown as KubernetesObject)) {
        return undefined;
    }
    const pod = kindOf(resource) === "Pod" ? inputs : at(inputs, ...templatePath(resource));
    return at(pod, "spec") === undefined ? undefined : pod;
}
