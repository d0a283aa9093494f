/** Asks a site whether it has objects of this program, where its state does not say. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter } from "node:path";
import { COMMON_LABELS, labelSelector } from "../../infra/conventions/names";
import { stackConfig } from "./stack-config";
import { stackFile } from "./stack-file";

export interface Glance {
    /** Namespaces that this program has made. */
    readonly namespaces: readonly string[];
    /** Why the site could not be asked, although there is a way to it. */
    readonly silent?: string;
}

const SECONDS = 5;

/** @param environment the CLI's own */
export function glanceAtSite(stack: string, environment: NodeJS.ProcessEnv): Glance {
    const { KUBECONFIG: kubeconfigs = "" } = environment;
    if (!existsSync(stackFile(stack)) || !kubeconfigs.split(delimiter).some((file) => existsSync(file))) {
        return { namespaces: [] };
    }
    const { context } = stackConfig(stack).site;
    const { status, stdout, stderr, error } = spawnSync(
        "kubectl",
        [
            ...["--context", context, `--request-timeout=${SECONDS}s`],
            ...["get", "namespaces", "-l", labelSelector(COMMON_LABELS), "-o", "jsonpath={.items[*].metadata.name}"],
        ],
        { env: environment, encoding: "utf8" },
    );
    if (error !== undefined) {
        return {
            namespaces: [],
            silent: `kubectl, which asks the API server of ${stack}, cannot be started (${error.message})`,
        };
    }
    if (status === 0) {
        return { namespaces: stdout.split(" ").filter((name) => name !== "") };
    }
    // A site that has never been brought up has no entry in a kubeconfig.
    return /context .* does not exist|context was not found/.test(stderr)
        ? { namespaces: [] }
        : { namespaces: [], silent: `the API server of ${stack} does not answer` };
}
