import type { NetworkPlan } from "./addresses";
import { DNS, DNS_PORT, DNS_SELECTOR } from "./dns/plan";
import { type Egress, pods, range } from "../kubernetes/network-policy";

/** The way to the site's DNS server, which every workload needs that names another. */
export const LOOKUPS: Egress = {
    to: [pods(DNS_SELECTOR, DNS)],
    ports: [
        { protocol: "UDP", port: DNS_PORT },
        { protocol: "TCP", port: DNS_PORT },
    ],
};

/** The way to the site's API server. It is outside the cluster, at a port that is each site's own. */
export function apiServer({ gateway }: NetworkPlan): Egress {
    return { to: [range(`${gateway}/32`)], ports: [{ protocol: "TCP" }] };
}
