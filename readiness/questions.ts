/** Judges from what was asked of a site whether it could take over, or go on, now: a line for each question. Pure. */
import type { EmbassyConfig } from "../infra/site/config";
import { FENCE } from "../infra/conventions/lease";
import { isReady, podsOf, takesPods } from "../infra/conventions/live";
import { TOPOLOGY } from "../infra/conventions/names";
import { amount } from "../infra/conventions/quantity";
import { REGISTRIES } from "../infra/conventions/registries";
import { backupStates } from "../infra/registries/backups/overdue";
import { runningOf } from "../infra/registries/config";
import { DAYS_ALONE } from "../infra/keys/config";
import type { Facts, Pod } from "./facts";
import { type Finding, type Line, lineOf } from "./line";
import { lagFindings, leadFindings, leaseFindings } from "./replication";

/** A clock that is ahead or behind by more than this many seconds is wrong: a lease lasts about as long. */
const CLOCK_SECONDS = 5;
/** Kubelets report each 10 s, and nodes that have not for 40 s are lost: https://kubernetes.io/docs/concepts/architecture/nodes/#heartbeats */
const HEARTBEAT_SECONDS = 40;
const DAY_MS = 86_400_000;
const IMAGE_IS_MISSING = new Set(["ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName"]);

/** @param now milliseconds since 1970 */
export function questions(site: string, config: EmbassyConfig, facts: Facts, now: number): Line[] {
    const running = runningOf(config, REGISTRIES);
    const registries = `${running.length} ${running.length === 1 ? "registry" : "registries"}`;
    const up = `npm run lab -- up ${site}, or mend what the cluster's machines report`;
    const update = `npm run pulumi -- up -s ${site}`;
    return [
        lineOf("machines", `${facts.machines.length} ready`, machineFindings(facts, up)),
        lineOf("capacity", "what runs fits without any one zone", capacityFindings(facts)),
        lineOf("clocks", `machines' clocks are within ${CLOCK_SECONDS} s of this one`, clockFindings(facts, now)),
        lineOf("workloads", `${facts.workloads.length} have all their pods`, workloadFindings(facts)),
        lineOf("images", "every container has its image", imageFindings(facts)),
        lineOf("leader", `${registries} with a leader`, leadFindings(facts, running)),
        lineOf("lease", leaseText(config), leaseFindings(facts, running, config, now)),
        lineOf("lag", lagText(config), lagFindings(facts, running, config, now)),
        lineOf("fence", "nobody leads beyond the lease", facts.admission.has(FENCE) ? [] : [unfenced(update)]),
        lineOf("backups", "every scheduled one ended well in time", backupFindings(facts, now)),
        lineOf("keys", `${registries} with the keys of their backups`, keyFindings(facts, running, update)),
        lineOf("certificates", `all outlast ${DAYS_ALONE} days`, certificateFindings(facts, now)),
    ];
}

function leaseText({ site }: EmbassyConfig): string {
    return { primary: "this site may write", standby: "grants leases to the primary", restore: "needs none" }[
        site.role
    ];
}

function lagText({ site }: EmbassyConfig): string {
    return site.role === "standby" ? "has everything that the primary reported" : "follows nobody";
}

function machineFindings({ machines }: Facts, remedy: string): Finding[] {
    const away = machines.filter((machine) => !takesPods(machine)).map(({ metadata }) => metadata.name);
    const verdict = away.length === machines.length ? "red" : "amber";
    return away.length === 0 && machines.length > 0
        ? []
        : [{ verdict, says: machines.length === 0 ? "there is none" : `not ready: ${away.join(", ")}`, remedy }];
}

/**
 * Whether what runs now fits on what is left, whichever zone is gone. Pods that belong to a machine are gone with it, and those with a disk
 * wait for it: the members elsewhere go on for them.
 */
function capacityFindings({ machines, pods }: Facts): Finding[] {
    const zoneOf = new Map(machines.map(({ metadata }) => [metadata.name, metadata.labels?.[TOPOLOGY.zone] ?? ""]));
    const zones = [...new Set(zoneOf.values())].sort();
    const runs = pods.filter(({ status: { phase } }) => phase !== "Succeeded" && phase !== "Failed");
    return zones.flatMap((zone) => {
        const left = machines.filter(({ metadata: { name } }) => zoneOf.get(name) !== zone);
        const stays = runs.filter((pod) => zoneOf.get(pod.spec.nodeName ?? "") !== zone || canMove(pod));
        return (["cpu", "memory"] as const).flatMap((resource): Finding[] => {
            const offered = left.reduce((sum, { status }) => sum + amountOf(status.allocatable?.[resource]), 0);
            const asked = stays.reduce((sum, pod) => sum + requested(pod, resource), 0);
            const says = `without the zone ${zone} there is ${resource} for ${Math.floor((100 * offered) / asked)} % of what runs`;
            const remedy = "add machines to another zone: data-embassy:cluster.racks";
            return offered >= asked ? [] : [{ verdict: "red", says, remedy }];
        });
    });
}

