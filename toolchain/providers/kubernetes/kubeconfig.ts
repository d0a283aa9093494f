/** Finds which cluster the provider talks to, and how: the Kubernetes client reads the kubeconfig files. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { KubeConfig } from "@kubernetes/client-node/dist/config.js";
import { DiffResult, PropertyDiff } from "../../plugin/provider";
import { PropertyMap, Secret, UNKNOWN, reveal } from "../../plugin/values";
import { Settings, parseSettings } from "./config";
import { same } from "./equality";
import { completeUsers } from "./kubeconfig-user";

export interface ClusterAddress {
    readonly config: KubeConfig;
    readonly context: string;
    readonly server: string;
    /** The namespace of the context; empty where it names none. */
    readonly namespace: string;
    /** Where the kubeconfig came from, for messages. */
    readonly source: string;
}

const ANONYMOUS = "";

/** Finds the cluster that `settings` choose. Throws an error that names the file or context that is missing or malformed. */
export async function locateCluster(
    settings: Pick<Settings, "kubeconfig" | "context" | "cluster">,
): Promise<ClusterAddress> {
    const { config, source } = await load(settings.kubeconfig);
    const contexts = config.getContexts().map(({ name }) => name);
    if (settings.context) {
        config.setCurrentContext(settings.context);
    }
    const context = config.getCurrentContext();
    const found = config.getContextObject(context);
    if (!found) {
        throw new Error(
            `${source} has no context ${JSON.stringify(context)}: set kubernetes:context to one of its contexts ` +
                `(${contexts.join(", ") || "it has none"})`,
        );
    }
    if (found.user && !config.getUser(found.user)) {
        const names = config.getUsers().map(({ name }) => name);
        throw new Error(
            `${source} has no user ${JSON.stringify(found.user)}, which context ${JSON.stringify(context)} names: ` +
                `it has ${names.join(", ") || "none"}`,
        );
    }
    const chosen = settings.cluster || found.cluster;
    const cluster = config.getCluster(chosen);
    if (!cluster) {
        const names = config.getClusters().map(({ name }) => name);
        throw new Error(`${source} has no cluster ${JSON.stringify(chosen)}: it has ${names.join(", ")}`);
    }
    // Without a user the library would leave out the cluster's certificates as well.
    const user = found.user || ANONYMOUS;
    config.users = found.user ? config.users : [...config.users, { name: ANONYMOUS }];
    config.contexts = config.contexts.map((each) =>
        each.name === context ? { ...each, cluster: chosen, user } : each,
    );
    return { config, context, server: cluster.server, namespace: found.namespace ?? "", source };
}

/** The Kubernetes client is large: it is loaded after the plugin has said where it listens, and before its first use. */
export function loadClient(): Promise<{ KubeConfig: new () => KubeConfig }> {
    return import("@kubernetes/client-node/dist/config.js");
}

async function load(kubeconfig: string): Promise<{ config: KubeConfig; source: string }> {
    if (kubeconfig.includes(UNKNOWN)) {
        throw new Error("kubernetes:kubeconfig is not known yet: what it comes from is still to be made");
    }
    const { KubeConfig } = await loadClient();
    const config = new KubeConfig();
    if (isContent(kubeconfig)) {
        parse(config, "the kubeconfig in kubernetes:kubeconfig", () => config.loadFromString(kubeconfig));
        await completeUsers(config, kubeconfig, process.cwd());
        return { config, source: "the kubeconfig in kubernetes:kubeconfig" };
    }
    const files = kubeconfigFiles(kubeconfig);
    const existing = files.filter((file) => fs.existsSync(file));
    const source = `kubeconfig ${(existing.length > 0 ? existing : files).join(", ")}`;
    if (existing.length === 0) {
        if (!kubeconfig && process.env["KUBERNETES_SERVICE_HOST"]) {
            config.loadFromCluster();
            return { config, source: "the service account of this pod" };
        }
        throw new Error(
            `${source} does not exist: create it, or set kubernetes:kubeconfig or KUBECONFIG to one that does`,
        );
    }
    for (const file of existing) {
        const next = new KubeConfig();
        parse(next, `kubeconfig ${file}`, () => next.loadFromFile(file));
        await completeUsers(next, fs.readFileSync(file, "utf8"), path.dirname(file));
        merge(config, next);
    }
    return { config, source };
}

