/**
 * What is wrong in a site, when, and what to do about it: alerts for Prometheus, from the same values that the site is declared with. Pure.
 * docs/alerts.md has a heading for each. https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/
 */
import { DAYS_ALONE } from "../keys/config";
import type { ReplicationSection } from "../registries/replication/config";
import type { Severity } from "../conventions/monitoring";
import type { SiteSection } from "../conventions/site";
import type { MonitoringSection } from "./config";
import { HEARTBEAT, alertmanager, expression, heartbeat, member, own, patroni, up } from "./metrics";

export interface Alert {
    /** Its name, and its heading in docs/alerts.md. */
    readonly name: string;
    /** It fires for each series that this has. */
    readonly expression: string;
    /** Seconds for which that must hold, so that what mends itself calls nobody. */
    readonly lastsSeconds: number;
    readonly severity: Severity;
    /** Who does something about it. */
    readonly who: "operator" | "custodians";
    /** What is at stake, in a sentence; Prometheus fills in the labels. */
    readonly stake: string;
}

/** The page that has a heading for each alert. */
export const RUNBOOK = "docs/alerts.md";

const DAY_SECONDS = 86_400;
/** A planned replacement of one member or pod, and a failover, take less. */
const MENDS_ITSELF_SECONDS = 120;
/** Bytes that a standby may lack without being behind: members say how far they are each few seconds. */
const BEHIND_BYTES = 16 * 1024 * 1024;

/** An hour of a registry at rest, where a segment is stored each minute. */
const WAITING_SEGMENTS = 60;

/** The limits that rules follow are those of the stack file. */
export function alerts({
    site,
    replication,
    monitoring,
}: SiteSection & ReplicationSection & MonitoringSection): Alert[] {
    return [
        ...everywhere(),
        ...(monitoring?.receivers === undefined ? [] : telling()),
        ...("partner" in site ? paired(site.partner) : []),
        ...(site.role === "primary" ? writing() : site.role === "standby" ? following(replication) : []),
    ];
}

function everywhere(): Alert[] {
    return [
        {
            name: "ApiServerSilent",
            expression: expression`${up}{job="exporter"} == 0`,
            lastsSeconds: 60,
            severity: "page",
            who: "operator",
            stake: "The API server does not answer: databases go on, but fail over to nobody, and nothing can be declared.",
        },
        {
            name: "RegistryWithoutLeader",
            // Of members that do not answer there is nothing to add up.
            expression:
                expression`max by (registry) (${patroni("patroni_primary")} + ${patroni("patroni_standby_leader")}) == 0 ` +
                expression`or max by (registry) (${up}{job="patroni"}) == 0`,
            lastsSeconds: 60,
            severity: "page",
            who: "operator",
            stake: "{{ $labels.registry }} has no leader: nobody can write to it, or follow it.",
        },
        {
            name: "MemberAway",
            expression: expression`${up}{job="patroni"} == 0`,
            lastsSeconds: MENDS_ITSELF_SECONDS,
            severity: "ticket",
            who: "operator",
            stake: "{{ $labels.member }} of {{ $labels.registry }} is away: the next failure may stop the registry.",
        },
        {
            name: "DatabaseDown",
            expression: expression`${patroni("patroni_postgres_running")} == 0`,
            lastsSeconds: MENDS_ITSELF_SECONDS,
            severity: "ticket",
            who: "operator",
            stake: "Postgres does not run in {{ $labels.member }} of {{ $labels.registry }}: the next failure may stop the registry.",
        },
        {
            name: "SlotEnds",
            // Members that do not lead hold slots as well, by which nobody follows.
            expression:
                expression`(${member("embassy_slot_left_bytes")} / on (registry, member) group_left ` +
                expression`deriv(${member("embassy_wal_position_bytes")}[1h]) / ${DAY_SECONDS} < ${DAYS_ALONE} ` +
                expression`and ${member("embassy_slot_active")} == 0) ` +
                expression`and on (registry, member) (${patroni("patroni_primary")} == 1 or ${patroni("patroni_standby_leader")} == 1)`,
            lastsSeconds: 10 * 60,
            severity: "ticket",
            who: "operator",
            stake: 'What {{ $labels.slot }} of {{ $labels.registry }} has missed is kept for {{ printf "%.1f" $value }} days more; after that it is made anew from a copy.',
        },
        {
            name: "DiskFilling",
            expression:
                expression`(${member("embassy_disk_size_bytes")} - ${member("embassy_disk_used_bytes")}) ` +
                expression`/ deriv(${member("embassy_disk_used_bytes")}[6h]) / ${DAY_SECONDS} > 0 < ${DAYS_ALONE} ` +
                // A new database, or one into which much is loaded, grows fast, and has room.
                expression`and ${member("embassy_disk_used_bytes")} > ${member("embassy_disk_size_bytes")} / 2`,
            lastsSeconds: 10 * 60,
            severity: "page",
            who: "operator",
            stake: 'The disk of {{ $labels.member }} of {{ $labels.registry }} is full in {{ printf "%.1f" $value }} days, and its database stops then.',
        },
        {
            name: "WalWaits",
            expression: expression`${member("embassy_wal_waiting_segments")} > ${WAITING_SEGMENTS}`,
            // What is loaded at once is stored some minutes later.
            lastsSeconds: 15 * 60,
            severity: "page",
            who: "operator",
            stake: "{{ $value }} segments of WAL of {{ $labels.registry }} are in no store: if its members were lost, so would be what is in them.",
        },
        {
            name: "DatabaseDiffers",
            expression: expression`${own("embassy_registry_differs")} == 1`,
            lastsSeconds: MENDS_ITSELF_SECONDS,
            severity: "ticket",
            who: "operator",
            stake: "Something in the database of {{ $labels.registry }} is not as declared.",
        },
        {
            name: "BackupLate",
            expression: expression`${own("embassy_backup_problem")} == 1`,
            // A Job tries again by itself, as a first one does until the other site's store is there.
            lastsSeconds: 10 * 60,
            severity: "page",
            who: "operator",
            stake: '{{ $labels.work }} of {{ or $labels.registry "the object store" }} is late or has failed: a restore may lose more than is promised.',
        },
        {
            name: "CertificateEnds",
            expression: expression`${own("embassy_certificate_end_timestamp_seconds")} - time() < ${DAYS_ALONE * DAY_SECONDS}`,
            lastsSeconds: 0,
            severity: "ticket",
            who: "operator",
            stake: `{{ $labels.namespace }}/{{ $labels.certificate }} ends within ${DAYS_ALONE} days: what has it then serves nobody.`,
        },
        {
            name: "MachineAway",
            expression: expression`${own("embassy_machine_ready")} == 0`,
            lastsSeconds: MENDS_ITSELF_SECONDS,
            severity: "ticket",
            who: "operator",
            stake: "The machine {{ $labels.machine }} is away: a second failure may stop a registry.",
        },
        {
            name: "PodsMissing",
            expression: expression`${own("embassy_workload_missing_pods")} > 0`,
            // A machine that is told to go is emptied, and a pod that comes up in its place reads its image.
            lastsSeconds: 5 * 60,
            severity: "ticket",
            who: "operator",
            stake: "{{ $labels.kind }} {{ $labels.namespace }}/{{ $labels.workload }} lacks {{ $value }} of its pods: the next failure may stop it.",
        },
    ];
}

