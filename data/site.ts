/**
 * The database of a registry in a site: the member that leads, as the site's API server says, opened with the owner's certificate. In the
 * lab, the way to it is through the leader's machine; elsewhere it is through the API server, which requires a break-glass certificate.
 */
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { EmbassyConfig } from "../infra/site/config";
import { PORTS, databaseHost, planDatabase } from "../infra/registries/plan-database";
import { registryNamespace } from "../infra/conventions/names";
import { podEntrance } from "../lab/nodes/entrance";
import { addressOf } from "../toolchain/cli/site-address";
import { stackConfig } from "../toolchain/cli/stack-config";
import { UserError } from "../command-line/command";
import { Client as Api } from "../toolchain/providers/kubernetes/client";
import { ApiError, UnreachableError } from "../toolchain/providers/kubernetes/errors";
import type { ClusterAddress } from "../toolchain/providers/kubernetes/kubeconfig";
import { type Advice, type Database, explained, mayPass, message, open, patience } from "./database";
import { type Leader, findLeader } from "./leader";
import { podSocket } from "./pod-socket";
import type { Registry } from "./registries";

type Environment = Readonly<Record<string, string | undefined>>;

interface Cluster {
    readonly address: ClusterAddress;
    readonly api: Api;
}

/** Milliseconds for which to wait for a leader that does not let in yet, because its pod, or the server in it, is coming up. */
const COMING_UP_MS = 30_000;
const RETRY_MS = 500;

/**
 * Each connection looks for the leader anew, so that it finds the new one after a failover. A site that was just brought up has a leader by
 * name before there is a way to it.
 *
 * @param environment `EMBASSY_KUBECONFIG` in it names another kubeconfig than the lab's
 * @throws UserError where there is no such site
 */
export function inSite(registry: Registry, site: string, environment: Environment = process.env): Database {
    const config = stackConfig(site);
    const plan = planDatabase(registry, registryNamespace(registry), config);
    const { namespace, database } = plan;
    const name = `${registry} in ${site}`;
    const advice = adviceFor(site, config);
    let cluster: Cluster | undefined;

    const leaderWithin = async ({ api, address }: Cluster, milliseconds: number): Promise<Leader> => {
        const signal = AbortSignal.timeout(milliseconds);
        try {
            return await findLeader(api, plan, site, signal);
        } catch (error) {
            if (error instanceof ApiError) {
                throw new UserError(`${name}: the API server of ${site} refuses: ${error.message}`);
            }
            if (!signal.aborted && !(error instanceof UnreachableError)) {
                throw error;
            }
            const why = signal.aborted ? `no answer within ${milliseconds / 1000} s` : message((error as Error).cause);
            throw new UserError(
                `${name} cannot be reached: the API server ${address.server}: ${why}. ${advice.unreachable}`,
            );
        }
    };
    return {
        name,
        advice,
        async connect(options = {}) {
            const { EMBASSY_KUBECONFIG: elsewhere } = environment;
            cluster ??= await clusterOf(site, config.site.context, environment);
            const deadline = performance.now() + (options.answerWithin ?? COMING_UP_MS);
            for (;;) {
                const { pod, node, address, tls } = await leaderWithin(cluster, patience(options));
                const port = PORTS.postgres;
                try {
                    const stream =
                        elsewhere === undefined
                            ? connected(await podEntrance(site, { node, address, port }, patience(options)))
                            : await podSocket(cluster.address.config, { namespace, pod, port });
                    // Nobody looks the host up: it is the name that the server's certificate must hold.
                    const config = { host: databaseHost(namespace), user: database, database, ssl: tls, stream };
                    return await open(config, options);
                } catch (error) {
                    if (!mayPass(error) || performance.now() > deadline) {
                        throw explained(error, { name, advice });
                    }
                }
                await sleep(RETRY_MS);
            }
        },
    };
}

/** Prepares a socket that is connected already for the driver, which calls `connect` on what it is given. */
function connected(socket: Socket): Socket {
    return Object.assign(socket, {
        connect() {
            setImmediate(() => socket.emit("connect"));
            return socket;
        },
    });
}

async function clusterOf(site: string, context: string, environment: Environment): Promise<Cluster> {
    const address = await addressOf(site, context, environment);
    return { address, api: new Api(address) };
}

function adviceFor(site: string, { site: declared }: EmbassyConfig): Advice {
    return {
        unreachable: `See what runs there: npm run lab -- status ${site}`,
        certificate: `Its certificates are renewed by npm run pulumi -- up -s ${site}`,
        standby:
            declared.role === "standby"
                ? `${site} is a standby: name the primary with --site ${declared.partner}`
                : "A leader is being promoted: run the command again in some seconds.",
        codes: { "28000": `Declare the site anew: npm run pulumi -- up -s ${site}` },
    };
}
