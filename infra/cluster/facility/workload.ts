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
    /** Bytes of a pod's local volume. It stays with its host: such a pod never runs elsewhere. */
    readonly volume?: number;
    readonly spread: readonly SpreadConstraint[];
    /** Its pods are given a place before those of a workload with less. */
    readonly priority: number;
    /** Members that have to be there for it to go on. */
    readonly quorum: number;
    /** Members that the pair's other site has. */
    readonly elsewhere: number;
    /** Whether an empty member gets the data from its peers, so that it can leave a host before work is done there. */
    readonly rebuilt: boolean;
}