function parse(config: KubeConfig, source: string, run: () => void): void {
    try {
        run();
    } catch {
        // The parser's message quotes the text, which holds keys.
        throw new Error(`${source} is not a valid kubeconfig: it must be YAML with clusters, contexts and users`);
    }
    if (config.getClusters().length === 0) {
        throw new Error(`${source} names no cluster: it must be YAML with clusters, contexts and users`);
    }
}

/** Files are merged as kubectl does it: the first one that names a thing, or the current context, wins. */
function merge(config: KubeConfig, next: KubeConfig): void {
    const fresh = <T extends { name: string }>(have: readonly T[], more: readonly T[]): T[] => [
        ...have,
        ...more.filter(({ name }) => !have.some((other) => other.name === name)),
    ];
    config.loadFromOptions({
        clusters: fresh(config.getClusters(), next.getClusters()),
        contexts: fresh(config.getContexts(), next.getContexts()),
        users: fresh(config.getUsers(), next.getUsers()),
        currentContext: config.getCurrentContext() || next.getCurrentContext(),
    });
}

/** True where the text is a kubeconfig itself rather than a path of one. */
function isContent(kubeconfig: string): boolean {
    return kubeconfig.includes("\n") || kubeconfig.trimStart().startsWith("{");
}

/** A kubeconfig that is given as text holds keys, whether or not its program marked it as secret: the state must not show it. */
export function hideCredentials(settings: PropertyMap): PropertyMap {
    const kubeconfig = settings["kubeconfig"] ?? null;
    const holds =
        typeof kubeconfig === "string" ? isContent(kubeconfig) : kubeconfig !== null && typeof kubeconfig === "object";
    return holds && !(kubeconfig instanceof Secret) ? { ...settings, kubeconfig: new Secret(kubeconfig) } : settings;
}

function kubeconfigFiles(kubeconfig: string): string[] {
    const home = os.homedir();
    const chosen = kubeconfig || process.env["KUBECONFIG"];
    if (!chosen) {
        return [path.join(home, ".kube", "config")];
    }
    return chosen
        .split(path.delimiter)
        .filter((file) => file !== "")
        .map((file) => file.replace(/^~(?=$|[/\\])/, home));
}

/**
 * A change of the provider's configuration replaces the provider and everything in it only if it leads to another API server. The official
 * plugin also replaces when the cluster's certificate changes; renewing a CA must not cost the data behind it.
 * Where both have a `clusterIdentifier`, that decides alone.
 */
export async function diffSettings(olds: PropertyMap, news: PropertyMap): Promise<DiffResult> {
    const [before, after] = [reveal(olds), reveal(news)];
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    const changed = keys.filter((key) => !same([key], before[key], after[key]));
    const replaced = new Set(await replacedBy(changed, olds, news));
    const entries = changed.map((key): [string, PropertyDiff] => [
        key,
        { kind: replaced.has(key) ? "update-replace" : "update", inputDiff: true },
    ]);
    return { detailedDiff: Object.fromEntries(entries) };
}

async function replacedBy(changed: readonly string[], olds: PropertyMap, news: PropertyMap): Promise<string[]> {
    if (olds["clusterIdentifier"] && news["clusterIdentifier"]) {
        return changed.filter((key) => key === "clusterIdentifier");
    }
    const always = changed.filter((key) => key === "renderYamlToDirectory");
    const selecting = changed.filter((key) => ["kubeconfig", "context", "cluster"].includes(key));
    if (selecting.length === 0) {
        return always;
    }
    const unknown = selecting.filter((key) => reveal(news[key] ?? null) === UNKNOWN);
    if (unknown.length > 0) {
        return [...always, ...unknown];
    }
    const [before, after] = await Promise.all([serverOf(olds), serverOf(news)]);
    return before && after && before !== after ? [...always, ...selecting] : always;
}

/** The API server's address; undefined where it cannot be known, for instance because the old file is gone. */
async function serverOf(args: PropertyMap): Promise<string | undefined> {
    try {
        return (await locateCluster(parseSettings(args, process.env))).server;
    } catch {
        return undefined;
    }
}
