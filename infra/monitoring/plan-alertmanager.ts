/** Who outside the sites is told of alerts, and by which program. Pure. */
import { ALERTMANAGER, ALERTMANAGER_SELECTOR } from "../conventions/monitoring";
import { type ImageLock, imageReference } from "../conventions/images";
import { COMMON_LABELS, LABEL, type Labels } from "../conventions/names";
import type { SiteSection } from "../conventions/site";
import { SECRET_KEY, alertmanagerFiles } from "./alertmanager-files";
import type { MonitoringSection } from "./config";
import { serverOf } from "./receiver";

/** Resources of a program that keeps some dozen alerts. */
const CONTAINER = { cpu: "50m", memory: "64Mi" } as const;

export interface AlertmanagerPlan {
    readonly labels: Labels;
    readonly image: string;
    readonly cpu: string;
    readonly memory: string;
    /** Alertmanager's files: file → content. */
    readonly files: Readonly<Record<string, string>>;
    /** Receiver → the Secret, and the key in it, with what opens its server; those without one are left out. */
    readonly secrets: Readonly<Record<string, { readonly secret: string; readonly key: string }>>;
    /** The servers that it tells, each once. */
    readonly servers: readonly Server[];
}

export interface Server {
    readonly host: string;
    readonly address: string;
    readonly port: number;
}

/** @returns undefined for a site that tells nobody */
export function planAlertmanager(
    { site, monitoring }: SiteSection & MonitoringSection,
    lock: ImageLock,
): AlertmanagerPlan | undefined {
    const receivers = monitoring?.receivers;
    if (receivers === undefined) {
        return undefined;
    }
    const servers = Object.values(receivers)
        .map(serverOf)
        .map(({ host, address, port }) => [`${host}:${port}`, { host, address, port }] as const);
    return {
        labels: { ...COMMON_LABELS, ...ALERTMANAGER_SELECTOR, [LABEL.site]: site.name },
        image: imageReference(site.imageRegistry, ALERTMANAGER, lock),
        ...CONTAINER,
        files: alertmanagerFiles(receivers),
        secrets: Object.fromEntries(
            Object.entries(receivers).flatMap(([name, { webhook, mail }]) => {
                const secret = (webhook ?? mail)?.credentials;
                return secret === undefined ? [] : [[name, { secret, key: SECRET_KEY[webhook ? "webhook" : "mail"] }]];
            }),
        ),
        servers: [...new Map(servers).values()],
    };
}
