/**
 * A user's `exec`: a program that gives out credentials.
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
 */
import { execFile } from "node:child_process";
import path from "node:path";
import type { Plain, PlainMap } from "../../plugin/values";
import { isMap, list, map, text } from "./objects";

export interface CredentialPlugin {
    readonly apiVersion: string;
    readonly command: string;
    readonly args: readonly string[];
    readonly env: Readonly<Record<string, string>>;
    readonly installHint: string;
    readonly provideClusterInfo: boolean;
    /** True where the plugin would ask a person, who is not there. */
    readonly asks: boolean;
}

export interface Credential {
    readonly token: string;
    /** The certificate in PEM; empty where there is none. */
    readonly certificate: string;
    readonly key: string;
    /** Milliseconds since 1970; infinite where the plugin does not say. */
    readonly expires: number;
}

/** @param folder the kubeconfig's folder: a command with a slash in it is relative to that */
export function parseCredentialPlugin(said: PlainMap, folder: string): CredentialPlugin {
    const command = text(said, "command");
    const env = list(said, "env")
        .filter(isMap)
        .map((each) => [text(each, "name"), text(each, "value")]);
    return {
        apiVersion: text(said, "apiVersion"),
        command: command.includes("/") ? path.resolve(folder, command) : command,
        args: list(said, "args").map(String),
        env: Object.fromEntries(env) as Record<string, string>,
        installHint: text(said, "installHint"),
        provideClusterInfo: said["provideClusterInfo"] === true,
        asks: said["interactiveMode"] === "Always",
    };
}

/**
 * Asks the plugin. Throws an error that names it; the error never repeats what it has printed, which may be a credential.
 *
 * @param cluster what the plugin is told if it wants to know for which cluster it is asked
 */
export async function askPlugin(plugin: CredentialPlugin, cluster: PlainMap): Promise<Credential> {
    const name = `the kubeconfig's credential plugin ${JSON.stringify(plugin.command)}`;
    if (plugin.command === "" || plugin.asks) {
        const wrong = plugin.asks ? "wants a terminal (interactiveMode: Always)" : "names no command";
        throw new Error(`${name} ${wrong}: set users[].user.exec to one that runs by itself, or use another user`);
    }
    const spec = { interactive: false, ...(plugin.provideClusterInfo && { cluster }) };
    const info = { kind: "ExecCredential", apiVersion: plugin.apiVersion, spec };
    const env = { ...process.env, ...plugin.env, KUBERNETES_EXEC_INFO: JSON.stringify(info) };
    const printed = await new Promise<string>((resolve, reject) => {
        const child = execFile(plugin.command, plugin.args, { env, maxBuffer: 1 << 20 }, (error, stdout, stderr) => {
            if (!error) {
                resolve(stdout);
                return;
            }
            const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
            const why = missing
                ? `is not installed. ${plugin.installHint}`
                : `failed: ${stderr.trim() || "it says not why"}`;
            reject(new Error(`${name} ${why}`.trim()));
        });
        child.stdin?.end();
    });
    return readCredential(printed, name);
}

function readCredential(printed: string, name: string): Credential {
    let status: PlainMap = {};
    try {
        status = map(JSON.parse(printed) as Plain, "status");
    } catch {
        // The parser's message quotes what it read.
    }
    const [token, certificate, key] = ["token", "clientCertificateData", "clientKeyData"].map((field) =>
        text(status, field),
    ) as [string, string, string];
    if (token === "" && (certificate === "" || key === "")) {
        throw new Error(
            `${name} gave no credential: it must print an ExecCredential in JSON, with status.token or ` +
                "status.clientCertificateData and status.clientKeyData",
        );
    }
    const expires = Date.parse(text(status, "expirationTimestamp"));
    return { token, certificate, key, expires: Number.isNaN(expires) ? Infinity : expires };
}