function canMove({ metadata: { ownerReferences: owners = [] }, spec: { volumes = [] } }: Pod): boolean {
    const isMachines = owners.some(({ kind }) => kind === "DaemonSet" || kind === "Node");
    return !isMachines && !volumes.some(({ persistentVolumeClaim }) => persistentVolumeClaim !== undefined);
}

function requested({ spec }: Pod, resource: "cpu" | "memory"): number {
    return spec.containers.reduce((sum, { resources }) => sum + amountOf(resources?.requests?.[resource]), 0);
}

function amountOf(quantity: string | undefined): number {
    return quantity === undefined || quantity === "0" ? 0 : amount(quantity);
}

/** A kubelet renews its heartbeat by its machine's clock. Behind counts as silent, because nobody can tell the two apart. */
function clockFindings({ heartbeats }: Facts, now: number): Finding[] {
    const remedy = "look at the machine's time synchronization, and at the clock of this computer";
    return heartbeats.flatMap(({ metadata: { name }, spec: { renewTime } }): Finding[] => {
        const ahead = (Date.parse(renewTime ?? "") - now) / 1000;
        if (ahead > CLOCK_SECONDS) {
            return [{ verdict: "red", says: `${name} is ${Math.round(ahead)} s ahead`, remedy }];
        }
        const isHeard = ahead > -HEARTBEAT_SECONDS;
        return isHeard ? [] : [{ verdict: "amber", says: `${name} was last heard ${ago(-ahead)} ago`, remedy }];
    });
}

function workloadFindings({ workloads }: Facts): Finding[] {
    return workloads.flatMap((workload): Finding[] => {
        const {
            kind,
            metadata: { name, namespace = "" },
        } = workload;
        const { wanted, ready } = podsOf(workload);
        const says = `${kind} ${namespace}/${name} has ${ready} of ${wanted} pods ready`;
        const remedy = `kubectl -n ${namespace} get pods`;
        return ready >= wanted ? [] : [{ verdict: ready === 0 ? "red" : "amber", says, remedy }];
    });
}

function imageFindings({ pods }: Facts): Finding[] {
    return pods.flatMap(({ metadata: { name, namespace = "" }, status }): Finding[] => {
        const reasons = (status.containerStatuses ?? []).map(({ state }) => state?.waiting?.reason ?? "");
        const reason = reasons.find((each) => IMAGE_IS_MISSING.has(each));
        const remedy = "see that the site's image registry has the declared images: npm run images, npm run lab -- up";
        return reason === undefined ? [] : [{ verdict: "red", says: `${namespace}/${name}: ${reason}`, remedy }];
    });
}

function unfenced(remedy: string): Finding {
    return { verdict: "red", says: `the policy ${FENCE} is not bound, so that two sites could write`, remedy };
}

function backupFindings({ schedules, jobs }: Facts, now: number): Finding[] {
    return backupStates(schedules, jobs, now).flatMap(({ registry = "object store", job, problem }): Finding[] =>
        problem === undefined
            ? []
            : [{ verdict: "red", says: `${registry}, ${job}: ${problem}`, remedy: "docs/monitor.md" }],
    );
}

function keyFindings({ keys }: Facts, running: readonly string[], remedy: string): Finding[] {
    const missing = running.filter((registry) => !keys.has(registry));
    return missing.length === 0 ? [] : [{ verdict: "red", says: `none of ${missing.join(", ")}`, remedy }];
}

function certificateFindings({ certificates }: Facts, now: number): Finding[] {
    return certificates.flatMap(({ metadata: { name, namespace = "" }, status }): Finding[] => {
        const { notAfter } = status ?? {};
        const left = notAfter === undefined ? 0 : (Date.parse(notAfter) - now) / DAY_MS;
        const remedy = `kubectl -n ${namespace} describe certificate ${name}`;
        if (!isReady(status) || left <= 0) {
            return [{ verdict: "red", says: `${namespace}/${name} is not there, or has ended`, remedy }];
        }
        const says = `${namespace}/${name} ends in ${Math.floor(left)} days`;
        return left >= DAYS_ALONE ? [] : [{ verdict: "amber", says, remedy }];
    });
}

function ago(seconds: number): string {
    return seconds < 120 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}
