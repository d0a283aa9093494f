/** The questions to Prometheus behind the page. They name metrics as rules do, so that one which nobody exports is a type error. Pure. */
import { expression, own, patroni } from "../../infra/monitoring/metrics";

export const QUERIES = {
    leaders: expression`${patroni("patroni_primary")} == 1`,
    followers: expression`${patroni("patroni_standby_leader")} == 1`,
    members: expression`${patroni("patroni_postgres_running")}`,
    heard: expression`${own("embassy_primary_last_report_timestamp_seconds")}`,
    leases: expression`${own("embassy_lease_end_timestamp_seconds")}`,
    differs: expression`${own("embassy_registry_differs")} == 1`,
    backups: expression`${own("embassy_backup_last_success_timestamp_seconds")}`,
    problems: expression`${own("embassy_backup_problem")}`,
    certificates: expression`${own("embassy_certificate_end_timestamp_seconds")}`,
    machines: expression`${own("embassy_machine_ready")}`,
    missing: expression`${own("embassy_workload_missing_pods")} > 0`,
} as const;

export const RANGES = {
    lag:
        expression`clamp_min(${own("embassy_primary_wal_position_bytes")} - on (registry) ` +
        expression`max by (registry) (${patroni("patroni_xlog_received_location")}), 0)`,
} as const;

/** A day, in steps that a telephone's screen can show. */
export const RANGE_SECONDS = 86_400;
export const STEP_SECONDS = 300;

/** Its answers, by question. */
export type Asked = Readonly<Record<keyof typeof QUERIES | keyof typeof RANGES | "rules", unknown>>;
