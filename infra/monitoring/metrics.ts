/** The metrics that a rule may name: whoever exports them, and nothing else. Pure. */
import type { Metric } from "../conventions/monitoring";

/** Patroni's own, at each member: https://patroni.readthedocs.io/en/latest/rest_api.html#monitoring-endpoint */
export const PATRONI_METRICS = [
    "patroni_primary",
    "patroni_standby_leader",
    "patroni_postgres_running",
    "patroni_xlog_received_location",
] as const;

/** What a member adds to them: images/postgres/metrics.py. Each is of one member, and those of slots have the slot's name as a label. */
export const MEMBER_METRICS = [
    /** Size of its disk, as declared. */
    "embassy_disk_size_bytes",
    /** What its databases and its WAL take. */
    "embassy_disk_used_bytes",
    /** Whether somebody follows by the slot. */
    "embassy_slot_active",
    /** WAL that may be written until the slot holds what it has no longer. */
    "embassy_slot_left_bytes",
    /** How far it has written or replayed. */
    "embassy_wal_position_bytes",
    /** Segments that wait to be stored. */
    "embassy_wal_waiting_segments",
] as const;

/** Alertmanager's own: https://github.com/prometheus/alertmanager/blob/v0.34.1/notify/metrics.go */
export const ALERTMANAGER_METRICS = ["alertmanager_notification_requests_failed_total"] as const;

declare const known: unique symbol;
/** The name of a metric that somebody exports. */
type Known = string & { readonly [known]: true };

export function own(metric: Metric): Known {
    return metric as string as Known;
}

export function patroni(metric: (typeof PATRONI_METRICS)[number]): Known {
    return metric as string as Known;
}

export function member(metric: (typeof MEMBER_METRICS)[number]): Known {
    return metric as string as Known;
}

export function alertmanager(metric: (typeof ALERTMANAGER_METRICS)[number]): Known {
    return metric as string as Known;
}

/** Prometheus' own: whether a target answered. */
export const up = "up" as Known;

/** When a Prometheus last judged its rules, which it records itself: https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/ */
export const HEARTBEAT = "embassy_last_judgement_timestamp_seconds";
export const heartbeat = HEARTBEAT as Known;
/** Under this name it asks those who watch the other site for theirs. */
export const OTHER_SITE = "other-site";

/** An expression in PromQL that names metrics only through the functions above. */
export function expression(text: TemplateStringsArray, ...values: readonly (Known | number)[]): string {
    return String.raw({ raw: text }, ...values);
}
