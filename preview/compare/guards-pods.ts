/** Finds protection of pods, and of those who ask them, that is gone. Pure. */
import { at, count, list, map, text } from "../../toolchain/providers/kubernetes/objects";
import type { Plain, PlainMap } from "../../toolchain/plugin/values";
import type { Rendered } from "../render/registrations";
import { added } from "./added";
import { containersOf, workloadsOf } from "./pods";

const PROBES: readonly (readonly [name: string, then: string])[] = [
    ["readinessProbe", "it is asked before it can answer"],
    ["livenessProbe", "one that hangs is left hanging"],
    ["startupProbe", "one that starts slowly is ended"],
];

export function weakerPods(before: Rendered, after: Rendered): string[] {
    const [old, next] = [before, after].map((one) => workloadsOf([one])[0]?.spec);
    if (old === undefined || next === undefined) {
        return [];
    }
    const priority = text(old, "priorityClassName");
    const containers = new Map(containersOf(next).map((one) => [text(one, "name"), one]));
    return [
        ...(priority !== "" && text(next, "priorityClassName") === ""
            ? [`has pods without the priority ${priority}: they make room for any others`]
            : []),
        ...containersOf(old).flatMap((one) => {
            const name = text(one, "name");
            const now = containers.get(name);
            return now === undefined
                ? []
                : PROBES.filter(([probe]) => at(one, probe) !== undefined && at(now, probe) === undefined).map(
                      ([probe, then]) => `has no ${probe} in container ${name}: ${then}`,
                  );
        }),
        ...added(list(old, "tolerations"), list(next, "tolerations")).map(
            (one) => `tolerates ${tolerated(one)}: its pods run on hosts that are kept from them`,
        ),
    ];
}

function tolerated(one: Plain): string {
    const key = text(one, "key");
    return key === ""
        ? "every taint"
        : `the taint ${[key, text(one, "value")].filter((part) => part !== "").join("=")}`;
}

/** A Service that becomes reachable from elsewhere, or no longer reachable for its present users. */
export function weakerService(before: Rendered, after: Rendered): { exposed: string[]; unanswered: string[] } {
    const [old, next] = [before.inputs as PlainMap, after.inputs as PlainMap];
    const outside = added(list(old, "spec", "externalIPs"), list(next, "spec", "externalIPs")).map(String);
    const type = text(next, "spec", "type") || "ClusterIP";
    const isExposed =
        type !== (text(old, "spec", "type") || "ClusterIP") && ["NodePort", "LoadBalancer"].includes(type);
    const ports = added(portsOf(next), portsOf(old)).map(String);
    const [was, is] = [old, next].map((one) => JSON.stringify(map(one, "spec", "selector")));
    return {
        exposed: [
            ...(outside.length > 0 ? [`is reached from outside of the cluster at ${outside.join(", ")}`] : []),
            ...(isExposed ? [`is of type ${type}: it is reached from outside of the cluster`] : []),
        ],
        unanswered: [
            ...(ports.length > 0 ? [`answers no more at ${ports.join(", ")}`] : []),
            ...(was === is ? [] : [`leads to other pods: its selector was ${was} and is ${is}`]),
        ],
    };
}

function portsOf(service: PlainMap): string[] {
    return list(service, "spec", "ports").map((port) => `${count(port, "port")}/${text(port, "protocol") || "TCP"}`);
}
