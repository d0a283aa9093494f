/** How a site is watched, as the program, our exporter and who reads the alerts know it. Pure. */

/** Name of the namespace. */
export const MONITORING = "monitoring";
/** Name of the workload that measures and judges. */
export const PROMETHEUS = "prometheus";
/** Two watch the same, each with a disk of its own, so that one goes on whatever machine is away. */
export const WATCHING = 2;
/** Name of the page on which persons on duty see how the site is. */
export const STATUS_PAGE = "status-page";
/** What selects its pods, and nothing else. */
export const PROMETHEUS_SELECTOR = { "app.kubernetes.io/name": PROMETHEUS } as const;
/** Port at which it tells who shows the watcher's certificate what is wrong, and the other site that it judges. */
export const PROMETHEUS_PORT = 9090;
/** The name in the certificate that it serves with, which is looked up nowhere. */
export const PROMETHEUS_HOST = `${PROMETHEUS}.${MONITORING}.svc`;

/** Name of the workload that tells receivers outside the sites of alerts, where the stack file names any. */
export const ALERTMANAGER = "alertmanager";
export const ALERTMANAGER_SELECTOR = { "app.kubernetes.io/name": ALERTMANAGER } as const;
/** Port at which it takes alerts from the site's Prometheus, and from nobody else. */
export const ALERTMANAGER_PORT = 9093;
/** Its Service, and the name in its certificate. */
export const ALERTMANAGER_HOST = `${ALERTMANAGER}.${MONITORING}.svc`;

/** page: somebody is called at any hour. ticket: somebody looks at it on the next working day. */
export const SEVERITIES = ["page", "ticket"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** The only one whom Prometheus answers besides the other site's, and the Secret with that certificate. */
export const WATCHER = "watcher";
export const WATCHER_SECRET = "watcher-tls";
/** The name in that certificate, by which it is admitted. It is a server's name because only those are compared. */
export const WATCHER_HOST = `${WATCHER}.${MONITORING}.svc`;

/** Metrics of our own exporter, and their labels. Names: https://prometheus.io/docs/practices/naming/ A label holds the name of something declared. */
export const METRICS = {
    embassy_backup_last_success_timestamp_seconds: {
        help: "When scheduled work on backups last ended well",
        labels: ["registry", "work"],
    },
    embassy_backup_problem: {
        help: "Whether scheduled work on backups is late, or failed last",
        labels: ["registry", "work"],
    },
    embassy_certificate_end_timestamp_seconds: {
        help: "When a certificate that the site renews itself ends",
        labels: ["namespace", "certificate"],
    },
    embassy_lease_end_timestamp_seconds: {
        help: "Until when a primary may write without hearing from the other site",
        labels: ["registry"],
    },
    embassy_primary_last_report_timestamp_seconds: {
        help: "When a standby last heard from the primary, by the primary's clock",
        labels: ["registry"],
    },
    embassy_primary_wal_position_bytes: {
        help: "Bytes of WAL that the primary had written when it was last heard",
        labels: ["registry"],
    },
    embassy_registry_differs: {
        help: "Whether something in a registry's database is not as declared",
        labels: ["registry"],
    },
    embassy_machine_ready: {
        help: "Whether a machine takes pods and reports to the API server",
        labels: ["machine"],
    },
    embassy_workload_missing_pods: {
        help: "Pods that are declared and not ready",
        labels: ["namespace", "kind", "workload"],
    },
} as const satisfies Readonly<Record<string, { readonly help: string; readonly labels: readonly string[] }>>;

export type Metric = keyof typeof METRICS;
