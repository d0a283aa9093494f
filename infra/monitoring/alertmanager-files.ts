/** Alertmanager's own files. Pure. https://prometheus.io/docs/alerting/latest/configuration/ */
import { PROMETHEUS_HOST } from "../conventions/monitoring";
import { serving, text } from "./configuration";
import type { Receiver, Receivers } from "./receiver";

/** Folders of its files, its certificate, what opens receivers' servers, and what it remembers. */
export const ALERTMANAGER_FOLDER = {
    files: "/etc/alertmanager",
    certificate: "/etc/embassy/tls",
    receivers: "/etc/embassy/receivers",
    data: "/data",
} as const;
/** Key of a receiver's Secret, which is a file's name. */
export const SECRET_KEY = { webhook: "token", mail: "password" } as const;

/** Seconds for which both Prometheus may say the same, and alerts of one name are told together. */
const TOGETHER_SECONDS = 10;
/** Seconds after which more of the same name is told, or that it is over; and after which a receiver that took nothing is told again. */
const AGAIN_SECONDS = 60;
/** Hours after which an alert that goes on is told again. */
const REPEATED_HOURS = 12;
/** Seconds for which a webhook's server may be silent. */
const ANSWER_SECONDS = 10;
/** All alerts go on to each receiver's own route. No receiver of a stack file has this name. */
const NOBODY = "(nobody)";

const ALERT = "{{ .Labels.alertname }} in {{ .Labels.site }}";
const SUBJECT = `{{ if eq .Status "resolved" }}Over: {{ end }}{{ .GroupLabels.alertname }} in {{ .CommonLabels.site }}`;
const MESSAGE = [
    `{{ range .Alerts }}{{ if eq .Status "resolved" }}Over: {{ end }}${ALERT} ({{ .Labels.severity }}, {{ .Annotations.who }})`,
    "{{ .Annotations.stake }}",
    'Since {{ .StartsAt.UTC.Format "2006-01-02 15:04:05 UTC" }}{{ if eq .Status "resolved" }} until {{ .EndsAt.UTC.Format "2006-01-02 15:04:05 UTC" }}{{ end }}. What to do: {{ .Annotations.runbook }}',
    "",
    "{{ end }}",
].join("\n");

/** File → content; JSON is valid YAML. */
export function alertmanagerFiles(receivers: Receivers): Record<string, string> {
    const all = Object.entries(receivers).sort(([a], [b]) => (a < b ? -1 : 1));
    return {
        "alertmanager.yml": text({
            route: {
                receiver: NOBODY,
                group_by: ["alertname", "site"],
                group_wait: `${TOGETHER_SECONDS}s`,
                group_interval: `${AGAIN_SECONDS}s`,
                repeat_interval: `${REPEATED_HOURS}h`,
                routes: all.map(([receiver, { severities }]) => ({
                    receiver,
                    matchers: [`severity=~"${severities.join("|")}"`],
                    continue: true,
                })),
            },
            receivers: [{ name: NOBODY }, ...all.map(([name, receiver]) => ({ name, ...way(name, receiver) }))],
        }),
        "web.yml": text(serving(ALERTMANAGER_FOLDER.certificate, [PROMETHEUS_HOST])),
    };
}

function way(name: string, { webhook, mail }: Receiver): object {
    const secret = (kind: keyof typeof SECRET_KEY): string =>
        `${ALERTMANAGER_FOLDER.receivers}/${name}/${SECRET_KEY[kind]}`;
    const trusted = (ca: string): object => ({ tls_config: { ca, min_version: "TLS12" } });
    return {
        ...(webhook && {
            webhook_configs: [
                {
                    url: webhook.url,
                    timeout: `${ANSWER_SECONDS}s`,
                    send_resolved: true,
                    http_config: {
                        follow_redirects: false,
                        ...(webhook.credentials !== undefined && {
                            authorization: { credentials_file: secret("webhook") },
                        }),
                        ...trusted(webhook.authority),
                    },
                },
            ],
        }),
        ...(mail && {
            email_configs: [
                {
                    from: mail.from,
                    to: mail.to.join(", "),
                    smarthost: `${mail.host}:${mail.port}`,
                    require_tls: true,
                    ...(mail.user !== undefined && {
                        auth_username: mail.user,
                        auth_password_file: secret("mail"),
                    }),
                    ...trusted(mail.authority),
                    send_resolved: true,
                    headers: { Subject: SUBJECT },
                    html: "",
                    text: MESSAGE,
                },
            ],
        }),
    };
}
