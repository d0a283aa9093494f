/** What a request to the API server carries to identify its sender. */
import type http from "node:http";
import https from "node:https";
import type { KubeConfig } from "@kubernetes/client-node/dist/config.js";
import { askPlugin } from "./credential-plugin";
import type { KubeUser } from "./kubeconfig-user";

export type Options = Omit<https.RequestOptions, "headers"> & { headers?: http.OutgoingHttpHeaders };

export interface Credentials {
    readonly options: Options;
    /** Milliseconds since 1970; infinite where nothing says. */
    readonly expires: number;
}

/** The credentials of the current user for the current cluster. Throws where a file or a plugin does not give them. */
export async function credentialsFor(config: KubeConfig): Promise<Credentials> {
    const cluster = config.getCurrentCluster();
    const user: KubeUser | null = config.getCurrentUser();
    if (cluster?.server.startsWith("http:")) {
        // The client library must be told twice that plain HTTP (`kubectl proxy`) has no TLS to verify.
        config.clusters = config.clusters.map((other) =>
            other.name === cluster.name ? { ...other, skipTLSVerify: true } : other,
        );
    }
    const given =
        user?.credentialPlugin &&
        (await askPlugin(user.credentialPlugin, {
            server: cluster?.server ?? "",
            "insecure-skip-tls-verify": cluster?.skipTLSVerify ?? false,
            ...(cluster?.tlsServerName && { "tls-server-name": cluster.tlsServerName }),
            ...(cluster?.caData && { "certificate-authority-data": cluster.caData }),
        }));
    const options: Options = given?.certificate ? { cert: given.certificate, key: given.key } : {};
    await config.applyToHTTPSOptions(options);
    options.headers = {
        ...options.headers,
        ...(given?.token && { Authorization: `Bearer ${given.token}` }),
        ...user?.impersonation,
    };
    if (!cluster?.proxyUrl && !cluster?.server.startsWith("http:")) {
        const { ca, cert, key, rejectUnauthorized, servername } = options;
        options.agent = new https.Agent({ keepAlive: true, ca, cert, key, rejectUnauthorized, servername });
    }
    return { options, expires: given?.expires ?? Infinity };
}
