/** The site's own DNS server: what it answers, and how it is placed. It asks no other server. Pure. */
import type { SiteSection } from "../../conventions/site";
import { CLUSTER_DOMAIN, DOMAIN, type NetworkPlan } from "../addresses";
import { type ImageLock, imageReference } from "../../conventions/images";
import { COMMON_LABELS, LABEL } from "../../conventions/names";
import { quota } from "../../kubernetes/quota";
import { SPREAD, type SpreadConstraint } from "../../kubernetes/spread";

/** Name of the namespace, and of what is in it. */
export const DNS = "dns";
/** What selects the DNS server's pods, and nothing else. */
export const DNS_SELECTOR = { "app.kubernetes.io/name": DNS } as const;
/** Port above 1023, so that listening takes no capability; the Service has 53. */
export const DNS_PORT = 5353;
export const HEALTH_PORT = 8080;
export const READY_PORT = 8181;
/** Folder of its files. */
export const DNS_FOLDER = "/etc/coredns";

/** Seconds for which an answer of its zone may be kept. */
export const TTL_SECONDS = 3600;

const REPLICAS = 2;
const MEMBER = { cpu: "250m", memory: "128Mi" } as const;

export interface DnsPlan {
    readonly labels: Readonly<Record<string, string>>;
    /** Address of the Service, which pods use as their DNS server. */
    readonly address: string;
    readonly image: string;
    readonly replicas: number;
    readonly cpu: string;
    readonly memory: string;
    readonly spread: readonly SpreadConstraint[];
    readonly quota: Readonly<Record<string, string>>;
    /** Configuration: file → content. */
    readonly files: Readonly<Record<string, string>>;
}

export function planDns({ site }: SiteSection, network: NetworkPlan, lock: ImageLock): DnsPlan {
    return {
        labels: { ...COMMON_LABELS, ...DNS_SELECTOR, [LABEL.site]: site.name },
        address: network.dns,
        image: imageReference(site.imageRegistry, "coredns", lock),
        replicas: REPLICAS,
        ...MEMBER,
        spread: SPREAD,
        // A rolling replacement needs room for one pod more.
        quota: quota({ count: REPLICAS + 1, containers: [MEMBER] }),
        files: { Corefile: COREFILE, zone: zone(network.hosts) },
    };
}

/**
 * Two zones; a name that is in neither is refused. https://coredns.io/manual/toc/#configuration, with the plugins of
 * toolchain/modules/coredns.
 */
const COREFILE = `${CLUSTER_DOMAIN}:${DNS_PORT} {
    errors
    health :${HEALTH_PORT} {
        lameduck 5s
    }
    ready :${READY_PORT}
    kubernetes ${CLUSTER_DOMAIN}
    loadbalance
}
${DOMAIN}:${DNS_PORT} {
    errors
    file ${DNS_FOLDER}/zone ${DOMAIN}
}
`;

/**
 * RFC 1035 section 5. No secondary server watches the serial number, because pods are replaced when the file changes. The names are sorted,
 * so that sites which serve each other have the same file.
 */
function zone(hosts: Readonly<Record<string, string>>): string {
    const server = `${DNS}.${DNS}.svc.${CLUSTER_DOMAIN}.`;
    const names = Object.keys(hosts).sort();
    return [
        `@ ${TTL_SECONDS} IN SOA ${server} hostmaster.${DOMAIN}. 1 7200 3600 1209600 60`,
        `@ ${TTL_SECONDS} IN NS ${server}`,
        ...names.map((name) => `${name}. ${TTL_SECONDS} IN A ${hosts[name] ?? ""}`),
        "",
    ].join("\n");
}
