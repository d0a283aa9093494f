/** The connection to a cluster, made once, when it is first needed. */
import { Client, HOW_TO_GO_ON, unreachable } from "./client";
import { Settings } from "./config";
import { Discovery } from "./discovery";
import { ApiError, UnreachableError, messageOf } from "./errors";
import { ClusterAddress, locateCluster } from "./kubeconfig";
import { GroupVersionKind, builtInMapping } from "./types";

/** How long a cluster may take to answer the first request before it counts as unreachable. */
const PROBE_TIMEOUT_MS = 10_000;

export interface Connection {
    readonly client: Client;
    readonly discovery: Discovery;
    readonly address: ClusterAddress;
}

export class Cluster {
    private connection: Promise<Connection> | undefined;

    constructor(readonly settings: Settings) {}

    /**
     * The connection, after the API server has answered. Throws {@link UnreachableError}, the same one at every call: nothing
     * may be concluded about any object then.
     */
    connect(): Promise<Connection> {
        if (!this.connection) {
            this.connection = this.open();
            // Whoever needs the connection gets the error; the attempt ahead of time must not end the process.
            this.connection.catch(() => undefined);
        }
        return this.connection;
    }

    /** Throws {@link UnreachableError} where there is a cluster to reach, and it is not. */
    async check(): Promise<void> {
        if (!this.isRendering) {
            await this.connect();
        }
    }

    /** The namespace of objects that name none. */
    async defaultNamespace(): Promise<string> {
        const { namespace } = this.settings;
        return namespace || (this.isRendering ? "" : (await this.connect()).address.namespace) || "default";
    }

    /** A kind that the cluster does not have (yet) counts as namespaced, as most custom resources are. */
    async isNamespaced(gvk: GroupVersionKind): Promise<boolean> {
        const mapping = this.isRendering ? builtInMapping(gvk) : await (await this.connect()).discovery.known(gvk);
        return mapping?.namespaced ?? true;
    }

    private get isRendering(): boolean {
        return this.settings.renderYamlToDirectory !== "";
    }

    private async open(): Promise<Connection> {
        const address = await this.locate();
        const client = new Client(address);
        await probe(client, address);
        return { client, discovery: new Discovery(client), address };
    }

    private async locate(): Promise<ClusterAddress> {
        try {
            return await locateCluster(this.settings);
        } catch (error) {
            throw new UnreachableError(
                `cannot reach the Kubernetes cluster: ${messageOf(error)}. Nothing in it is taken for deleted. ${HOW_TO_GO_ON}`,
            );
        }
    }
}

async function probe(client: Client, address: ClusterAddress): Promise<void> {
    const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
    try {
        await client.request({ method: "GET", path: "/version", signal });
    } catch (error) {
        if (error instanceof ApiError && error.code < 500) {
            // It is there; whether it lets us in is for the requests to say.
            return;
        }
        if (error instanceof UnreachableError) {
            throw error;
        }
        const reason = signal.aborted ? `no answer within ${PROBE_TIMEOUT_MS / 1000} s` : messageOf(error);
        throw new UnreachableError(unreachable(address, reason));
    }
}
