import type { SpreadConstraint } from "../../kubernetes/spread";

/** What runs in a site, as the scheduler and a quorum see it. */
export interface Workload {
    readonly name: string;
    /** What each of its pods is called in a message. */
    readonly unit: string;
    readonly count: number;
    /** Requests of one pod: cores and bytes. */
    readonly cpu: number;
    readonly memory: number;
    /** Bytes of a pod's local volume. Such a pod stays with its host and never runs elsewhere. */
    readonly volume?: number;
    readonly spread: readonly SpreadConstraint[];
    /** Its pods are placed before those of a workload with a lower priority. */
    readonly priority: number;
    /** Members that must be up for it to go on. */
    readonly quorum: number;
    /** Members at the pair's other site. */
    readonly elsewhere: number;
    /** Whether an empty member copies the data from its peers, so that a member can leave a host before work is done there. */
    readonly rebuilt: boolean;
}