/** Seconds within which a receiver that takes nothing fails again: a server that swallows all packets is given up after two minutes. */
const FAILS_AGAIN_SECONDS = 180;

function telling(): Alert[] {
    const failed = alertmanager("alertmanager_notification_requests_failed_total");
    return [
        {
            name: "ReceiverSilent",
            expression:
                expression`sum by (receiver_name) (increase(${failed}[${FAILS_AGAIN_SECONDS}s])) > 0 or ` +
                expression`max by (job) (${up}{job="alertmanager"}) == 0`,
            // One failure that is made up for calls nobody.
            lastsSeconds: FAILS_AGAIN_SECONDS + 60,
            severity: "page",
            who: "operator",
            stake: 'Alerts do not reach {{ or $labels.receiver_name "any receiver" }}: they are kept, and told when they can be.',
        },
    ];
}

/** Seconds after which a judgement is an old one: each is made, asked for and compared within 15 s. */
const OLD_SECONDS = 45;

function paired(partner: string): Alert[] {
    return [
        {
            name: "OtherSiteSilent",
            // One of them may be away with its machine.
            expression:
                expression`max(${up}{job="other-site"}) == 0 or ` +
                expression`time() - max(${heartbeat}{job="other-site"}) > ${OLD_SECONDS}`,
            // What is over after one failure, as a cut of some seconds is, calls nobody.
            lastsSeconds: 15,
            severity: "page",
            who: "operator",
            stake: `${partner} is not heard: it is gone, or the link to it is, or nobody watches it, and what goes wrong there calls nobody.`,
        },
    ];
}

function writing(): Alert[] {
    return [
        {
            name: "LeaseEnded",
            expression: expression`${own("embassy_lease_end_timestamp_seconds")} < time()`,
            lastsSeconds: 15,
            severity: "page",
            who: "operator",
            stake: "{{ $labels.registry }} takes no writes: the other site has renewed no lease.",
        },
    ];
}

function following({ leaseSeconds }: ReplicationSection["replication"]): Alert[] {
    return [
        {
            name: "PrimarySilent",
            expression: expression`time() - ${own("embassy_primary_last_report_timestamp_seconds")} > ${leaseSeconds}`,
            lastsSeconds: 30,
            severity: "page",
            who: "custodians",
            stake: "The primary of {{ $labels.registry }} is not heard: it has stopped writing, and somebody decides whether this site is promoted.",
        },
        {
            name: "StandbyBehind",
            expression:
                expression`${own("embassy_primary_wal_position_bytes")} - on (registry) ` +
                expression`max by (registry) (${patroni("patroni_xlog_received_location")}) > ${BEHIND_BYTES}`,
            lastsSeconds: 60,
            severity: "page",
            who: "operator",
            stake: "{{ $labels.registry }} is {{ humanize1024 $value }}B of WAL behind the primary: a promotion would lose them.",
        },
    ];
}

/** Prometheus' file of rules; JSON is valid YAML. */
export function ruleFile(rules: readonly Alert[]): string {
    return JSON.stringify(
        {
            groups: [
                {
                    name: "embassy",
                    rules: [
                        { record: HEARTBEAT, expr: "time()" },
                        ...rules.map(({ name, expression, lastsSeconds, severity, who, stake }) => ({
                            alert: name,
                            expr: expression,
                            for: `${lastsSeconds}s`,
                            labels: { severity },
                            annotations: { stake, who, runbook: `${RUNBOOK}#${name.toLowerCase()}` },
                        })),
                    ],
                },
            ],
        },
        null,
        2,
    );
}
