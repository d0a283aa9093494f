/** Over which fault domains the pods of a workload are spread. */
import { type Labels, TOPOLOGY } from "../conventions/names";

export interface SpreadConstraint {
    readonly topologyKey: string;
    readonly maxSkew: number;
    readonly whenUnsatisfiable: "DoNotSchedule" | "ScheduleAnyway";
    readonly nodeTaintsPolicy: "Honor";
}

/**
 * `Honor`: a domain whose nodes are all lost, or are no place for pods, is none. By default it counts on as one that has
 * no pod yet, and a pod that has to leave it finds no other place. In return, what is made while a zone is away is made without it.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/#spread-constraint-definition
 */
const STRICTLY = { maxSkew: 1, whenUnsatisfiable: "DoNotSchedule", nodeTaintsPolicy: "Honor" } as const;

/** A member in each zone first; then on as many racks and hosts as there are. */
export const SPREAD: readonly SpreadConstraint[] = [
    { topologyKey: TOPOLOGY.zone, ...STRICTLY },
    { topologyKey: TOPOLOGY.rack, ...STRICTLY },
    { topologyKey: TOPOLOGY.host, ...STRICTLY },
];

/** The constraints as a pod has them: of the pods that `selector` selects, in its own namespace. */
export function spreadAmong(
    spread: readonly SpreadConstraint[],
    selector: Labels,
): (SpreadConstraint & { readonly labelSelector: { readonly matchLabels: Labels } })[] {
    return spread.map((constraint) => ({ ...constraint, labelSelector: { matchLabels: selector } }));
}
