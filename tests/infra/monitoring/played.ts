/** For each alert a fault, as promtool plays it. */

export interface Played {
    /** Series → its values while all is well, and while something is wrong, in promtool's notation: `a+b` grows by b from a. */
    readonly series: Readonly<Record<string, readonly [well: string, ill: string]>>;
    /** Labels of the alert, besides its severity. */
    readonly labels: Readonly<Record<string, string>>;
    readonly stake: string;
    /** Seconds for which it goes on once all is well again, where it looks back; none otherwise. */
    readonly lingersSeconds?: number;
}

const LAND = { registry: "land", member: "database-0" };
const MEMBER = 'registry="land",member="database-0"';

/** Those who watch the other site, of whom one is away all the time. */
const HEARD = ["0", "1"].map((index) => `job="other-site",instance="heartbeat-${index}.tallinn"`);
const OTHER_SITE =
    "tallinn is not heard: it is gone, or the link to it is, or nobody watches it, and what goes wrong there calls nobody.";

/** One fault for each, or several, where they are noticed in different ways. */
export const PLAYED: Readonly<Record<string, Played | readonly Played[]>> = {
    ReceiverSilent: [
        {
            // It fails each minute, as it is tried, and another one, told in vain once before, is well.
            series: {
                'alertmanager_notification_requests_failed_total{integration="webhook",receiver_name="duty"}': [
                    "3+0",
                    "4+0.25",
                ],
                'alertmanager_notification_requests_failed_total{integration="email",receiver_name="office"}': [
                    "1+0",
                    "1+0",
                ],
            },
            labels: { receiver_name: "duty" },
            stake: "Alerts do not reach duty: they are kept, and told when they can be.",
            lingersSeconds: 180,
        },
        {
            series: { 'up{job="alertmanager",instance="alertmanager.monitoring.svc:9093"}': ["1+0", "0+0"] },
            labels: { job: "alertmanager" },
            stake: "Alerts do not reach any receiver: they are kept, and told when they can be.",
        },
    ],
    OtherSiteSilent: [
        {
            series: { [`up{${HEARD[0] ?? ""}}`]: ["0+0", "0+0"], [`up{${HEARD[1] ?? ""}}`]: ["1+0", "0+0"] },
            labels: {},
            stake: OTHER_SITE,
        },
        {
            // It answers, and goes on to judge at each look until, of a sudden, it has judged for the last time at 1155 s.
            series: {
                [`up{${HEARD[0] ?? ""}}`]: ["1+0", "1+0"],
                [`embassy_last_judgement_timestamp_seconds{${HEARD[0] ?? ""}}`]: ["100000+0", "1155+0"],
            },
            labels: {},
            stake: OTHER_SITE,
        },
    ],
    ApiServerSilent: {
        series: { 'up{job="exporter"}': ["1+0", "0+0"] },
        labels: { job: "exporter" },
        stake: "The API server does not answer: databases go on, but fail over to nobody, and nothing can be declared.",
    },
    RegistryWithoutLeader: {
        series: {
            [`patroni_primary{${MEMBER}}`]: ["1+0", "0+0"],
            'patroni_primary{registry="land",member="database-1"}': ["0+0", "0+0"],
            [`patroni_standby_leader{${MEMBER}}`]: ["0+0", "0+0"],
            'patroni_standby_leader{registry="land",member="database-1"}': ["0+0", "0+0"],
            // This one is led by a standby's leader, and is well.
            'patroni_primary{registry="taxes",member="database-0"}': ["0+0", "0+0"],
            'patroni_standby_leader{registry="taxes",member="database-0"}': ["1+0", "1+0"],
        },
        labels: { registry: "land" },
        stake: "land has no leader: nobody can write to it, or follow it.",
    },
    MemberAway: {
        series: { [`up{job="patroni",${MEMBER}}`]: ["1+0", "0+0"] },
        labels: { job: "patroni", ...LAND },
        stake: "database-0 of land is away: the next failure may stop the registry.",
    },
    DatabaseDown: {
        series: { [`patroni_postgres_running{${MEMBER}}`]: ["1+0", "0+0"] },
        labels: LAND,
        stake: "Postgres does not run in database-0 of land: the next failure may stop the registry.",
    },
    // A megabyte each 15 s, throughout.
    SlotEnds: {
        series: {
            [`patroni_primary{${MEMBER}}`]: ["1+0", "1+0"],
            [`embassy_wal_position_bytes{${MEMBER}}`]: ["0+1000000", "80000000+1000000"],
            [`embassy_slot_left_bytes{${MEMBER},slot="database_1"}`]: ["57600000000+0", "57600000000+0"],
            [`embassy_slot_active{${MEMBER},slot="database_1"}`]: ["1+0", "0+0"],
            // Nobody follows the one that does not lead.
            'patroni_primary{registry="land",member="database-1"}': ["0+0", "0+0"],
            'embassy_wal_position_bytes{registry="land",member="database-1"}': ["0+1000000", "80000000+1000000"],
            'embassy_slot_left_bytes{registry="land",member="database-1",slot="database_0"}': ["1+0", "1+0"],
            'embassy_slot_active{registry="land",member="database-1",slot="database_0"}': ["0+0", "0+0"],
        },
        labels: { ...LAND, slot: "database_1" },
        stake: "What database_1 of land has missed is kept for 10.0 days more; after that it is made anew from a copy.",
    },
    DiskFilling: {
        series: {
            [`embassy_disk_size_bytes{${MEMBER}}`]: ["1000000000000+0", "100000000000+0"],
            [`embassy_disk_used_bytes{${MEMBER}}`]: ["71200000000+1000000", "71280000000+1000000"],
            // More than half of this one is used, as always.
            'embassy_disk_size_bytes{registry="land",member="database-1"}': ["10+0", "10+0"],
            'embassy_disk_used_bytes{registry="land",member="database-1"}': ["6+0", "6+0"],
        },
        labels: LAND,
        stake: "The disk of database-0 of land is full in 5.0 days, and its database stops then.",
    },
    WalWaits: {
        series: { [`embassy_wal_waiting_segments{${MEMBER}}`]: ["60+0", "61+0"] },
        labels: LAND,
        stake: "61 segments of WAL of land are in no store: if its members were lost, so would be what is in them.",
    },
    DatabaseDiffers: {
        series: { 'embassy_registry_differs{registry="land"}': ["0+0", "1+0"] },
        labels: { registry: "land" },
        stake: "Something in the database of land is not as declared.",
    },
    BackupLate: {
        series: { 'embassy_backup_problem{registry="",work="write-once-self-test"}': ["0+0", "1+0"] },
        labels: { work: "write-once-self-test" },
        stake: "write-once-self-test of the object store is late or has failed: a restore may lose more than is promised.",
    },
    CertificateEnds: {
        series: {
            'embassy_certificate_end_timestamp_seconds{namespace="edge",certificate="edge-tls"}': [
                "2000000+0",
                "1200000+0",
            ],
        },
        labels: { namespace: "edge", certificate: "edge-tls" },
        stake: "edge/edge-tls ends within 14 days: what has it then serves nobody.",
    },
    MachineAway: {
        series: { 'embassy_machine_ready{machine="a1-1"}': ["1+0", "0+0"] },
        labels: { machine: "a1-1" },
        stake: "The machine a1-1 is away: a second failure may stop a registry.",
    },
    PodsMissing: {
        series: {
            'embassy_workload_missing_pods{namespace="dns",kind="Deployment",workload="dns"}': ["0+0", "1+0"],
        },
        labels: { namespace: "dns", kind: "Deployment", workload: "dns" },
        stake: "Deployment dns/dns lacks 1 of its pods: the next failure may stop it.",
    },
    LeaseEnded: {
        series: { 'embassy_lease_end_timestamp_seconds{registry="land"}': ["100000+0", "1000+0"] },
        labels: { registry: "land" },
        stake: "land takes no writes: the other site has renewed no lease.",
    },
    PrimarySilent: {
        // It is heard at each look, 15 s apart; and then, of a sudden, for the last time at 900 s.
        series: { 'embassy_primary_last_report_timestamp_seconds{registry="land"}': ["100000+0", "900+0"] },
        labels: { registry: "land" },
        stake: "The primary of land is not heard: it has stopped writing, and somebody decides whether this site is promoted.",
    },
    StandbyBehind: {
        series: {
            'embassy_primary_wal_position_bytes{registry="land"}': ["100000000+0", "134217728+0"],
            'patroni_xlog_received_location{registry="land",member="database-10"}': ["100000000+0", "100663296+0"],
            'patroni_xlog_received_location{registry="land",member="database-11"}': ["100000000+0", "67108864+0"],
        },
        labels: { registry: "land" },
        stake: "land is 32MiB of WAL behind the primary: a promotion would lose them.",
    },
};
