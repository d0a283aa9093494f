/** Which pod leads a registry's database, and the certificate that opens it: read from the site's API server. */
import { PATRONI, leaderName } from "../infra/conventions/lease";
import { TLS } from "../infra/conventions/mounted";
import { DATABASE, type DatabasePlan, OWNER_SECRET, ROLE_LABEL } from "../infra/registries/plan-database";
import { labelSelector } from "../infra/conventions/names";
import { UserError } from "../command-line/command";
import { toRun } from "./registries";
import type { Client, Query } from "../toolchain/providers/kubernetes/client";
import { ApiError } from "../toolchain/providers/kubernetes/errors";

export interface Leader {
    readonly pod: string;
    /** The machine that it runs on, and its own IPv4 address. */
    readonly node: string;
    readonly address: string;
    /** The owner's key and certificate, and the authority that must have issued the server's certificate. PEM. */
    readonly tls: { readonly ca: Buffer; readonly cert: Buffer; readonly key: Buffer };
}

/** The parts of each object that are read. */
interface Secret {
    readonly data: Readonly<Record<(typeof TLS)[keyof typeof TLS], string>>;
}
interface Lock {
    readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
}
interface Pods {
    readonly items: readonly {
        readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
        readonly spec: { readonly nodeName: string };
        readonly status: { readonly phase: string; readonly podIP?: string };
    }[];
}

/** @throws UserError where there is no certificate, or no leader at the moment */
export async function findLeader(
    api: Client,
    { registry, namespace, labels, scope }: DatabasePlan,
    site: string,
    signal: AbortSignal,
): Promise<Leader> {
    const get = async (path: string, query: Query = {}): Promise<unknown> => {
        const request = { method: "GET", path: `/api/v1/namespaces/${namespace}/${path}`, query, signal } as const;
        return api.request(request).catch((error: unknown) => {
            if (error instanceof ApiError && error.code === 404) {
                return undefined;
            }
            throw error;
        });
    };
    const [secret, lock, pods] = (await Promise.all([
        get(`secrets/${OWNER_SECRET}`),
        // Patroni's lock names its holder. A pod that was lost with its machine keeps the leader's label for a while.
        get(`configmaps/${leaderName(scope)}`),
        get("pods", { labelSelector: labelSelector(labels) }),
    ])) as [Secret | undefined, Lock | undefined, Pods | undefined];
    if (secret === undefined) {
        throw new UserError(
            `${site} has no Secret ${namespace}/${OWNER_SECRET}, whose certificate opens ${registry}. Declare the site: npm run pulumi -- up -s ${site}`,
        );
    }
    const members = pods?.items ?? [];
    const leader = members.find(
        ({ metadata: { name, labels } }) =>
            name === lock?.metadata.annotations?.[PATRONI.leader] && labels[ROLE_LABEL.key] === ROLE_LABEL.leader,
    );
    if (leader === undefined) {
        const found = members.map(({ metadata, status }) => `${metadata.name} ${status.phase}`).join(", ");
        throw new UserError(
            members.length === 0
                ? `${registry} does not run in ${site}: ${DATABASE} has no members. To have it run, ${toRun(registry, site)}, and run npm run pulumi -- up -s ${site}`
                : `${registry} has no leader in ${site} at the moment (${found}). Members that run choose one within half a minute; simulated nodes run none. See kubectl -n ${namespace} get pods -L ${ROLE_LABEL.key}`,
        );
    }
    const pem = (name: keyof Secret["data"]): Buffer => Buffer.from(secret.data[name], "base64");
    const { metadata, spec, status } = leader;
    const place = { pod: metadata.name, node: spec.nodeName, address: status.podIP ?? "" };
    return { ...place, tls: { ca: pem(TLS.authority), cert: pem(TLS.certificate), key: pem(TLS.key) } };
}
