/** Prometheus' own files. Pure. https://prometheus.io/docs/prometheus/latest/configuration/configuration/ */
import {
    ALERTMANAGER,
    ALERTMANAGER_HOST,
    ALERTMANAGER_PORT,
    PROMETHEUS_PORT,
    WATCHER_HOST,
} from "../conventions/monitoring";
import { TLS } from "../conventions/mounted";
import { amount } from "../conventions/quantity";
import { PORTS, memberHosts, memberNames } from "../registries/plan-database";
import type { RegistryPlan } from "../registries/plan";
import { ALERTMANAGER_METRICS, HEARTBEAT, OTHER_SITE } from "./metrics";
import { type Alert, ruleFile } from "./rules";

/** Folders of its files, its certificate and its disk. */
export const FOLDER = { files: "/etc/prometheus", certificate: "/etc/embassy/tls", data: "/data" } as const;
/** Port of the exporter, inside the pod alone. */
export const EXPORTER_PORT = 9091;

const LOOK_SECONDS = 15;
/** Seconds in which the other site answers, or is counted as silent: somebody is to know of that within a minute. */
const HEARD_SECONDS = 5;
/** Part of a disk that may be filled; the rest is for what is not yet compacted. */
const FILLED = 0.8;

/** How everybody outside the pod is asked. */
const MUTUAL = {
    scheme: "https",
    tls_config: { ...certificate(FOLDER.certificate), min_version: "TLS13" },
} as const;

export interface Watched {
    readonly site: string;
    readonly retentionDays: number;
    /** Size of its disk. */
    readonly storage: string;
    readonly registries: readonly RegistryPlan[];
    /** Names of those who watch the other site; none where there is no other. */
    readonly heard: readonly string[];
    readonly alerts: readonly Alert[];
    /** Whether receivers outside the sites are told. */
    readonly tells: boolean;
}

/** File → content; JSON is valid YAML. */
export function prometheusFiles(watched: Watched): Record<string, string> {
    return {
        "prometheus.yml": text(main(watched)),
        "rules.yml": ruleFile(watched.alerts),
        "web.yml": text(serving(FOLDER.certificate, [WATCHER_HOST, ...watched.heard])),
    };
}

function main({ site, retentionDays, storage, registries, heard, tells }: Watched): object {
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
        ...(tells && { alerting: { alertmanagers: [{ ...MUTUAL, static_configs: [ALERTMANAGER_TARGET] }] } }),
        scrape_configs: [
            { job_name: "exporter", static_configs: [{ targets: [`127.0.0.1:${EXPORTER_PORT}`] }] },
            {
                job_name: "patroni",
                ...MUTUAL,
                // Patroni does not say which version of the format its answer has.
                fallback_scrape_protocol: "PrometheusText0.0.4",
                // The registry is named by our label.
                metric_relabel_configs: [{ action: "labeldrop", regex: "scope" }],
                static_configs: registries.flatMap(members),
            },
            ...(heard.length === 0 ? [] : [otherSite(heard)]),
            ...(tells ? [alertmanager()] : []),
        ],
    };
}

/** Asks for one number and takes no other, whatever is answered: https://prometheus.io/docs/prometheus/latest/federation/ */
function otherSite(heard: readonly string[]): object {
    return {
        job_name: OTHER_SITE,
        ...MUTUAL,
        // A connection that led to a machine which is gone must not be asked again.
        enable_http2: false,
        scrape_timeout: `${HEARD_SECONDS}s`,
        metrics_path: "/federate",
        // That it has heard us is none of it.
        params: { "match[]": [`${HEARTBEAT}{job=""}`] },
        metric_relabel_configs: [{ action: "keep", source_labels: ["__name__"], regex: HEARTBEAT }],
        sample_limit: 1,
        static_configs: [{ targets: heard.map((host) => `${host}:${PROMETHEUS_PORT}`) }],
    };
}

const ALERTMANAGER_TARGET = { targets: [`${ALERTMANAGER_HOST}:${ALERTMANAGER_PORT}`] } as const;

/** Whether receivers take what they are told; the rest of what it measures of itself is dropped. */
function alertmanager(): object {
    return {
        job_name: ALERTMANAGER,
        ...MUTUAL,
        metric_relabel_configs: [
            { action: "keep", source_labels: ["__name__"], regex: ALERTMANAGER_METRICS.join("|") },
        ],
        static_configs: [ALERTMANAGER_TARGET],
    };
}

function members({ name: registry, database: { namespace, firstMember, members } }: RegistryPlan): object[] {
    const hosts = memberHosts(namespace, firstMember, members);
    return memberNames({ firstMember, members }).map((member, index) => ({
        targets: [`${hosts[index] ?? ""}:${PORTS.patroni}`],
        labels: { registry, member },
    }));
}

/**
 * Whom a server answers: https://prometheus.io/docs/prometheus/latest/configuration/https/
 *
 * @param folder of its certificate @param sans names in the certificates of those whom it answers
 */
export function serving(folder: string, sans: readonly string[]): object {
    const { ca_file: client_ca_file, ...own } = certificate(folder);
    return {
        tls_server_config: {
            ...own,
            client_auth_type: "RequireAndVerifyClientCert",
            client_ca_file,
            client_allowed_sans: sans,
            min_version: "TLS13",
        },
    };
}

function certificate(folder: string): { cert_file: string; key_file: string; ca_file: string } {
    const file = (name: string): string => `${folder}/${name}`;
    return { cert_file: file(TLS.certificate), key_file: file(TLS.key), ca_file: file(TLS.authority) };
}

export function text(content: object): string {
    return JSON.stringify(content, null, 2);
}
