/** The API server, asked with the identity that is mounted in the pod; and the ConfigMaps of the agent's own namespace. */
import { z } from "zod";
import { API_IDENTITY } from "../infra/conventions/mounted";
import { labelSelector } from "../infra/conventions/names";
import { AgentError } from "./agent";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { requestJson } from "./https";
import { environment } from "./settings";

/** Variables that the kubelet sets in every container: where the API server is. */
const KUBELET = z.object({ KUBERNETES_SERVICE_HOST: z.string(), KUBERNETES_SERVICE_PORT: z.coerce.number() });
const ANSWER_MS = 5_000;

export interface ConfigMap {
    readonly metadata: {
        readonly name: string;
        readonly resourceVersion: string;
        readonly annotations?: Readonly<Record<string, string>>;
    };
}

/** The ConfigMaps of the agent's namespace. The token is read at each use, because the kubelet renews it. */
export interface ConfigMaps {
    /** The ConfigMaps that have all of these labels, by name. */
    list(labels: Readonly<Record<string, string>>): Promise<ReadonlyMap<string, ConfigMap>>;
    /**
     * Sets annotations, and removes those that are null.
     * @param version the object's version that the change is based on; any other is refused
     * @throws AgentError where the API server refuses, or the object has changed
     */
    annotate(name: string, annotations: Readonly<Record<string, string | null>>, version?: string): Promise<void>;
}

/**
 * Sends one request to the API server, and returns the JSON of its answer.
 * @throws AgentError where it refuses, or does not answer
 */
export type Ask = (method: "GET" | "PATCH", path: string, body?: unknown) => Promise<unknown>;

function identityFile(name: string): string {
    return readFileSync(join(API_IDENTITY.folder, name), "utf8");
}

export function apiServer(): Ask {
    const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = environment(KUBELET);
    return async (method, path, body) => {
        const headers = {
            authorization: `Bearer ${identityFile(API_IDENTITY.token)}`,
            "content-type": "application/merge-patch+json",
        };
        const ca = identityFile(API_IDENTITY.authority);
        const { status, content } = await requestJson(
            { host, port, ca, method, path, headers, timeout: ANSWER_MS },
            body,
        );
        if (status >= 300) {
            const { message } = content as { message?: string };
            throw new AgentError(`The API server answered ${status} to ${method} ${path}: ${message ?? ""}`);
        }
        return content;
    };
}

export function configMaps(): ConfigMaps {
    const api = apiServer();
    const ask = (method: "GET" | "PATCH", rest: string, body?: unknown): Promise<unknown> =>
        api(method, `/api/v1/namespaces/${identityFile(API_IDENTITY.namespace)}/configmaps${rest}`, body);
    return {
        async list(labels) {
            const found = await ask("GET", `?labelSelector=${encodeURIComponent(labelSelector(labels))}`);
            const { items } = found as { readonly items: readonly ConfigMap[] };
            return new Map(items.map((item) => [item.metadata.name, item]));
        },
        async annotate(name, annotations, version) {
            const metadata = { annotations, ...(version !== undefined && { resourceVersion: version }) };
            await ask("PATCH", `/${name}`, { metadata });
        },
    };
}
