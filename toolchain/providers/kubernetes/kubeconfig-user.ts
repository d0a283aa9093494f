/**
 * What a kubeconfig says of a user that the client library leaves out, or orders differently from kubectl:
 * https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/#AuthInfo
 */
import path from "node:path";
import type { KubeConfig } from "@kubernetes/client-node/dist/config.js";
import type { Cluster, User } from "@kubernetes/client-node/dist/config_types.js";
import type { Plain, PlainMap } from "../../plugin/values";
import { type CredentialPlugin, parseCredentialPlugin } from "./credential-plugin";
import { isMap, list, map, text } from "./objects";

/** A user as this provider knows one: the library's, and in addition what the library does not carry out. */
export interface KubeUser extends User {
    /** Headers by which the user acts as somebody else. */
    readonly impersonation?: Readonly<Record<string, string | string[]>>;
    readonly credentialPlugin?: CredentialPlugin;
}

/** The fields that the library does not support, or not fully. */
const LEFT_OUT = /\btokenFile|\bas-(?:uid|groups|user-extra)\b|\bexec\b/;

/**
 * Completes what the library has read.
 *
 * @param content the kubeconfig
 * @param folder relative paths in the kubeconfig are relative to this folder
 */
export async function completeUsers(config: KubeConfig, content: string, folder: string): Promise<void> {
    config.clusters = config.clusters.map((cluster) => (cluster.caData ? without(cluster, "caFile") : cluster));
    config.users = config.users.map((user) => withDataFirst(user));
    if (!LEFT_OUT.test(content)) {
        return;
    }
    const { parse } = await import("yaml");
    const said = list(parse(content) as Plain, "users").filter(isMap);
    config.users = config.users.map((user) => {
        const own = map(
            said.find(({ name }) => name === user.name),
            "user",
        );
        return withPlugin(withImpersonation(withTokenFile(user, own, folder), own), own, folder);
    });
}

/** As in kubectl, data in the file itself wins over a file that it points to. */
function withDataFirst(user: User): User {
    const certified = user.certData ? without(user, "certFile") : user;
    return certified.keyData ? without(certified, "keyFile") : certified;
}

/** The file is read again when it is renewed, and wins over `token`, as in kubectl. */
function withTokenFile(user: KubeUser, said: PlainMap, folder: string): KubeUser {
    const tokenFile = text(said, "tokenFile");
    const authProvider = { name: "tokenFile", config: { tokenFile: path.resolve(folder, tokenFile) } };
    return tokenFile ? { ...without(user, "token"), authProvider } : user;
}

/** https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation */
function withImpersonation(user: KubeUser, said: PlainMap): KubeUser {
    const groups = list(said, "as-groups").map(String);
    const extra = Object.entries(map(said, "as-user-extra")).map(([key, values]): [string, string[]] => [
        `Impersonate-Extra-${encodeURIComponent(key)}`,
        list(values).map(String),
    ]);
    const impersonation = {
        ...(text(said, "as-uid") && { "Impersonate-Uid": text(said, "as-uid") }),
        ...(groups.length > 0 && { "Impersonate-Group": groups }),
        ...Object.fromEntries(extra),
    };
    return Object.keys(impersonation).length > 0 ? { ...user, impersonation } : user;
}

function withPlugin(user: KubeUser, said: PlainMap, folder: string): KubeUser {
    return isMap(said["exec"])
        ? { ...without(user, "exec"), credentialPlugin: parseCredentialPlugin(said["exec"], folder) }
        : user;
}

/** The value without `key`. */
function without<T extends User | Cluster>(value: T, key: keyof T): T {
    return { ...value, [key]: undefined };
}
