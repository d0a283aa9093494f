/** What a site talks to outside its cluster, by address. Pure. */
import type { EdgeSection } from "../edge/config";
import type { MonitoringSection } from "../monitoring/config";
import { serverOf } from "../monitoring/receiver";
import type { NetworkPlan, Peer } from "../networking/addresses";

/** Names of what is outside the cluster, by its range of addresses. */
export type Outside = Readonly<Record<string, string>>;

/** Everything outside a site's cluster that it may talk to. */
export function outsideOf(
    { gateway, peers }: Pick<NetworkPlan, "gateway" | "peers">,
    edge: EdgeSection["edge"],
    monitoring?: MonitoringSection["monitoring"],
): Outside {
    return {
        [`${gateway}/32`]: "API server",
        ...Object.fromEntries(Object.entries(peers).flatMap(([site, peer]) => servedThere(site, peer))),
        ...Object.fromEntries((edge?.networks ?? []).map((cidr) => [cidr, "allies"])),
        ...Object.fromEntries((edge?.public?.networks ?? []).map((cidr) => [cidr, "everybody"])),
        ...Object.fromEntries(
            Object.values(monitoring?.receivers ?? {})
                .map(serverOf)
                .map(({ host, address }) => [`${address}/32`, `receiver ${host}`]),
        ),
        ...Object.fromEntries(
            (monitoring?.viewers?.networks ?? []).map((cidr) => [cidr, "viewers of the status page"]),
        ),
    };
}

/** Each thing of another site that is reached, or that reaches this one; and that whole site, which no policy lets through. */
function servedThere(site: string, { block, pods, objectStore, heartbeats, registries }: Peer): [string, string][] {
    return [
        [block, `site ${site}`],
        [pods, `pods of ${site}`],
        [`${objectStore}/32`, `object-store in ${site}`],
        ...heartbeats.map((address): [string, string] => [`${address}/32`, `prometheus in ${site}`]),
        ...Object.entries(registries).flatMap(([registry, { leader, leaseAgent }]): [string, string][] => [
            [`${leader}/32`, `${registry} in ${site}`],
            [`${leaseAgent}/32`, `${registry}'s lease agent in ${site}`],
        ]),
    ];
}
