/**
 * Judges a site's registries by what their members write down: who leads, what they agreed on about the right to write, and how far they
 * are. Patroni notes the latter at each member's pod, so that nobody has to open a database. The promotion gate asks members themselves,
 * which decide by the same record and the same arithmetic (agents/lease-agent). Pure.
 */
import { type Report, type SiteRecord, recordOf } from "../agents/lease-agent/record";
import { lossOf, lossText } from "../agents/lease-agent/loss";
import { registryNamespace } from "../infra/conventions/names";
import { GIVES_UP_SECONDS } from "../infra/registries/replication/plan";
import { DATABASE, ROLE_LABEL } from "../infra/registries/plan-database";
import type { EmbassyConfig } from "../infra/site/config";
import type { Facts, Pod } from "./facts";
import type { Finding } from "./line";

/** Bytes that a standby may lack without being behind: members note how far they are each 5 s. */
const BEHIND = 1024 * 1024;
const FAILOVER = "docs/failover.md";

function membersOf({ pods }: Facts, registry: string): Pod[] {
    return pods.filter(
        ({ metadata: { namespace, labels } }) =>
            namespace === registryNamespace(registry) && labels?.["app.kubernetes.io/name"] === DATABASE,
    );
}

export function leadFindings(facts: Facts, running: readonly string[]): Finding[] {
    return running.flatMap((registry): Finding[] => {
        const leads = membersOf(facts, registry).some(
            ({ metadata: { labels }, status }) =>
                labels?.[ROLE_LABEL.key] === ROLE_LABEL.leader && status.phase === "Running",
        );
        const remedy = `kubectl -n ${registryNamespace(registry)} get pods -L ${ROLE_LABEL.key}`;
        return leads ? [] : [{ verdict: "red", says: `${registry} has none`, remedy }];
    });
}

export function leaseFindings(facts: Facts, running: readonly string[], config: EmbassyConfig, now: number): Finding[] {
    const { role } = config.site;
    return running.flatMap((registry): Finding[] => {
        const found = role === "restore" ? undefined : leaseFinding(recordIn(facts, registry), role, now);
        return found === undefined ? [] : [{ verdict: found[0], says: `${registry} ${found[1]}`, remedy: FAILOVER }];
    });
}

type Found = readonly [Finding["verdict"], string];

function leaseFinding({ status, validUntil }: SiteRecord, role: "primary" | "standby", now: number): Found | undefined {
    if (status?.role !== role) {
        return ["red", `is ${status?.role ?? "nothing yet"}, and declared to be ${role}`];
    }
    if (status.refusal !== undefined) {
        return ["red", `has refused: ${status.refusal}`];
    }
    if (role === "standby") {
        const isFenced = status.granted?.report.fenced === true;
        return isFenced
            ? undefined
            : ["red", "does not know that the primary stops without a lease, and so is not promoted"];
    }
    if (validUntil === undefined) {
        return ["amber", "writes without a lease, because no other site follows it"];
    }
    const left = (Date.parse(validUntil) - now) / 1000;
    return left > 0 ? undefined : ["red", `stopped writing ${Math.round(-left)} s ago: ${status.says}`];
}

export function lagFindings(facts: Facts, running: readonly string[], config: EmbassyConfig, now: number): Finding[] {
    return running.flatMap((registry): Finding[] => {
        const here = Math.max(0, ...membersOf(facts, registry).map(positionOf));
        const found =
            config.site.role === "standby"
                ? lagFinding(recordIn(facts, registry).status?.granted?.report, here, config.replication, now)
                : undefined;
        return found === undefined ? [] : [{ verdict: found[0], says: `${registry}: ${found[1]}`, remedy: FAILOVER }];
    });
}

/** @param here bytes of WAL that this site has */
function lagFinding(
    report: Report | undefined,
    here: number,
    { leaseSeconds }: EmbassyConfig["replication"],
    now: number,
): Found | undefined {
    if (report === undefined) {
        return ["red", "the primary was never heard"];
    }
    const silent = (now - report.at) / 1000;
    if (silent > leaseSeconds) {
        // Who has everything up to a report has the heartbeats up to then, too. Of one that has less, only the bytes are known.
        const loss = lossOf(report, { lsn: here, heartbeat: report.at }, leaseSeconds + GIVES_UP_SECONDS);
        return ["amber", `the primary was last heard ${Math.round(silent)} s ago; by a promotion ${lossText(loss)}`];
    }
    const missing = report.lsn - here;
    return missing > BEHIND ? ["amber", `${Math.round(missing / BEHIND)} MiB of WAL behind`] : undefined;
}

function recordIn({ leases }: Facts, registry: string): SiteRecord {
    const lease = leases.get(registry);
    return lease === undefined ? {} : recordOf(lease);
}

/** Bytes of WAL that a member has, as Patroni notes them: https://patroni.readthedocs.io/en/latest/kubernetes.html */
function positionOf({ metadata: { annotations } }: Pod): number {
    try {
        const { xlog_location: location } = JSON.parse(annotations?.["status"] ?? "{}") as { xlog_location?: unknown };
        return typeof location === "number" ? location : 0;
    } catch {
        return 0;
    }
}
