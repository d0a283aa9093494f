import { API_SERVER_PORT, type NetworkPlan } from "./addresses";
import { DNS, DNS_PORT, DNS_SELECTOR } from "./dns/plan";
import { type Egress, pods, range, tcp } from "../kubernetes/network-policy";

/** To the site's DNS server: what every workload needs that names another. */
export const LOOKUPS: Egress = {
    to: [pods(DNS_SELECTOR, DNS)],
    ports: [
        { protocol: "UDP", port: DNS_PORT },
        { protocol: "TCP", port: DNS_PORT },
    ],
};

/** To the site's API server, which is outside the cluster, and to nothing else at the gateway. */
export function apiServer({ gateway }: Pick<NetworkPlan, "gateway">): Egress {
    return { to: [range(`${gateway}/32`)], ports: tcp(API_SERVER_PORT) };
}
