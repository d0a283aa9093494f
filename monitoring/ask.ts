/** Asks those who watch a site what is wrong in it, with the watcher's certificate: by the way that `npm run data` takes into a database. */
import { request } from "node:https";
import type { Duplex } from "node:stream";
import { json } from "node:stream/consumers";
import { connect } from "node:tls";
import {
    MONITORING,
    PROMETHEUS_HOST,
    PROMETHEUS_PORT,
    PROMETHEUS_SELECTOR,
    WATCHER_SECRET,
} from "../infra/conventions/monitoring";
import { TLS } from "../infra/conventions/mounted";
import { labelSelector } from "../infra/conventions/names";
import { UserError } from "../command-line/command";
import { embassyHome } from "../command-line/paths";
import { podSocket } from "../data/pod-socket";
import { podEntrance } from "../lab/nodes/entrance";
import { SitePaths } from "../lab/paths";
import { addressOf } from "../toolchain/cli/site-address";
import { Client, type Query } from "../toolchain/providers/kubernetes/client";
import { ApiError, UnreachableError } from "../toolchain/providers/kubernetes/errors";
import type { ClusterAddress } from "../toolchain/providers/kubernetes/kubeconfig";
import { type Firing, firingIn, together } from "../infra/monitoring/answer";

export interface SiteAnswer {
    readonly site: string;
    /** What is wrong; absent where nobody in the site could be asked. */
    readonly firing?: readonly Firing[];
    /** Who could not be asked, and why. */
    readonly silent: readonly string[];
}

/** The parts of each object that are read. */
export interface Pod {
    readonly metadata: { readonly name: string };
    readonly spec: { readonly nodeName?: string };
    readonly status: { readonly podIP?: string };
}
export type Keys = Readonly<Record<"ca" | "cert" | "key", Buffer>>;

const PATH = "/api/v1/rules?type=alert";
const ANSWER_MS = 10_000;

export async function askSite(site: string, context: string, environment = process.env): Promise<SiteAnswer> {
    const { kubeconfig } = new SitePaths(embassyHome, site);
    const address = await addressOf(site, context, { EMBASSY_KUBECONFIG: kubeconfig, ...environment });
    const isElsewhere = environment.EMBASSY_KUBECONFIG !== undefined;
    try {
        const { pods, keys } = await watchers(new Client(address), site);
        const answers = await Promise.allSettled(
            pods.map(async (pod) =>
                firingIn(await rulesOf(await way(site, pod, address, isElsewhere), keys), Date.now()),
            ),
        );
        const firing = answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []));
        const silent = answers.flatMap((answer, index) =>
            answer.status === "rejected"
                ? [`${pods[index]?.metadata.name ?? ""}: ${(answer.reason as Error).message}`]
                : [],
        );
        return { site, silent, ...(firing.length > 0 && { firing: together(firing) }) };
    } catch (error) {
        if (error instanceof ApiError || error instanceof UnreachableError || error instanceof UserError) {
            return { site, silent: [error.message] };
        }
        throw error;
    }
}

/** @throws UserError where the site is not watched */
async function watchers(api: Client, site: string): Promise<{ readonly pods: readonly Pod[]; readonly keys: Keys }> {
    const pods = await watchersPods(api);
    if (pods.length === 0) {
        throw new UserError(
            `nobody watches ${site}: declare data-embassy:monitoring, and run npm run pulumi -- up -s ${site}`,
        );
    }
    const { data } = (await read(api, `secrets/${WATCHER_SECRET}`)) as {
        readonly data: Readonly<Record<string, string>>;
    };
    const pem = (name: string): Buffer => Buffer.from(data[name] ?? "", "base64");
    return { pods, keys: { ca: pem(TLS.authority), cert: pem(TLS.certificate), key: pem(TLS.key) } };
}

/** The pods of those who watch a site; the status page is in them too. */
export async function watchersPods(api: Client): Promise<readonly Pod[]> {
    const listed = await read(api, "pods", { labelSelector: labelSelector(PROMETHEUS_SELECTOR) });
    return (listed as { readonly items: readonly Pod[] }).items;
}

function read(api: Client, path: string, query: Query = {}): Promise<unknown> {
    return api.request({ method: "GET", path: `/api/v1/namespaces/${MONITORING}/${path}`, query });
}

/** Where in the lab a pod is entered; undefined for one that has no machine to run on, or has not started. */
export function placeOf({ spec, status }: Pod): { readonly node: string; readonly address: string } | undefined {
    return spec.nodeName === undefined || status.podIP === undefined
        ? undefined
        : { node: spec.nodeName, address: status.podIP };
}

async function way(site: string, pod: Pod, { config }: ClusterAddress, isElsewhere: boolean): Promise<Duplex> {
    const port = PROMETHEUS_PORT;
    if (isElsewhere) {
        return (await podSocket(config, { namespace: MONITORING, pod: pod.metadata.name, port })).connect();
    }
    const place = placeOf(pod);
    if (place === undefined) {
        throw new UserError("it has no machine to run on, or has not started");
    }
    return podEntrance(site, { ...place, port }, ANSWER_MS);
}

/**
 * The answer of a Prometheus at the other end of `socket`.
 * @throws Error where nobody answers, or the answer is no success
 */
export function rulesOf(socket: Duplex, keys: Keys): Promise<unknown> {
    const signal = AbortSignal.timeout(ANSWER_MS);
    return new Promise<unknown>((resolve, reject) => {
        // Nobody looks the host up: it is the name that the server's certificate must hold.
        const secure = connect({ socket, servername: PROMETHEUS_HOST, minVersion: "TLSv1.3", ...keys });
        secure.once("error", reject);
        const options = { host: PROMETHEUS_HOST, path: PATH, signal, createConnection: () => secure };
        request(options, (response) => {
            if (response.statusCode !== 200) {
                reject(new UserError(`it answers ${response.statusCode ?? "nothing"} to ${PATH}`));
            }
            json(response).then(resolve, reject);
        })
            .once("error", reject)
            .end();
    }).finally(() => socket.destroy());
}
