/** What a site talks to outside its cluster, by address. Pure. */
import type { EdgeSection } from "../edge/config";
import type { NetworkPlan } from "../networking/addresses";

/** Names of what is outside the cluster, by its range of addresses. */
export type Outside = Readonly<Record<string, string>>;

/** What is outside of a site's cluster and may be talked to. */
export function outsideOf(
    { gateway, peers }: Pick<NetworkPlan, "gateway" | "peers">,
    edge: EdgeSection["edge"],
): Outside {
    return {
        [`${gateway}/32`]: "API server",
        ...Object.fromEntries(Object.entries(peers).map(([name, cidr]) => [cidr, `site ${name}`])),
        ...Object.fromEntries((edge?.networks ?? []).map((cidr) => [cidr, "allies"])),
        ...Object.fromEntries((edge?.public?.networks ?? []).map((cidr) => [cidr, "everybody"])),
    };
}
