/** The connection to a cluster, made once, when it is first needed. */
import type { Warn } from "../../plugin/log";
import { UNKNOWN } from "../../plugin/values";
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
    private located: Promise<ClusterAddress> | undefined;
    private warned: Promise<void> | undefined;

    /** @param warn tells the user that the API server was not asked */
    constructor(
        readonly settings: Settings,
        private readonly warn: Warn,
    ) {}

    /**
     * The connection, after the API server has answered. Throws {@link UnreachableError}, the same one at every call: nothing may be concluded
     * about any object in that case.
     */
    connect(): Promise<Connection> {
        if (!this.connection) {
            this.connection = this.open();
            // Every caller that needs the connection gets the error; this attempt ahead of time must not end the process.
            this.connection.catch(() => undefined);
        }
        return this.connection;
    }

    /**
     * The connection, for a question that can stay unanswered: in a preview, and in an update as well, since every change of an object asks again.
     * Undefined, with one warning to the user, where there is no answer; also undefined where objects become files.
     */
    async consult(): Promise<Connection | undefined> {
        if (this.isRendering) {
            return undefined;
        }
        try {
            return await this.connect();
        } catch (error) {
            if (!(error instanceof UnreachableError) || (this.settings.clusterMustAnswer && this.isKnown)) {
                throw error;
            }
            await this.sayUnchecked(error);
            return undefined;
        }
    }

    /** Tells the user, once, that what follows comes from the program and the state alone. */
    sayUnchecked({ message }: UnreachableError): Promise<void> {
        this.warned ??= this.isKnown
            ? this.warn(`The API server was asked nothing, so a preview is from program and state alone: ${message}`)
            : Promise.resolve();
        return this.warned;
    }

    /**
     * The namespace of an object that names none; empty for a cluster-wide kind, and where nobody can tell. Without an API server an object stays
     * in its present namespace.
     *
     * @param former the object's namespace in state; undefined for a new object
     */
    async defaultNamespace(gvk: GroupVersionKind, former: string | undefined): Promise<string> {
        const connection = await this.consult();
        if (!connection && !this.isRendering && former !== undefined) {
            return former;
        }
        if (!(await this.isNamespaced(gvk))) {
            return "";
        }
        if (this.settings.namespace || this.isRendering) {
            return this.settings.namespace || "default";
        }
        const address = connection?.address ?? (await this.locate().catch(() => undefined));
        return address ? address.namespace || "default" : "";
    }

    /** A kind that the cluster does not have (yet) counts as namespaced, as most custom resources are. */
    async isNamespaced(gvk: GroupVersionKind): Promise<boolean> {
        const connection = await this.consult();
        const mapping = connection ? await connection.discovery.known(gvk) : builtInMapping(gvk);
        return mapping?.namespaced ?? true;
    }

    private get isRendering(): boolean {
        return this.settings.renderYamlToDirectory !== "";
    }

    private async open(): Promise<Connection> {
        const address = await this.locate();
        const client = new Client(address, this.settings.client);
        await probe(client, address);
        return { client, discovery: new Discovery(client), address };
    }

    private get isKnown(): boolean {
        return !this.settings.kubeconfig.includes(UNKNOWN);
    }

    private locate(): Promise<ClusterAddress> {
        this.located ??= locateCluster(this.settings).catch((error: unknown) => {
            throw new UnreachableError(
                `cannot reach the Kubernetes cluster: ${messageOf(error)}. Nothing in it is taken for deleted. ${HOW_TO_GO_ON}`,
            );
        });
        return this.located;
    }
}

async function probe(client: Client, address: ClusterAddress): Promise<void> {
    const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
    try {
        await client.request({ method: "GET", path: "/version", signal });
    } catch (error) {
        if (error instanceof ApiError && error.code < 500) {
            // The server is there; later requests will tell whether it lets us in.
            return;
        }
        if (error instanceof UnreachableError) {
            throw error;
        }
        const reason = signal.aborted ? `no answer within ${PROBE_TIMEOUT_MS / 1000} s` : messageOf(error);
        throw new UnreachableError(unreachable(address, reason));
    }
}
