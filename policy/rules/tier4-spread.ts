import { TOPOLOGY } from "../../infra/conventions/names";
import { makesMachines, podSpecOf } from "./pods";
import type { Rule } from "./rule";

/** Two pods in one zone are both gone with it, and a scheduler that only prefers otherwise puts them there when it is full. */
export const tier4Spread: Rule = {
    name: "tier4-spread",
    description: "What runs more than once stands in every zone, and is scheduled nowhere rather than in one alone.",
    violations(object) {
        const replicas = object.spec?.["replicas"];
        if (makesMachines(object) || typeof replicas !== "number" || replicas < 2) {
            return [];
        }
        const overFeeds = podSpecOf(object)?.topologySpreadConstraints?.some(
            ({ topologyKey, maxSkew, whenUnsatisfiable }) =>
                topologyKey === TOPOLOGY.zone && maxSkew === 1 && whenUnsatisfiable === "DoNotSchedule",
        );
        return overFeeds
            ? []
            : [
                  `${replicas} pods are not spread over ${TOPOLOGY.zone}; topologySpreadConstraints must have it with ` +
                      "maxSkew 1 and DoNotSchedule",
              ];
    },
};
