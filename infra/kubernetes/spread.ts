/** Fault domains over which the pods of a workload are spread. */
import { type Labels, TOPOLOGY } from "../conventions/names";

export interface SpreadConstraint {
    readonly topologyKey: string;
    readonly maxSkew: number;
    readonly whenUnsatisfiable: "DoNotSchedule" | "ScheduleAnyway";
    readonly nodeTaintsPolicy: "Honor";
}

/**
 * `Honor`: a domain whose nodes are all lost, or take no pods, does not count. By default it would count as a domain without pods, and a
 * pod that has to leave it would find no other place. In return, pods that are created while a zone is away are placed without it.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/#spread-constraint-definition
 */
const STRICTLY = { maxSkew: 1, whenUnsatisfiable: "DoNotSchedule", nodeTaintsPolicy: "Honor" } as const;

/** A member goes into each zone first, and then onto as many racks and hosts as there are. */
export const SPREAD: readonly SpreadConstraint[] = [
    { topologyKey: TOPOLOGY.zone, ...STRICTLY },
    { topologyKey: TOPOLOGY.rack, ...STRICTLY },
    { topologyKey: TOPOLOGY.host, ...STRICTLY },
];

/** The constraints as a pod states them, for the pods that `selector` selects in its own namespace. */
export function spreadAmong(
    spread: readonly SpreadConstraint[],
    selector: Labels,
): (SpreadConstraint & { readonly labelSelector: { readonly matchLabels: Labels } })[] {
    return spread.map((constraint) => ({ ...constraint, labelSelector: { matchLabels: selector } }));
}
