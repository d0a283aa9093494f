/** Prometheus' own files. Pure. https://prometheus.io/docs/prometheus/latest/configuration/configuration/ */
import { WATCHER_HOST } from "../conventions/monitoring";
import { TLS } from "../conventions/mounted";
import { amount } from "../conventions/quantity";
import { PORTS, memberHosts, memberNames } from "../registries/plan-database";
import type { RegistryPlan } from "../registries/plan";
import { type Alert, ruleFile } from "./rules";

/** Folders of its files, its certificate and its disk. */
export const FOLDER = { files: "/etc/prometheus", certificate: "/etc/embassy/tls", data: "/data" } as const;
/** Port of the exporter, inside the pod alone. */
export const EXPORTER_PORT = 9091;

const LOOK_SECONDS = 15;
/** Part of a disk that may be filled; the rest is for what is not yet compacted. */
const FILLED = 0.8;

const CERTIFICATE = {
    cert_file: `${FOLDER.certificate}/${TLS.certificate}`,
    key_file: `${FOLDER.certificate}/${TLS.key}`,
} as const;
const AUTHORITY = `${FOLDER.certificate}/${TLS.authority}`;

export interface Watched {
    readonly site: string;
    readonly retentionDays: number;
    /** Size of its disk. */
    readonly storage: string;
    readonly registries: readonly RegistryPlan[];
    readonly alerts: readonly Alert[];
}

/** File → content; JSON is valid YAML. */
export function prometheusFiles(watched: Watched): Record<string, string> {
    return {
        "prometheus.yml": text(main(watched)),
        "rules.yml": ruleFile(watched.alerts),
        "web.yml": text(WEB),
    };
}

function main({ site, retentionDays, storage, registries }: Watched): object {
    return {
        global: {
            scrape_interval: `${LOOK_SECONDS}s`,
            evaluation_interval: `${LOOK_SECONDS}s`,
            external_labels: { site },
        },
        storage: {
            tsdb: {
                retention: {
                    time: `${retentionDays}d`,
                    // Whichever comes first: what is watched must not end because its disk is full.
                    size: `${Math.floor(amount(storage) * FILLED)}B`,
                },
            },
        },
        rule_files: [`${FOLDER.files}/rules.yml`],
        scrape_configs: [
            { job_name: "exporter", static_configs: [{ targets: [`127.0.0.1:${EXPORTER_PORT}`] }] },
            {
                job_name: "patroni",
                scheme: "https",
                tls_config: { ca_file: AUTHORITY, ...CERTIFICATE, min_version: "TLS13" },
                // Patroni does not say which version of the format its answer has.
                fallback_scrape_protocol: "PrometheusText0.0.4",
                // The registry is named by our label.
                metric_relabel_configs: [{ action: "labeldrop", regex: "scope" }],
                static_configs: registries.flatMap(members),
            },
        ],
    };
}

function members({ name: registry, database: { namespace, firstMember, members } }: RegistryPlan): object[] {
    const hosts = memberHosts(namespace, firstMember, members);
    return memberNames({ firstMember, members }).map((member, index) => ({
        targets: [`${hosts[index] ?? ""}:${PORTS.patroni}`],
        labels: { registry, member },
    }));
}

/** Whom it answers: https://prometheus.io/docs/prometheus/latest/configuration/https/ */
const WEB = {
    tls_server_config: {
        ...CERTIFICATE,
        client_auth_type: "RequireAndVerifyClientCert",
        client_ca_file: AUTHORITY,
        client_allowed_sans: [WATCHER_HOST],
        min_version: "TLS13",
    },
};

function text(content: object): string {
    return JSON.stringify(content, null, 2);
}
