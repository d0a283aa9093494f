import type * as pulumi from "@pulumi/pulumi";
import { type Egress, type Peer, allow, pods, range, tcp } from "../kubernetes/network-policy";
import { apiServer, LOOKUPS } from "../networking/egress";
import type { NetworkPlan } from "../networking/addresses";
import { DATABASE, PORTS } from "./plan-database";
import { OBJECT_STORE, STORE_SELECTOR } from "../storage/plan-object-store";
import type { RegistryPlan } from "./plan";
import { STORE_PORT } from "../storage/store-pod";
import { GATE_LABEL } from "./replication/gate";
import { BACKUP_LABEL } from "./backups/backup-jobs";

export interface FlowsArgs {
    readonly registry: RegistryPlan;
    readonly network: NetworkPlan;
    readonly namespace: pulumi.Input<string>;
}

/** HTTPS, as a peer's Services have it. */
const HTTPS = 443;

/**
 * What a registry's network policies let through: its members know each other and the API server, in which they agree who leads; the
 * Jobs read the members; both reach the stores; the other site's members follow these, and each asks the other for the right
 * to write; and the edge asks them.
 */
export function flows(name: string, args: FlowsArgs, opts: pulumi.CustomResourceOptions): pulumi.Resource[] {
    const { registry, network, namespace } = args;
    const { labels, database } = registry;
    const members = pods(database.labels);
    // The other sites know neither our labels nor we theirs.
    const peers = Object.values(network.peers).map(range);
    const across = (...ports: Ports): Egress[] => toAll(peers, ...ports);
    const stores: Egress[] = [{ to: [pods(STORE_SELECTOR, OBJECT_STORE)], ports: tcp(STORE_PORT) }, ...across(HTTPS)];
    const askers = toAll(
        registry.askedBy.map(({ namespace, selector }) => pods(selector, namespace)),
        PORTS.postgres,
    );
    return [
        allow(
            `${name}-members`,
            {
                workload: DATABASE,
                namespace,
                labels,
                selector: database.labels,
                ingress: [
                    { from: [members], ports: tcp(PORTS.postgres, PORTS.patroni) },
                    { from: [pods(BACKUP_LABEL)], ports: tcp(PORTS.repository) },
                    ...across(PORTS.postgres, PORTS.lease).map(({ to, ports }) => ({ from: to, ports })),
                    ...askers.map(({ to, ports }) => ({ from: to, ports })),
                ],
                egress: [
                    LOOKUPS,
                    apiServer(network),
                    { to: [members], ports: tcp(PORTS.postgres, PORTS.patroni) },
                    ...stores,
                    ...across(PORTS.postgres, PORTS.lease),
                ],
            },
            opts,
        ),
        allow(
            `${name}-gate`,
            {
                workload: GATE_LABEL["app.kubernetes.io/name"],
                namespace,
                labels,
                selector: GATE_LABEL,
                ingress: [],
                egress: [apiServer(network)],
            },
            opts,
        ),
        allow(
            `${name}-storing`,
            {
                workload: BACKUP_LABEL["app.kubernetes.io/name"],
                namespace,
                labels,
                selector: BACKUP_LABEL,
                ingress: [],
                egress: [LOOKUPS, { to: [members], ports: tcp(PORTS.repository) }, ...stores],
            },
            opts,
        ),
    ];
}

type Ports = readonly [number, ...number[]];

/** One rule for all of them; none where there are none, because no peer would mean every peer. */
function toAll([first, ...others]: readonly Peer[], ...ports: Ports): Egress[] {
    return first === undefined ? [] : [{ to: [first, ...others], ports: tcp(...ports) }];
}
