import type * as pulumi from "@pulumi/pulumi";
import { type Egress, allow, pods, tcp } from "../kubernetes/network-policy";
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

/**
 * What a registry's network policies allow in its site: its members reach each other and the API server, in which they agree who leads; the
 * Jobs read the members; both reach the store; the edge asks the members, and Prometheus asks Patroni how they are. For traffic between sites, see infra/site/across-sites.ts.
 */
export function flows(name: string, args: FlowsArgs, opts: pulumi.CustomResourceOptions): pulumi.Resource[] {
    const { registry, network, namespace } = args;
    const { labels, database, watchedBy } = registry;
    const members = pods(database.labels);
    const store: Egress = { to: [pods(STORE_SELECTOR, OBJECT_STORE)], ports: tcp(STORE_PORT) };
    const [asker, ...askers] = registry.askedBy.map(({ namespace, selector }) => pods(selector, namespace));
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
                    // Where nobody asks there is no rule, because a rule without a peer would let in everybody.
                    ...(asker === undefined ? [] : [{ from: [asker, ...askers] as const, ports: tcp(PORTS.postgres) }]),
                    ...(watchedBy === undefined
                        ? []
                        : [
                              {
                                  from: [pods(watchedBy.selector, watchedBy.namespace)] as const,
                                  ports: tcp(PORTS.patroni),
                              },
                          ]),
                ],
                egress: [
                    LOOKUPS,
                    apiServer(network),
                    { to: [members], ports: tcp(PORTS.postgres, PORTS.patroni) },
                    store,
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
                egress: [LOOKUPS, { to: [members], ports: tcp(PORTS.repository) }, store],
            },
            opts,
        ),
    ];
}
