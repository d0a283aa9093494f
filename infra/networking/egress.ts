import { API_SERVER_PORT, type NetworkPlan } from "./addresses";
import { DNS, DNS_PORT, DNS_SELECTOR } from "./dns/plan";
import { type Egress, pods, range, tcp } from "../kubernetes/network-policy";

/** The way to the site's DNS server, which every workload needs that looks up names. */
export const LOOKUPS: Egress = {
    to: [pods(DNS_SELECTOR, DNS)],
    ports: [
        { protocol: "UDP", port: DNS_PORT },
        { protocol: "TCP", port: DNS_PORT },
    ],
};

/** The way to the site's API server, which is outside the cluster. It opens nothing else at the gateway. */
export function apiServer({ gateway }: Pick<NetworkPlan, "gateway">): Egress {
    return { to: [range(`${gateway}/32`)], ports: tcp(API_SERVER_PORT) };
}
