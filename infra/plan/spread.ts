/** Over which fault domains the pods of a workload are spread. */
import { TOPOLOGY } from "./inventory";

export interface SpreadConstraint {
    readonly topologyKey: string;
    readonly maxSkew: number;
    readonly whenUnsatisfiable: "DoNotSchedule" | "ScheduleAnyway";
}

/** A member on each feed first; then on as many racks and hosts as there are. */
export const SPREAD: readonly SpreadConstraint[] = [
    { topologyKey: TOPOLOGY.zone, maxSkew: 1, whenUnsatisfiable: "DoNotSchedule" },
    { topologyKey: TOPOLOGY.rack, maxSkew: 1, whenUnsatisfiable: "DoNotSchedule" },
    { topologyKey: TOPOLOGY.host, maxSkew: 1, whenUnsatisfiable: "DoNotSchedule" },
];
